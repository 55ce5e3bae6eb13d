import type { Scope } from '../../../shared/words.ts';
import type { Grant, Permission } from '../permissions.ts';
import { toArnPattern } from './arns.ts';
import type { Condition, Test } from './conditions.ts';

const VALUES = { owner: 'the owner in the rules', owners: 'the owner in the rules or a former one' } as const;

const VERBS = { StringEquals: 'is', StringLike: 'is like', 'ForAllValues:StringEquals': 'has nothing but' } as const;

function formatTest({ operator, key, values }: Test): string {
  const said = typeof values === 'string' ? VALUES[values] : values.join(' or ');
  return `${key} ${VERBS[operator]} ${said}`;
}

/** What a policy asks for, in words that follow "where"; nothing, when it asks for nothing. */
export const formatCondition = (condition: Condition): string => condition.map(formatTest).join(' and ');

function formatGrant({ action, resources, condition }: Grant, { account, region }: Scope): string {
  const place = { partition: '*', account, region: region ?? '*' };
  const allowed = `${action} on ${resources.map((type) => toArnPattern(type, place)).join(', ')}`;
  return condition.length === 0 ? allowed : `${allowed} where ${formatCondition(condition)}`;
}

/** What to allow, in words: actions, ARNs and conditions. */
export const formatPermission = (permission: Permission, scope: Scope): string =>
  [permission, ...permission.also].map((grant) => formatGrant(grant, scope)).join(', and ');
