import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob } from '../../../shared/rules/glob.ts';

/** The same glob as a regular expression, which says what is right and may take its time. */
const toRegExp = (glob: string): RegExp =>
  new RegExp(
    `^${Array.from(glob)
      .map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one.replace(/[$()*+.?[\\\]^{|}]/, String.raw`\$&`)))
      .join('')}$`,
    'su',
  );

const globs = fc.string({ unit: fc.constantFrom('*', '?', 'a', 'b', '.', '[', '\\', '😀', '\n'), maxLength: 12 });
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.', '[', '\\', '😀', '\n', '*'), maxLength: 16 });

describe('a glob', () => {
  test.each([
    ['sandbox-*', 'sandbox-7', true],
    ['sandbox-*', 'a sandbox-7', false],
    ['*-prod', 'eu-prod', true],
    ['*-prod', 'eu-prod2', false],
    ['web-?', 'web-1', true],
    ['web-?', 'web-12', false],
    ['web-?', 'web-', false],
    ['*', '', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['Prod', 'prod', false],
    ['?', '😀', true],
  ])('%s on %s: %s', (glob, text, expected) => {
    expect(compileGlob(glob)(text)).toBe(expected);
  });

  test('matches what the regular expression of the same meaning matches', () => {
    fc.assert(
      fc.property(globs, texts, (glob, text) => {
        expect(compileGlob(glob)(text)).toBe(toRegExp(glob).test(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('ends on a text that would keep a regular expression busy for ever', () => {
    const glob = `${'*a'.repeat(30)}*b`;
    expect(toRegExp('*a*a*b').test('a'.repeat(30))).toBe(false);
    expect(compileGlob(glob)('a'.repeat(20_000))).toBe(false);
  });
});
