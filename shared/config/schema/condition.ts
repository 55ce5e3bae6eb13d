import * as v from 'valibot';
import { ATTRIBUTES, type Attribute } from '../config.ts';
import { suggest } from '../nearest.ts';
import { isMap, mustBe, section } from './section.ts';
import { choice, listOf, tagName, tagValue, text } from './values.ts';

/** A condition as it is written. */
export type ConditionSection =
  | { readonly all: readonly ConditionSection[] }
  | { readonly any: readonly ConditionSection[] }
  | { readonly not: ConditionSection }
  | TagSection
  | AttributeSection;

/** At most one of the three beside `tag` is there. */
export interface TagSection {
  readonly tag: string;
  readonly equals?: string | undefined;
  readonly in?: readonly string[] | undefined;
  readonly glob?: string | undefined;
}

/** Exactly one key is there. */
export type AttributeSection = { readonly [attribute in Attribute]?: string | readonly string[] };

type Schema = v.GenericSchema<ConditionSection>;

const conditions = () => listOf(ConditionSchema, 'a list of conditions');

const comparisons = ['equals', 'in', 'glob'] as const;

const TagSchema: v.GenericSchema<TagSection> = v.pipe(
  section({
    tag: v.pipe(tagName(), v.description("a tag's name")),
    equals: v.optional(tagValue()),
    in: v.optional(listOf(tagValue(), 'a list of values, as [prod, staging]')),
    glob: v.optional(v.pipe(tagValue(), v.nonEmpty('must have a character; for an empty value write `equals: ""`'))),
  }),
  v.check(
    (condition) => comparisons.filter((key) => key in condition).length <= 1,
    'must have one of `equals`, `in` and `glob`, or none',
  ),
);

/** One value, or a list of them of which one must be met. */
const oneOrMore = (item: v.GenericSchema<string>, what: string) =>
  v.lazy((input): v.GenericSchema<string | readonly string[]> => {
    const several = listOf(item, `${what}, or a list of them`);
    if (input === undefined) return v.union([item, several]);
    return Array.isArray(input) ? several : item;
  });

const attribute = (what: string) => oneOrMore(text(what), what);

const VALUES: Readonly<Record<Attribute, v.GenericSchema<string | readonly string[]>>> = {
  cloud: oneOrMore(choice('aws', 'azure'), '`aws` or `azure`'),
  account: attribute('an AWS account or an Azure subscription'),
  region: attribute('a region, as us-east-1 or eastus'),
  resourceGroup: attribute('a resource group'),
  network: attribute("a VPC's or virtual network's id"),
  subnet: attribute("a subnet's id"),
  machineType: attribute('an instance type or VM size'),
  machineName: attribute("a machine's name"),
};

/** Each kind of condition by the key that tells it from the others. */
const KINDS: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ['all', section({ all: v.lazy(conditions) })],
  ['any', section({ any: v.lazy(conditions) })],
  ['not', section({ not: v.lazy((): Schema => ConditionSchema) })],
  ['tag', TagSchema],
  ...ATTRIBUTES.map((key): [string, Schema] => [key, section({ [key]: VALUES[key] }) as Schema]),
]);

const KEYS = [...KINDS.keys(), ...comparisons];

/** A condition of any kind; conditions nest, so it is only looked at when it is needed. */
export const ConditionSchema: Schema = v.lazy((input) => {
  if (input === undefined) return v.union([...KINDS.values()]);
  return isMap(input) ? schemaOf(Object.keys(input)) : noCondition(mustBe('a condition, as { tag: mirror }'));
});

function schemaOf(keys: readonly string[]): Schema {
  const found = keys.filter((key) => KINDS.has(key));
  const kind = KINDS.get(found[0] ?? (keys.some(isComparison) ? 'tag' : ''));
  if (found.length > 1)
    return noCondition(
      () =>
        `must be one condition; put ${found.map((key) => `\`${key}\``).join(' and ')} under \`all\`, each in a map of its own`,
    );
  if (kind !== undefined) return kind;
  const [key] = keys;
  return noCondition(() =>
    key === undefined
      ? 'must be a condition, as { tag: mirror }, not empty'
      : `unknown condition \`${key}\`; ${suggest(key, KEYS)}`,
  );
}

const isComparison = (key: string): boolean => comparisons.some((one) => one === key);

const noCondition = (message: v.ErrorMessage<v.CustomIssue>): Schema =>
  v.custom<ConditionSection>(() => false, message);
