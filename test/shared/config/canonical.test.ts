import { describe, expect, test } from 'vitest';
import { canonicalConfig } from '../../../shared/config/canonical.ts';
import { parseConfig } from '../../../shared/config/parse.ts';

const destination = (name: string): string =>
  `  ${name}: { cloud: aws, region: us-east-1, target: tmt-0a, filter: { '111111111111': tmf-0a, '222222222222': tmf-0b }, sessionNumber: 1 }`;
const rule = (name: string): string => `  - { name: ${name}, when: { tag: ${name} }, mirror: [p, q] }`;

const FILE = [
  'version: 1',
  'owner: soc',
  'destinations:',
  destination('a'),
  destination('b'),
  'pools:',
  '  p: [a, b]',
  '  q: [b]',
  'rules:',
  rule('one'),
  rule('two'),
];

function canonical(lines: readonly string[]): string {
  const parsed = parseConfig(lines.join('\n'));
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return canonicalConfig(parsed.config);
}

/** The file with some text in another text's place, each occurrence. */
const replaced = (from: string, to: string): readonly string[] => FILE.map((line) => line.replaceAll(from, to));

describe('the canonical form of a configuration', () => {
  test.each([
    ['comments and empty lines', ['# of the SOC', ...FILE.flatMap((line) => [`${line} # why`, ''])]],
    [
      'the order of the sections',
      [...FILE.slice(8), ...FILE.slice(5, 8), ...FILE.slice(2, 5), 'owner: soc', 'version: 1'],
    ],
    ['the order of destinations', [...FILE.slice(0, 3), destination('b'), destination('a'), ...FILE.slice(5)]],
    ['the order of pools', [...FILE.slice(0, 6), '  q: [b]', '  p: [a, b]', ...FILE.slice(8)]],
    ['the order of keys', replaced('region: us-east-1, target: tmt-0a', 'target: tmt-0a, region: us-east-1')],
    [
      'the order of accounts',
      replaced("'111111111111': tmf-0a, '222222222222': tmf-0b", "'222222222222': tmf-0b, '111111111111': tmf-0a"),
    ],
    ['defaults that are written out', ['policy: sync', 'slots: 3', 'guard: { percent: 10 }', ...FILE]],
  ])('does not change with %s', (_, lines) => {
    expect(canonical(lines)).toBe(canonical(FILE));
  });

  test.each([
    ['the order of rules', [...FILE.slice(0, 9), rule('two'), rule('one')]],
    ['the order of names in a rule', replaced('mirror: [p, q]', 'mirror: [q, p]')],
    ['the filter of one account', replaced('tmf-0b', 'tmf-0c')],
    ['a session number', replaced('sessionNumber: 1 ', 'sessionNumber: 2 ')],
    ['a value', replaced('tag: two', 'tag: two, equals: yes')],
    ['a default that is set otherwise', ['graceHours: 1', ...FILE]],
  ])('changes with %s', (_, lines) => {
    expect(canonical(lines)).not.toBe(canonical(FILE));
  });
});
