import * as v from 'valibot';
import { ConditionSchema, type ConditionSection } from './condition.ts';
import { isMap, mustBe, section } from './section.ts';
import { choice, names, tagName, truth } from './values.ts';

const RULE_NAME = 'a name of at most 64 characters on one line';

/** Letters of any script, but nothing that would break a line or a table. */
const RuleName = v.pipe(
  v.string(mustBe(RULE_NAME)),
  v.nonEmpty(mustBe(RULE_NAME)),
  v.maxLength(64, mustBe(RULE_NAME)),
  v.check((name) => name.trim() === name && !/\p{C}/u.test(name), mustBe(RULE_NAME)),
);

const FromTagSchema = section({
  fromTag: v.pipe(tagName(), v.description('the tag whose value names the destinations')),
  among: v.pipe(names(), v.description('the destinations and pools that the value may name, as [sensor-use1]')),
});

export type MirrorSection = readonly string[] | v.InferOutput<typeof FromTagSchema>;

const MirrorSchema: v.GenericSchema<MirrorSection> = v.lazy((input) => {
  if (input === undefined) return v.union([names(), FromTagSchema]);
  return isMap(input) ? FromTagSchema : names();
});

/** What one rule says: `mirror` or `never` is there, not both. */
export interface RuleSection {
  readonly name: string;
  readonly when: ConditionSection;
  readonly interfaces?: 'all' | 'primary' | undefined;
  readonly mirror?: MirrorSection | undefined;
  readonly required?: boolean | undefined;
  readonly until?: { readonly fromTag: string } | undefined;
  readonly never?: true | undefined;
}

export const RuleSchema: v.GenericSchema<RuleSection> = section({
  name: v.pipe(RuleName, v.description('a name, which plans and logs give as the reason')),
  when: v.pipe(ConditionSchema, v.description('the condition, as { tag: mirror }')),
  interfaces: v.pipe(
    v.optional(choice('all', 'primary')),
    v.description('all interfaces of a machine, or its primary one only'),
  ),
  mirror: v.pipe(v.optional(MirrorSchema), v.description('the destinations and pools, or the tag that names them')),
  required: v.pipe(v.optional(truth()), v.description('whether no `never` rule beats this one')),
  until: v.pipe(
    v.optional(section({ fromTag: v.pipe(tagName(), v.description('the tag that holds an ISO 8601 time')) })),
    v.description('the tag that says until when the rule wishes anything'),
  ),
  never: v.pipe(
    v.optional(v.literal(true, mustBe('`true`; leave it out otherwise'))),
    v.description('takes away what rules that are not `required` wish'),
  ),
});
