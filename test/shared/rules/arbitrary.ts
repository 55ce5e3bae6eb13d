import * as fc from 'fast-check';
import { ATTRIBUTES, type Condition, type Rule } from '../../../shared/config/config.ts';
import { parseDestinationName, toInstant } from '../../../shared/ids.ts';
import type { Cloud, NonEmpty, Tags } from '../../../shared/words.ts';
import { mirror, NEVER, NOW_MS, rule, thing, type Thing } from './sketch.ts';

/** Few tags and values, in several casings and with the names of what every object has, so that conditions often hold. */
const tagNames = fc.constantFrom('env', 'Env', 'team', 'mirror', 'until', '__proto__', 'constructor');
const tagValues = fc.constantFrom('', 'prod', 'PROD', 'a', 'ab', 'soc', 'soc+ids', 'ids nonsense');
const times = fc.constantFrom(
  toInstant(NOW_MS - 1),
  toInstant(NOW_MS),
  toInstant(NOW_MS + 1),
  '2031-01-01',
  'tomorrow',
);
const globs = fc.constantFrom('*', 'a*', '?', 'p*d', '');
const attributeValues = fc.constantFrom('aws', 'azure', 'us-east-1', 'EastUS', 'm7i.large', 'web', 'vpc-1');

const nonEmpty = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<NonEmpty<T>> =>
  fc.tuple(one, fc.array(one, { maxLength: 2 })).map(([first, rest]) => [first, ...rest]);

const conditions: fc.Arbitrary<Condition> = fc.letrec<{ readonly condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tagNames.map((tag): Condition => ({ kind: 'tag-exists', tag })),
    fc.tuple(tagNames, nonEmpty(tagValues)).map(([tag, values]): Condition => ({ kind: 'tag-in', tag, values })),
    fc.tuple(tagNames, globs).map(([tag, glob]): Condition => ({ kind: 'tag-glob', tag, glob })),
    fc
      .tuple(fc.constantFrom(...ATTRIBUTES), nonEmpty(attributeValues))
      .map(([attribute, values]): Condition => ({ kind: 'attribute', attribute, values })),
    nonEmpty(tie('condition')).map((of): Condition => ({ kind: 'all', of })),
    nonEmpty(tie('condition')).map((of): Condition => ({ kind: 'any', of })),
    tie('condition').map((of): Condition => ({ kind: 'not', of })),
  ),
})).condition;

const names = fc.constantFrom(parseDestinationName('soc'), parseDestinationName('ids'), parseDestinationName('apm'));

const effects: fc.Arbitrary<Rule['effect']> = fc.oneof(
  fc.constant(NEVER),
  fc
    .record({
      to: fc.oneof(
        nonEmpty(names).map((of) => ({ kind: 'names' as const, names: of })),
        nonEmpty(names).map((among) => ({ kind: 'from-tag' as const, tag: 'mirror', among })),
      ),
      isRequired: fc.boolean(),
      untilTag: fc.constantFrom(null, null, 'until'),
    })
    .map(mirror),
);

export const ruleLists: fc.Arbitrary<readonly Rule[]> = fc
  .array(fc.record({ when: conditions, effect: effects, interfaces: fc.constantFrom('all', 'all', 'primary') }), {
    maxLength: 6,
  })
  .map((drafts) => drafts.map(({ when, ...rest }, at) => rule(`rule-${at}`, when, rest)));

/** Made of pairs, since a tag may be named `__proto__`. */
const tags: fc.Arbitrary<Tags> = fc
  .array(
    tagNames.chain((name) => fc.tuple(fc.constant(name), name === 'until' ? times : tagValues)),
    { maxLength: 5 },
  )
  .map((pairs) => Object.fromEntries(pairs));

export const things: fc.Arbitrary<Thing> = fc
  .record({
    cloud: fc.constantFrom<Cloud>('aws', 'azure'),
    tags,
    own: tags,
    isPrimary: fc.boolean(),
    network: fc.constantFrom(null, 'vpc-1'),
    machine: fc.option(fc.record({ type: fc.constantFrom(null, 'm7i.large'), name: fc.constantFrom(null, 'WEB') })),
  })
  .map(({ isPrimary, network, ...sketch }) => thing({ ...sketch, source: { isPrimary, network } }));
