import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Condition, Config } from '../../../shared/config/config.ts';
import { findContradiction } from '../../../shared/config/lint/never-holds.ts';
import { parseDestinationName, parseRuleName } from '../../../shared/ids.ts';
import { compileRules } from '../../../shared/rules/compile.ts';
import { evaluate } from '../../../shared/rules/evaluate.ts';
import type { NonEmpty, Source } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';
import { configOf } from './problems.ts';

/** Few tags, values and regions, so that conditions often contradict themselves. */
const tag = fc.constantFrom('a', 'A', 'b');
const value = fc.constantFrom('x', 'y', 'xy');
const several = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<NonEmpty<T>> =>
  fc.tuple(one, fc.array(one, { maxLength: 3 })).map(([first, rest]) => [first, ...rest]);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('tag-exists' as const), tag }),
    fc.record({ kind: fc.constant('tag-in' as const), tag, values: several(value) }),
    fc.record({ kind: fc.constant('tag-glob' as const), tag, glob: fc.constantFrom('*', 'x*', '?', 'y') }),
    fc.record({
      kind: fc.constant('attribute' as const),
      attribute: fc.constant('region' as const),
      values: several(fc.constantFrom('eastus', 'East US', 'us-east-1')),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('condition') }),
    fc.record({ kind: fc.constantFrom('all' as const, 'any' as const), of: several(tie('condition')) }),
  ),
}));

const tags = fc.dictionary(tag, fc.oneof(value, fc.constant('')), { maxKeys: 3 });
const source = fc
  .record({ tags, cloud: fc.constantFrom('aws', 'azure'), region: fc.constantFrom('eastus', 'us-east-1') })
  .map(({ tags, cloud, region }) => toWorld({ cloud, region, sources: [{ id: 'eni-0a', tags }] }).sources[0] as Source);

const NAME = parseDestinationName('sensor');

const configWith = (when: Condition): Config => ({
  ...configOf('version: 1\nowner: soc'),
  rules: [
    {
      name: parseRuleName('r'),
      when,
      interfaces: 'all',
      effect: { kind: 'mirror', to: { kind: 'names', names: [NAME] }, isRequired: false, untilTag: null },
    },
  ],
});

it('what can never hold is never asked for by any source', () => {
  let contradictions = 0;
  fc.assert(
    fc.property(condition, fc.array(source, { minLength: 8, maxLength: 8 }), (when, sources) => {
      if (findContradiction(when) === null) return;
      contradictions += 1;
      const ruleSet = compileRules(configWith(when));
      for (const one of sources) expect(evaluate(ruleSet, one, null, 0).asks).toEqual([]);
    }),
    { numRuns: 5000 },
  );
  expect(contradictions).toBeGreaterThan(50);
});
