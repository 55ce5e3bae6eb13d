import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../../lambdas/rules/place.ts';

describe('what TAPKEEPER_RULES names', () => {
  it.each([
    ['tapkeeper.yaml', { kind: 'file', path: 'tapkeeper.yaml' }],
    ['/var/task/a:b.yaml', { kind: 'file', path: '/var/task/a:b.yaml' }],
    ['C:\\rules\\tapkeeper.yaml', { kind: 'file', path: 'C:\\rules\\tapkeeper.yaml' }],
    ['s3://my-rules/tapkeeper.yaml', { kind: 'object', bucket: 'my-rules', key: 'tapkeeper.yaml' }],
    ['s3://my.rules/a/b c%20d.yaml', { kind: 'object', bucket: 'my.rules', key: 'a/b c%20d.yaml' }],
    ['S3://rules/A', { kind: 'object', bucket: 'rules', key: 'A' }],
    ['ssm:/tapkeeper/rules', { kind: 'parameter', name: '/tapkeeper/rules' }],
    ['ssm:/rules', { kind: 'parameter', name: '/rules' }],
  ])('%s', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });

  it.each([
    's3://rules',
    's3://rules/',
    's3://rules/folder/',
    's3://Rules_1/key',
    's3:rules/key',
    'ssm:rules',
    'ssm://rules',
    'ssm:/rules:3',
    'ssm:/rules/',
    'file:///tapkeeper.yaml',
    'gs://rules/tapkeeper.yaml',
    'https://account.blob.core.windows.net/rules/tapkeeper.yaml',
  ])('%s is refused with what may stand there', (text) => {
    const right = 'write the path of a file, s3://bucket/key or ssm:/parameter/name';
    const message = `reading the rules at "${text}": rules are at no such place; ${right}`;
    expect(() => parsePlace(text)).toThrow(expect.objectContaining({ code: 'config-invalid', message }) as Error);
  });

  it('is not repeated where it holds a signature', () => {
    expect(() => parsePlace('https://bucket.s3.amazonaws.com/key?X-Amz-Signature=f00')).toThrow(/key\?…"/);
  });
});
