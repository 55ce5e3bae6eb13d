import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../shared/config/parse.ts';
import { foundIn, problemsOf, withDestinations } from './problems.ts';

describe('text that is no rules file', () => {
  it.each([
    ['nothing', '', '1:1 : the file is empty'],
    ['a comment', '# rules\n', '1:1 : the file is empty'],
    ['a list', '- version: 1', '1:1 : this is a list'],
    ['a word', 'rules', '1:1 : this is a single value'],
    ['two documents', 'version: 1\nowner: soc\n---\nversion: 1\n', '3:1 : a second document starts here'],
    ['a bracket that is not closed', 'version: 1\nrules: [', '2:9 : not YAML'],
    ['an unknown YAML tag', 'version: !one 1', '1:10 : not YAML: Unresolved tag: !one'],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)[0]).toContain(problem);
  });

  it('a file of more than a million characters', () => {
    expect(problemsOf(`# ${'x'.repeat(1_000_000)}`)).toEqual([
      '1:1 : the file has 1000002 characters, a rules file at most 1000000',
    ]);
  });

  it.each(['[', '{', '- ', '? ', '{a: ', '[{'])('%s, nested a hundred thousand times', (open) => {
    expect(problemsOf(open.repeat(100_000))).toEqual([expect.stringContaining('levels deep')]);
  });

  it('has at most twenty problems of syntax', () => {
    expect(foundIn(']\n'.repeat(1000))).toHaveLength(20);
  });
});

describe('keys', () => {
  it('are written once, and the second is pointed at', () => {
    expect(problemsOf('version: 1\nowner: soc\nslots: 1\nslots: 2\nslots: 3')).toEqual([
      '4:1 slots: `slots` is written twice, first on line 3; keep one of them',
      '5:1 slots: `slots` is written twice, first on line 3; keep one of them',
    ]);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('are never %s', (key) => {
    expect(problemsOf(`version: 1\nowner: soc\n${key}: { a: 1 }`)).toEqual([expect.stringContaining(`3:1 ${key}: `)]);
  });

  it('are text', () => {
    expect(problemsOf('version: 1\nowner: soc\n? [a]\n: 1')).toEqual(['3:3 : a key of the file must be plain text']);
  });

  it('are all known', () => {
    expect(problemsOf('version: 1\nownr: soc\ncolour: red')).toEqual([
      '1:1 owner: `owner` is missing: the mark on what is attached, as soc',
      '2:1 ownr: unknown key `ownr`; did you mean `owner`?',
      expect.stringContaining('3:1 colour: unknown key `colour`; known here: version, owner'),
    ]);
  });
});

describe('aliases', () => {
  it('name an anchor', () => {
    expect(problemsOf('version: 1\nowner: *who')).toContain(
      '2:8 owner: `*who` names no anchor before it; write `&who` at what it stands for',
    );
  });

  it('do not multiply without end', () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `  - &l${at + 1} [${Array.from({ length: 12 }, () => `*l${at}`).join(', ')}]`,
    );
    const text = withDestinations(`rules:\n  - &l0 [a]\n${levels.join('\n')}\n`);
    expect(problemsOf(text)).toContainEqual(expect.stringContaining('more than 100000 values'));
  });

  it('do not stand for themselves', () => {
    expect(problemsOf('version: 1\nowner: soc\nrules: &all [*all, *all]')).toContainEqual(
      expect.stringContaining('100 levels'),
    );
  });
});

describe('the parser', () => {
  /** Text that is likely to come near the interesting parts: pieces of rules files and of YAML. */
  const piece = fc.constantFrom(
    'version: 1\n',
    'owner: soc\n',
    'rules:\n',
    '  - ',
    'name: r\n',
    'when: ',
    '{ tag: a }',
    '[',
    ']',
    '{',
    '}',
    ': ',
    ', ',
    '&a ',
    '*a',
    '!!str ',
    '? ',
    '|\n',
    '"',
    "'",
    '\t',
    '\r',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '#',
    '<<: ',
    '\u0000',
    '\ufeff',
    '😀',
    'destinations:\n',
    'pools:\n',
    '  sensor: ',
    'cloud: aws',
    'filter: ',
    'among: [a]',
    'not: ',
    'all: ',
    '__proto__: ',
    '1e999',
    '.nan',
    '~',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  );

  it('says of any text whether it is valid, and where it is not', () => {
    fc.assert(fc.property(text, isJudged), { numRuns: 3000 });
  });

  const key = fc.constantFrom(
    'version',
    'owner',
    'rules',
    'destinations',
    'pools',
    'guard',
    'formerOwners',
    'name',
    'when',
    'mirror',
    'never',
    'until',
    'tag',
    'in',
    'all',
    'any',
    'not',
    'fromTag',
    'among',
    'cloud',
    'filter',
    'region',
    'target',
    'sensor',
    'constructor',
    '__proto__',
    '',
  );
  const leaf = fc.oneof(
    fc.constantFrom(null, true, 1, 'aws', 'azure', 'soc', 'sensor', 'tmt-0a'),
    fc.double(),
    fc.string(),
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      leaf,
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(key, tie('json'), { maxKeys: 8 }),
    ),
  }));

  it('says of any JSON whether it is valid, and where it is not', () => {
    const file = fc.record(
      { version: fc.constant(1), owner: fc.constant('soc'), rules: json, destinations: json, pools: json },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(json, file), (data) => isJudged(JSON.stringify(data))),
      { numRuns: 3000 },
    );
  });
});

/** A file is valid, or has problems that a reader finds in it. */
function isJudged(text: string): boolean {
  const parsed = parseConfig(text);
  if (parsed.kind === 'valid') return true;
  const lines = text.split('\n').length;
  return parsed.problems.every(
    ({ line, column, message }) => line >= 1 && line <= lines && column >= 1 && message !== '',
  );
}
