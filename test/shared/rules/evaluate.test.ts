import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition, MirrorTo, Rule } from '../../../shared/config/config.ts';
import { parseDestinationName, parsePoolName, toInstant } from '../../../shared/ids.ts';
import { compileRules, type RuleSet } from '../../../shared/rules/compile.ts';
import { evaluate } from '../../../shared/rules/evaluate.ts';
import { factsOf } from '../../../shared/rules/facts.ts';
import type { Tags } from '../../../shared/words.ts';
import { ruleLists, things } from './arbitrary.ts';
import { ask, mirror, NEVER, NOW_MS, rule, thing, toConfig, type Thing } from './sketch.ts';

const exists = (tag: string): Condition => ({ kind: 'tag-exists', tag });
const sensor = parseDestinationName('sensor');
const ids = parseDestinationName('ids');
const soc = parsePoolName('soc');
const names = (first: string, ...rest: readonly string[]): MirrorTo => ({
  kind: 'names',
  names: [parseDestinationName(first), ...rest.map(parseDestinationName)],
});

const A = thing({ tags: { a: '1' } });

describe('rules that ask', () => {
  test('ask for their names in file order, each name once, for each rule that wants it', () => {
    const { asks, unclear, notes } = ask(
      A,
      rule('first', exists('a'), { effect: mirror({ to: names('ids', 'apm') }) }),
      rule('second', exists('b')),
      rule('third', exists('a'), { effect: mirror({ to: names('sensor', 'ids') }) }),
    );
    expect(asks).toEqual([
      { name: 'ids', rules: ['first', 'third'] },
      { name: 'apm', rules: ['first'] },
      { name: 'sensor', rules: ['third'] },
    ]);
    expect([unclear, notes]).toEqual([[], []]);
  });

  test('keep the order of the file, whichever tag finds them', () => {
    const one = thing({ tags: { z: '1', a: '1' } });
    const { asks } = ask(
      one,
      rule('one', exists('a')),
      rule('two', { kind: 'not', of: exists('q') }),
      rule('three', exists('z')),
    );
    expect(asks).toEqual([{ name: 'sensor', rules: ['one', 'two', 'three'] }]);
  });

  test('say nothing where none holds', () => {
    expect(ask(A, rule('other', exists('b')))).toEqual({ asks: [], unclear: [], notes: [] });
  });

  test('of the primary interface say nothing of others', () => {
    const primaryOnly = rule('it', exists('a'), { interfaces: 'primary' });
    expect(ask(A, primaryOnly).asks).toHaveLength(1);
    expect(ask(thing({ tags: { a: '1' }, source: { isPrimary: false } }), primaryOnly).asks).toEqual([]);
  });
});

describe('a rule that lets a tag choose', () => {
  const choosing = rule(
    'tagged',
    { kind: 'not', of: exists('off') },
    {
      effect: mirror({ to: { kind: 'from-tag', tag: 'mirror', among: [sensor, ids, soc] } }),
    },
  );
  const tagged = (mirrorTag: string): Thing => thing({ tags: { mirror: mirrorTag } });
  const found = (one: Thing): readonly (readonly string[])[] => {
    const { asks, unclear } = ask(one, choosing);
    return [asks.map(({ name }) => name), unclear.map(({ code, detail }) => `${code}: ${detail}`)];
  };

  test.each([
    ['ids', ['ids']],
    ['soc', ['soc']],
    ['ids soc', ['ids', 'soc']],
    ['ids+sensor', ['ids', 'sensor']],
    ['  ids \t+ sensor ', ['ids', 'sensor']],
    ['ids+ids', ['ids']],
  ])('by %j: %j', (value, expected) => {
    expect(found(tagged(value))).toEqual([expected, []]);
  });

  test('names each rule once, though the tag names one thing twice', () => {
    expect(ask(tagged('ids ids'), choosing).asks).toEqual([{ name: 'ids', rules: ['tagged'] }]);
  });

  test.each(['IDS', 'tmt-0a45c694b91bcea54', 'ids,sensor', 'constructor', '__proto__'])('never by %s', (value) => {
    const detail = `tag mirror names ${value}; it may name sensor, ids, soc`;
    expect(found(tagged(value))).toEqual([[], [`unknown-destination: ${detail}`]]);
  });

  test('asks for what it knows and says what it does not', () => {
    expect(found(tagged('ids nonsense'))).toEqual([
      ['ids'],
      ['unknown-destination: tag mirror names nonsense; it may name sensor, ids, soc'],
    ]);
  });

  test.each([
    ['empty', tagged('')],
    ['blank', tagged(' + ')],
  ])('cannot tell what is meant by a tag that is %s', (_, one) => {
    expect(found(one)).toEqual([[], ['unknown-destination: tag mirror is empty; it may name sensor, ids, soc']]);
  });

  test('asks for nothing, and leaves nothing unclear, without its tag', () => {
    expect(found(thing())).toEqual([[], []]);
  });

  test('finds its tag on Azure in any casing', () => {
    expect(found(thing({ cloud: 'azure', tags: { MIRROR: 'ids' } }))).toEqual([['ids'], []]);
  });
});

describe('a never rule', () => {
  const wish = rule('wish', exists('a'));
  const never = rule('never', exists('a'), { effect: NEVER });
  const required = rule('required', exists('a'), { effect: mirror({ isRequired: true }) });

  test.each([
    ['before', [never, wish]],
    ['after', [wish, never]],
  ])('takes away what a rule %s it wishes, and says so', (_, rules) => {
    expect(ask(A, ...rules)).toEqual({
      asks: [],
      unclear: [],
      notes: [{ code: 'opted-out', rules: ['wish'], detail: 'never takes it away' }],
    });
  });

  test('takes nothing from a required rule', () => {
    const { asks, notes } = ask(A, never, required, wish);
    expect(asks).toEqual([{ name: 'sensor', rules: ['required'] }]);
    expect(notes).toEqual([{ code: 'opted-out', rules: ['wish'], detail: 'never takes it away' }]);
  });

  test('that does not hold takes nothing away', () => {
    expect(ask(A, wish, rule('never', exists('b'), { effect: NEVER })).asks).toHaveLength(1);
  });

  test('says nothing where there is nothing to take away', () => {
    expect(ask(A, never)).toEqual({ asks: [], unclear: [], notes: [] });
  });

  test('makes one note of all that it took away, and all never rules are named', () => {
    const { notes } = ask(A, wish, rule('other', exists('a')), never, rule('no', exists('a'), { effect: NEVER }));
    expect(notes).toEqual([{ code: 'opted-out', rules: ['wish', 'other'], detail: 'never, no takes it away' }]);
  });

  test('silences a rule that cannot tell what it wishes', () => {
    const unclear = rule('unclear', exists('a'), {
      effect: mirror({ to: { kind: 'from-tag', tag: 'a', among: [ids] } }),
    });
    expect(ask(A, unclear).unclear).toHaveLength(1);
    expect(ask(A, unclear, never).unclear).toEqual([]);
  });
});

describe('a rule with an end', () => {
  const limited = rule('limited', exists('a'), { effect: mirror({ untilTag: 'until' }) });
  const until = (value: string): Thing => thing({ tags: { a: '1', until: value } });

  test.each([
    toInstant(NOW_MS + 1),
    '2030-01-02',
    '2030-01-01T00:01',
    '2030-01-01 00:00:01Z',
    '2029-12-31T23:00:01-01:00',
    '2030-01-01T01:00:01+0100',
  ])('wishes until %s', (value) => {
    expect(ask(until(value), limited)).toEqual({
      asks: [{ name: 'sensor', rules: ['limited'] }],
      unclear: [],
      notes: [],
    });
  });

  test('wishes for ever without the tag', () => {
    expect(ask(A, limited).asks).toHaveLength(1);
  });

  test.each([toInstant(NOW_MS), toInstant(NOW_MS - 1), '2030-01-01', '2029-12-31T23:59:59Z', '2030-01-01T00:30+01:00'])(
    'wishes nothing from %s on, and says so',
    (value) => {
      expect(ask(until(value), limited)).toEqual({
        asks: [],
        unclear: [],
        notes: [{ code: 'expired', rules: ['limited'], detail: 'limited wished until then' }],
      });
    },
  );

  test.each(['', 'tomorrow', '1893456000', '2030-13-01', '01.02.2030', '2030-01-01T25:00Z'])(
    'cannot tell its end from %j',
    (value) => {
      expect(ask(until(value), limited)).toEqual({
        asks: [],
        unclear: [
          {
            code: 'until-unreadable',
            rule: 'limited',
            detail: `tag until is '${value}', which is no ISO 8601 time`,
          },
        ],
        notes: [],
      });
    },
  );

  test('that is over is not opted out as well', () => {
    const { notes } = ask(until('2029-01-01'), limited, rule('never', exists('a'), { effect: NEVER }));
    expect(notes.map(({ code }) => code)).toEqual(['expired']);
  });
});

describe('the index', () => {
  /** The same rules, where every one is asked of everything. */
  const withoutIndex = (ruleSet: RuleSet): RuleSet => {
    const candidates = (): readonly number[] => ruleSet.rules.map(({ position }) => position);
    return { ...ruleSet, index: { aws: { candidates }, azure: { candidates } } };
  };

  test('never loses a rule that holds', () => {
    fc.assert(
      fc.property(ruleLists, things, (rules: readonly Rule[], { source, machine }) => {
        const ruleSet = compileRules(toConfig(rules));
        expect(evaluate(ruleSet, source, machine, NOW_MS)).toEqual(
          evaluate(withoutIndex(ruleSet), source, machine, NOW_MS),
        );
      }),
      { numRuns: 1000 },
    );
  });

  const EITHER: Condition = { kind: 'any', of: [{ kind: 'tag-in', tag: 'a', values: ['7'] }, exists('b')] };

  test('asks a rule once, though several tags lead to it', () => {
    const { asks } = ask(thing({ tags: { a: '7', b: '8' } }), rule('either', EITHER), rule('a', exists('a')));
    expect(asks).toEqual([{ name: 'sensor', rules: ['either', 'a'] }]);
  });

  test.each([
    [{ kind: 'any', of: [exists('a'), exists('b')] }, { c: '1' }, 0],
    [{ kind: 'any', of: [exists('a'), exists('b')] }, { b: '1' }, 1],
    [{ kind: 'any', of: [exists('a'), { kind: 'not', of: exists('b') }] }, { c: '1' }, 1],
    [{ kind: 'all', of: [exists('a'), { kind: 'tag-in', tag: 'b', values: ['1'] }] }, { a: '1', b: '2' }, 0],
    [{ kind: 'all', of: [exists('a'), { kind: 'tag-in', tag: 'b', values: ['1'] }] }, { b: '1' }, 1],
    [{ kind: 'all', of: [EITHER, { kind: 'tag-in', tag: 'c', values: ['1'] }] }, { b: '1' }, 0],
    [{ kind: 'all', of: [EITHER, { kind: 'tag-in', tag: 'c', values: ['1'] }] }, { c: '1' }, 1],
  ] satisfies readonly (readonly [Condition, Tags, number])[])(
    'of %j offers for %j: %i',
    (condition, tags, expected) => {
      const { index } = compileRules(toConfig([rule('it', condition)]));
      const { source, machine } = thing({ tags });
      expect(index.aws.candidates(factsOf(source, machine).tags)).toHaveLength(expected);
    },
  );

  test('offers few of the rules that cannot hold', () => {
    const values = Array.from({ length: 50 }, (_, at) => `${at}`);
    const conditions = values.map((value): Condition => ({ kind: 'tag-in', tag: 'a', values: [value, value] }));
    const { index } = compileRules(toConfig(conditions.map((when, at) => rule(`rule-${at}`, when))));
    const { source, machine } = thing({ tags: { a: '7', b: '8' } });
    expect(index.aws.candidates(factsOf(source, machine).tags)).toEqual([7]);
  });
});
