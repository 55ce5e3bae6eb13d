import type { NonEmpty } from '../../../shared/words.ts';
import type { Grant, Permission } from '../permissions.ts';
import { toArnPattern, type ResourceType } from './arns.ts';
import type { Condition, Test } from './conditions.ts';

/** One statement of an IAM policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** How far a policy reaches. Texts may be a template's own words for what is known when it is deployed. */
export interface Extent {
  readonly partition: string;
  readonly owner: string;
  readonly formerOwners: readonly string[];
  /** Where machines are kept; a policy reaches no other account and no other region. */
  readonly places: NonEmpty<{ readonly account: string; readonly region: string }>;
  /** The ARNs of what is one thing by name, and never all of its kind. */
  readonly named: Readonly<Partial<Record<ResourceType, NonEmpty<string>>>>;
}

/** Of these a policy names each one. */
const NAMED: ReadonlySet<ResourceType> = new Set(['key', 'object', 'parameter', 'queue', 'role']);

function toArns(type: ResourceType, { partition, places, named }: Extent): readonly string[] {
  const arns = named[type];
  if (arns !== undefined) return arns;
  if (NAMED.has(type)) throw new Error(`making a policy: no ${type} is named; name each, or leave its permission out`);
  return places.map(({ account, region }) => toArnPattern(type, { partition, account, region }));
}

function toValues({ values }: Test, { owner, formerOwners }: Extent): readonly string[] {
  if (values === 'owner') return [owner];
  return values === 'owners' ? [owner, ...formerOwners] : values;
}

const toCondition = (condition: Condition, extent: Extent): NonNullable<Statement['Condition']> =>
  Object.fromEntries(
    [...Map.groupBy(condition, ({ operator }) => operator)].map(([operator, tests]) => [
      operator,
      Object.fromEntries(tests.map((test) => [test.key, toValues(test, extent)])),
    ]),
  );

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

/** Grants of one sid have the same resources and the same condition: a condition gates its whole statement. */
function toStatement(sid: string, grants: NonEmpty<Grant>, extent: Extent): Statement {
  const [{ resources, condition }] = grants;
  return {
    Sid: sid,
    Effect: 'Allow',
    Action: sorted(grants.map(({ action }) => action)),
    Resource: sorted(resources.flatMap((type) => toArns(type, extent))),
    ...(condition.length === 0 ? {} : { Condition: toCondition(condition, extent) }),
  };
}

/** The statements that allow these calls and nothing beside, sorted by the order of the calls. */
export function toStatements(permissions: readonly Permission[], extent: Extent): readonly Statement[] {
  const grants = permissions.flatMap((permission) => [permission, ...permission.also]);
  return [...Map.groupBy(grants, ({ sid }) => sid)].flatMap(([sid, [first, ...others]]) =>
    first === undefined ? [] : [toStatement(sid, [first, ...others], extent)],
  );
}
