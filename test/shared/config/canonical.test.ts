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

const windows = (...list: readonly string[]): string => `interruption: { windows: [${list.join(', ')}] }`;

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
    ['limits of interruption that are the usual ones', ['interruption: { inFlight: 5, settle: 30s }', ...FILE]],
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
    ['how many may be interrupted at a time', ['interruption: { inFlight: 4 }', ...FILE]],
    ['how long a tag settles', ['interruption: { settle: 0s }', ...FILE]],
    ['a window', [windows('{ cron: "0 2 * * *", duration: 4h }'), ...FILE]],
  ])('changes with %s', (_, lines) => {
    expect(canonical(lines)).not.toBe(canonical(FILE));
  });

  test('has nothing of interruption where a file says nothing of it', () => {
    expect(canonical(FILE)).not.toContain('interruption');
  });

  test.each([
    ['in another order', windows('{ cron: "0 3 * * 6", duration: 90m }', '{ cron: "0 2 * * *", duration: 4h }')],
    [
      'in other words',
      windows('{ cron: " 0  2 * * *", duration: 240m, timeZone: UTC }', '{ duration: 1h30m, cron: 0 3 * * 6 }'),
    ],
    [
      'with one of them twice',
      windows(
        '{ cron: "0 2 * * *", duration: 4h }',
        '{ cron: "0 3 * * 6", duration: 90m }',
        '{ cron: "0 2 * * *", duration: 4h }',
      ),
    ],
  ])('is the same for windows %s', (_, other) => {
    const one = windows('{ cron: "0 2 * * *", duration: 4h }', '{ cron: "0 3 * * 6", duration: 90m }');
    expect(canonical([other, ...FILE])).toBe(canonical([one, ...FILE]));
  });

  test('is another one in another time zone', () => {
    const here = windows('{ cron: "0 2 * * *", duration: 4h, timeZone: Europe/Berlin }');
    expect(canonical([here, ...FILE])).not.toBe(canonical([windows('{ cron: "0 2 * * *", duration: 4h }'), ...FILE]));
  });
});
