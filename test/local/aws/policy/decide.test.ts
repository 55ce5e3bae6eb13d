import { describe, expect, test } from 'vitest';
import type { Context } from '../../../../local/aws/policy/conditions.ts';
import { hold } from '../../../../local/aws/policy/conditions.ts';
import { decide, type PolicyStatement } from '../../../../local/aws/policy/decide.ts';

const SESSION = 'arn:aws:ec2:us-east-1:123456789012:traffic-mirror-session/tms-0a';

const allow = (Action: string | string[], Resource: string | string[]): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

const check = (action: string, resource: string, context: Context = new Map()) => ({ action, resource, context });

describe('an action', () => {
  test.each([
    ['ec2:DeleteTrafficMirrorSession', 'allowed'],
    ['EC2:deletetrafficmirrorsession', 'allowed'],
    ['ec2:Delete*', 'allowed'],
    ['ec2:DeleteTrafficMirrorSessio?', 'allowed'],
    ['ec2:DeleteTrafficMirrorSession?', 'not-allowed'],
    ['ec2:Delete', 'not-allowed'],
    ['sqs:*', 'not-allowed'],
  ])('is allowed by %s: %s', (pattern, decision) => {
    expect(decide([allow(pattern, '*')], check('ec2:DeleteTrafficMirrorSession', SESSION))).toBe(decision);
  });
});

describe('a resource', () => {
  test.each([
    [SESSION, 'allowed'],
    ['*', 'allowed'],
    ['arn:aws:ec2:us-east-1:123456789012:traffic-mirror-session/*', 'allowed'],
    ['arn:*:ec2:*:123456789012:traffic-mirror-session/tms-0?', 'allowed'],
    ['arn:aws:ec2:us-east-1:210987654321:traffic-mirror-session/*', 'not-allowed'],
    ['arn:aws:ec2:eu-west-1:123456789012:traffic-mirror-session/*', 'not-allowed'],
    ['arn:aws:ec2:*', 'not-allowed'],
    ['arn:aws:ec2:us-east-1:123456789012:TRAFFIC-mirror-session/*', 'not-allowed'],
  ])('is among %s: %s', (pattern, decision) => {
    expect(decide([allow('ec2:*', [pattern])], check('ec2:X', SESSION))).toBe(decision);
  });

  test('with marks in its name is not a pattern', () => {
    const policy = [allow('s3:GetObject', 'arn:aws:s3:::rules/a${*}b${$}')];
    expect(decide(policy, check('s3:GetObject', 'arn:aws:s3:::rules/a*b$'))).toBe('allowed');
    expect(decide(policy, check('s3:GetObject', 'arn:aws:s3:::rules/axxb$'))).toBe('not-allowed');
  });

  test('is asked for by an action that knows none with * only', () => {
    expect(decide([allow('ec2:*', 'arn:*:*:*:*:*')], check('ec2:DescribeInstances', '*'))).toBe('not-allowed');
    expect(decide([allow('ec2:*', '*')], check('ec2:DescribeInstances', '*'))).toBe('allowed');
  });
});

test('what nothing allows is not allowed, and a denial beats what allows', () => {
  expect(decide([], check('ec2:X', SESSION))).toBe('not-allowed');
  const policy = [allow('*', '*'), { ...allow('ec2:X', '*'), Effect: 'Deny' as const }];
  expect(decide(policy, check('ec2:X', SESSION))).toBe('denied');
  expect(decide(policy, check('ec2:Y', SESSION))).toBe('allowed');
});

test('a statement says nothing where its condition does not hold', () => {
  const owned = { ...allow('*', '*'), Condition: { StringEquals: { 'aws:ResourceTag/owner': 'soc' } } };
  expect(decide([owned], check('ec2:X', SESSION, new Map([['aws:resourcetag/owner', 'soc']])))).toBe('allowed');
  expect(decide([owned], check('ec2:X', SESSION, new Map([['aws:resourcetag/owner', 'other']])))).toBe('not-allowed');
});

const KNOWN: Context = new Map<string, string | readonly string[]>([
  ['key', 'Soc'],
  ['arn', SESSION],
  ['aws:tagkeys', ['a', 'b']],
]);

test.each([
  [{ StringEquals: { key: 'Soc' } }, true],
  [{ StringEquals: { KEY: ['other', 'Soc'] } }, true],
  [{ StringEquals: { key: 'soc' } }, false],
  [{ StringEquals: { missing: 'Soc' } }, false],
  [{ StringEqualsIfExists: { missing: 'Soc' } }, true],
  [{ StringEqualsIfExists: { key: 'other' } }, false],
  [{ StringNotEquals: { key: ['Soc', 'other'] } }, false],
  [{ StringNotEquals: { key: 'other' } }, true],
  [{ StringNotEquals: { missing: 'other' } }, true],
  [{ StringEqualsIgnoreCase: { key: 'sOC' } }, true],
  [{ StringLike: { key: 'S*' } }, true],
  [{ StringLike: { key: 's*' } }, false],
  [{ StringNotLike: { key: 'S*' } }, false],
  [{ ArnLike: { arn: 'arn:aws:ec2:*:*:traffic-mirror-session/*' } }, true],
  [{ ArnLike: { arn: 'arn:aws:ec2:*' } }, false],
  [{ Null: { missing: 'true' } }, true],
  [{ Null: { key: 'true' } }, false],
  [{ Null: { key: 'false' } }, true],
  [{ Bool: { key: 'SOC' } }, true],
  [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, true],
  [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, false],
  [{ 'ForAllValues:StringEquals': { missing: ['a'] } }, true],
  [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['b'] } }, true],
  [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['c'] } }, false],
  [{ 'ForAnyValue:StringEquals': { missing: ['a'] } }, false],
  [{ 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['c'] } }, true],
  [{ 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a'] } }, false],
  [{ StringEquals: { key: 'Soc', missing: 'x' } }, false],
  [{ StringEquals: { key: 'Soc' }, StringLike: { arn: 'nothing' } }, false],
  [{}, true],
])('the condition %j holds: %s', (conditions, isHeld) => {
  expect(hold(conditions as Parameters<typeof hold>[0], KNOWN)).toBe(isHeld);
});

describe('what is not known is not passed over', () => {
  test.each([
    [{ NumericLessThan: { key: '3' } }, /the operator NumericLessThan is not known/],
    [{ constructor: { key: '3' } }, /the operator constructor is not known/],
    [{ StringEquals: { 'aws:TagKeys': 'a' } }, /write a set operator/],
    [{ StringLike: { key: '${aws:username}' } }, /the variable \$\{aws:username\} is not known/],
  ])('%j', (conditions, said) => {
    expect(() => hold(conditions as unknown as Parameters<typeof hold>[0], KNOWN)).toThrow(said);
  });

  test('an element of a statement', () => {
    const statement = { ...allow('*', '*'), NotAction: 'ec2:*' };
    expect(() => decide([statement], check('ec2:X', SESSION))).toThrow('the element NotAction is not known');
  });
});
