import { hold, type Conditions, type Context } from './conditions.ts';
import { isArnLike, toPattern } from './pattern.ts';

/** A statement of a policy of an identity, as JSON has it. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

/** All statements of all policies of an identity. */
export type Policy = readonly PolicyStatement[];

/** One thing that a call must be allowed: most calls are one check, some are several. */
export interface Check {
  readonly action: string;
  /** An ARN, or `*` where the action knows no resources. */
  readonly resource: string;
  readonly context: Context;
}

export type Decision = 'allowed' | 'denied' | 'not-allowed';

const KNOWN = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

const toList = (texts: string | readonly string[]): readonly string[] => (typeof texts === 'string' ? [texts] : texts);

/** An action that knows no resources is allowed by `*` only: no other pattern is like it. */
const isAbout = ({ Action, Resource }: PolicyStatement, { action, resource }: Check): boolean =>
  toList(Action).some((pattern) => toPattern(pattern, 'i').test(action)) &&
  toList(Resource).some((pattern) => isArnLike(pattern, resource));

/**
 * What the policies of an identity come to: a denial beats every permission, and what nothing allows is not allowed
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 * @throws Error for an element that is not known, such as `NotAction`: it is not passed over.
 */
export function decide(policy: Policy, check: Check): Decision {
  const stray = policy.flatMap((statement) => Object.keys(statement)).find((element) => !KNOWN.has(element));
  if (stray !== undefined) throw new Error(`reading a policy: the element ${stray} is not known to the local cloud`);
  const effects = policy
    .filter((statement) => isAbout(statement, check) && hold(statement.Condition ?? {}, check.context))
    .map(({ Effect }) => Effect);
  if (effects.includes('Deny')) return 'denied';
  return effects.includes('Allow') ? 'allowed' : 'not-allowed';
}
