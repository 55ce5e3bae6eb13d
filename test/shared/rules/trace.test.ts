import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../shared/config/config.ts';
import { parseDestinationName } from '../../../shared/ids.ts';
import { compileRules } from '../../../shared/rules/compile.ts';
import { evaluate } from '../../../shared/rules/evaluate.ts';
import { trace, type ConditionTrace, type Trace } from '../../../shared/rules/trace.ts';
import { ruleLists, things } from './arbitrary.ts';
import { mirror, NEVER, NOW_MS, rule, thing, toConfig, type Thing } from './sketch.ts';

const traceOf = ({ source, machine }: Thing, ...rules: readonly Rule[]): Trace =>
  trace(compileRules(toConfig(rules)), source, machine, NOW_MS);

/** Every condition of a tree, from the top. */
function flatten(condition: ConditionTrace): readonly ConditionTrace[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return [condition, ...condition.of.flatMap(flatten)];
    case 'not':
      return [condition, ...flatten(condition.of)];
    case 'tag-exists':
    case 'tag-in':
    case 'tag-glob':
    case 'attribute':
      return [condition];
  }
}

/** What the parts of a condition make of the whole. */
const fromParts = (condition: ConditionTrace): boolean => {
  if (condition.kind === 'all') return condition.of.every(({ holds }) => holds);
  if (condition.kind === 'any') return condition.of.some(({ holds }) => holds);
  return condition.kind === 'not' ? !condition.of.holds : condition.holds;
};

describe('a trace', () => {
  test('shows every rule and condition with what was found', () => {
    const one = thing({ tags: { env: 'prod', until: '2031-01-01' }, machine: { type: 'm7i.large' } });
    const found = traceOf(
      one,
      rule(
        'pci',
        {
          kind: 'all',
          of: [
            { kind: 'tag-in', tag: 'env', values: ['prod', 'staging'] },
            { kind: 'not', of: { kind: 'tag-glob', tag: 'team', glob: 'sandbox-*' } },
            { kind: 'attribute', attribute: 'machineType', values: ['m7i.large'] },
          ],
        },
        { effect: mirror({ untilTag: 'until' }) },
      ),
      rule(
        'tagged',
        { kind: 'tag-exists', tag: 'mirror' },
        {
          effect: mirror({ to: { kind: 'from-tag', tag: 'mirror', among: [parseDestinationName('sensor')] } }),
        },
      ),
    );
    expect(found).toEqual({
      source: 'eni-1',
      machine: 'i-1',
      rules: [
        {
          rule: 'pci',
          when: {
            kind: 'all',
            holds: true,
            of: [
              { kind: 'tag-in', holds: true, tag: 'env', wanted: ['prod', 'staging'], actual: 'prod' },
              {
                kind: 'not',
                holds: true,
                of: { kind: 'tag-glob', holds: false, tag: 'team', wanted: ['sandbox-*'], actual: null },
              },
              {
                kind: 'attribute',
                holds: true,
                attribute: 'machineType',
                wanted: ['m7i.large'],
                actual: 'm7i.large',
              },
            ],
          },
          answer: { kind: 'asks', names: ['sensor'], unclear: null },
          until: { tag: 'until', actual: '2031-01-01' },
        },
        {
          rule: 'tagged',
          when: { kind: 'tag-exists', holds: false, tag: 'mirror', wanted: [], actual: null },
          answer: { kind: 'does-not-apply', because: 'condition-fails' },
          until: null,
        },
      ],
      evaluation: { asks: [{ name: 'sensor', rules: ['pci'] }], unclear: [], notes: [] },
    });
  });

  test('says why a rule whose condition holds asks for nothing', () => {
    const always = { kind: 'not', of: { kind: 'tag-exists', tag: 'x' } } as const;
    const machineOnly = { kind: 'not', of: { kind: 'attribute', attribute: 'machineName', values: ['x'] } } as const;
    const rules = [
      rule('primary', always, { interfaces: 'primary' }),
      rule('machine', machineOnly),
      rule('over', always, { effect: mirror({ untilTag: 'over' }) }),
      rule('odd', always, { effect: mirror({ untilTag: 'odd', isRequired: true }) }),
      rule('wish', always),
      rule('never', always, { effect: NEVER }),
    ];
    const one = thing({ own: { over: '2029-01-01', odd: 'soon' }, source: { isPrimary: false }, machine: null });
    expect(traceOf(one, ...rules).rules.map(({ rule: name, answer }) => [name, answer])).toEqual([
      ['primary', { kind: 'does-not-apply', because: 'not-primary' }],
      ['machine', { kind: 'does-not-apply', because: 'no-machine' }],
      ['over', { kind: 'expired', detail: 'over wished until then' }],
      ['odd', { kind: 'until-unreadable', detail: "tag odd is 'soon', which is no ISO 8601 time" }],
      ['wish', { kind: 'opted-out', detail: 'never takes it away' }],
      ['never', { kind: 'never' }],
    ]);
  });

  test('tells a tag that is missing from one that is empty', () => {
    const limited = rule(
      'limited',
      { kind: 'tag-glob', tag: 'env', glob: '*' },
      { effect: mirror({ untilTag: 'until' }) },
    );
    const find = (one: Thing): unknown => {
      const [found] = traceOf(one, limited).rules;
      return [found?.when, found?.until?.actual];
    };
    const glob = { kind: 'tag-glob', tag: 'env', wanted: ['*'] } as const;
    expect(find(thing())).toEqual([{ ...glob, holds: false, actual: null }, null]);
    expect(find(thing({ tags: { env: '', until: '' } }))).toEqual([{ ...glob, holds: true, actual: '' }, '']);
  });

  test('says what evaluate says, rule by rule', () => {
    fc.assert(
      fc.property(ruleLists, things, (rules, { source, machine }) => {
        const ruleSet = compileRules(toConfig(rules));
        const found = trace(ruleSet, source, machine, NOW_MS);
        const { asks, unclear, notes } = evaluate(ruleSet, source, machine, NOW_MS);

        const answering = (kind: string): readonly string[] =>
          found.rules.filter(({ answer }) => answer.kind === kind).map(({ rule: name }) => name);
        const noted = (code: string): readonly string[] =>
          notes.filter((note) => note.code === code).flatMap((note) => note.rules);
        const asked = found.rules.flatMap(({ rule: name, answer }) =>
          answer.kind === 'asks' ? answer.names.map((wanted) => `${name} ${wanted}`) : [],
        );
        expect(found.evaluation).toEqual({ asks, unclear, notes });
        expect(new Set(asked)).toEqual(
          new Set(asks.flatMap(({ name, rules: by }) => by.map((one) => `${one} ${name}`))),
        );
        expect(answering('opted-out')).toEqual(noted('opted-out'));
        expect(answering('expired')).toEqual(noted('expired'));
        expect(answering('until-unreadable')).toEqual(
          unclear.filter(({ code }) => code === 'until-unreadable').map(({ rule: name }) => name),
        );
        expect(found.rules.map(({ rule: name }) => name)).toEqual(rules.map(({ name }) => name));
      }),
      { numRuns: 1000 },
    );
  });

  test('is a tree whose parts add up, and plain data', () => {
    fc.assert(
      fc.property(ruleLists, things, (rules, one) => {
        const found = traceOf(one, ...rules);
        for (const { when, answer } of found.rules) {
          for (const condition of flatten(when)) expect(condition.holds).toBe(fromParts(condition));
          const isSilent = answer.kind === 'does-not-apply' && answer.because === 'condition-fails';
          if (isSilent) expect(when.holds).toBe(false);
          if (answer.kind !== 'does-not-apply') expect(when.holds).toBe(true);
        }
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      }),
    );
  });
});
