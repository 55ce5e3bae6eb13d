import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { patterns } from '../../../lambdas/event-bridge.ts';
import { compilePattern } from '../../../local/aws/pattern.ts';

const matches = (pattern: unknown, event: unknown): boolean => compilePattern(pattern)(event);

describe('operators', () => {
  test.each<[name: string, pattern: unknown, yes: readonly unknown[], no: readonly unknown[]]>([
    ['a value of a list', { a: ['x', 'y'] }, [{ a: 'y' }], [{ a: 'z' }, {}, { a: { x: 1 } }]],
    [
      'null, numbers and booleans by type',
      { a: [null, 1, true] },
      [{ a: null }, { a: 1 }, { a: true }],
      [{ a: '1' }, {}],
    ],
    ['several fields, all of them', { a: ['x'], b: ['y'] }, [{ a: 'x', b: 'y' }], [{ a: 'x' }, { a: 'x', b: 'z' }]],
    ['a field inside', { a: { b: ['x'] } }, [{ a: { b: 'x' } }], [{ a: 'x' }, { a: {} }]],
    ['prefix', { a: [{ prefix: 'i-' }] }, [{ a: 'i-1' }], [{ a: 'eni-1' }, { a: 1 }]],
    ['prefix without case', { a: [{ prefix: { 'equals-ignore-case': 'I-' } }] }, [{ a: 'i-1' }], [{ a: 'x' }]],
    ['suffix', { a: [{ suffix: '.png' }] }, [{ a: 'x.png' }], [{ a: 'x.pngx' }]],
    ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'Xy' }] }, [{ a: 'xY' }], [{ a: 'xyz' }]],
    ['exists', { a: [{ exists: true }] }, [{ a: null }, { a: 'x' }], [{}, { a: { b: 1 } }]],
    ['not exists', { a: [{ exists: false }] }, [{}, { b: 1 }], [{ a: 'x' }, { a: null }]],
    ['exists or a value', { a: [{ exists: false }, 'x'] }, [{}, { a: 'x' }], [{ a: 'y' }]],
    ['anything-but a value', { a: [{ 'anything-but': 'x' }] }, [{ a: 'y' }, { a: 1 }], [{ a: 'x' }, {}]],
    ['anything-but a list', { a: [{ 'anything-but': ['x', 1] }] }, [{ a: 'y' }], [{ a: 'x' }, { a: 1 }]],
    ['anything-but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, [{ a: 'yx' }], [{ a: 'xy' }, {}]],
    ['anything-but prefixes', { a: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, [{ a: 'z' }], [{ a: 'yz' }]],
    [
      'anything-but a wildcard',
      { a: [{ 'anything-but': { wildcard: 'a:*:r/*' } }] },
      [{ a: 'a:b' }],
      [{ a: 'a:b:r/s' }],
    ],
    ['numeric', { a: [{ numeric: ['>', 0, '<=', 5] }] }, [{ a: 5 }, { a: 0.1 }], [{ a: 0 }, { a: 6 }, { a: '3' }]],
    ['numeric equality', { a: [{ numeric: ['=', 3] }] }, [{ a: 3 }], [{ a: 3.1 }]],
    ['wildcard', { a: [{ wildcard: 'a*c.d' }] }, [{ a: 'abbc.d' }, { a: 'ac.d' }], [{ a: 'acxd' }, { a: 'xac.d' }]],
    ['a wildcard with a star that is meant', { a: [{ wildcard: 'a\\*' }] }, [{ a: 'a*' }], [{ a: 'ab' }]],
    ['$or', { $or: [{ a: ['x'] }, { b: ['y'] }] }, [{ a: 'x' }, { b: 'y' }], [{ a: 'y', b: 'x' }]],
    ['$or beside a field', { c: ['z'], $or: [{ a: ['x'] }, { b: ['y'] }] }, [{ c: 'z', b: 'y' }], [{ b: 'y' }]],
    ['a list in the event, by intersection', { a: ['x'] }, [{ a: ['w', 'x'] }], [{ a: ['w'] }, { a: [] }]],
    ['objects in lists, as leaves', { a: { b: ['x'] } }, [{ a: [{ b: 'w' }, { b: 'x' }] }], [{ a: [{ b: 'w' }] }]],
    ['an empty list has no leaf', { a: [{ exists: false }] }, [{ a: [] }], [{ a: ['x'] }]],
    ['inherited names are not fields', { toString: [{ exists: true }] }, [{ toString: 'x' }], [{}]],
  ])('%s', (_name, pattern, yes, no) => {
    for (const event of yes) expect(matches(pattern, event), JSON.stringify(event)).toBe(true);
    for (const event of no) expect(matches(pattern, event), JSON.stringify(event)).toBe(false);
  });

  test.each([
    ['an unknown operator', { a: [{ like: 'x' }] }],
    ['two operators in one', { a: [{ prefix: 'x', suffix: 'y' }] }],
    ['an unknown operator in anything-but', { a: [{ 'anything-but': { like: 'x' } }] }],
    ['a comparison that is none', { a: [{ numeric: ['~', 1] }] }],
    ['a bare value', { a: 'x' }],
    ['an empty pattern', {}],
    ['$or of one', { $or: [{ a: ['x'] }] }],
  ])('%s is refused', (_name, pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/reading the event pattern/);
  });
});

const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../payloads/aws/${name}.json`, import.meta.url), 'utf8'));

/** Which rules deliver each event that the clouds are known to emit. */
describe('the deployed rules', () => {
  const rules = Object.entries(patterns('mirror-attacher-role')).map(([name, pattern]) => ({
    name,
    matches: compilePattern(pattern),
  }));
  test.each<[payload: string, rules: readonly string[]]>([
    ['ec2-state-running', ['instance-state']],
    ['ec2-state-pending', []],
    ['tag-change-instance', ['tag-change']],
    ['tag-change-eni', ['tag-change']],
    ['ct-AttachNetworkInterface', ['interface-attached']],
    ['ct-DetachNetworkInterface', []],
    ['ct-CreateTags', ['tags-by-call']],
    ['ct-RunInstances', []],
    ['ct-CreateNetworkInterface-dryrun', []],
    ['ct-CreateTrafficMirrorSession-ok', []],
    ['ct-CreateTrafficMirrorSession-failed', []],
    ['ct-ModifyTrafficMirrorSession', ['session-by-others']],
    ['ct-DeleteTrafficMirrorSession', ['session-by-others']],
  ])('%s', (payload, expected) => {
    const event = sample(payload);
    expect(rules.filter((rule) => rule.matches(event)).map(({ name }) => name)).toEqual(expected);
  });
});
