import { Aws } from 'aws-cdk-lib';
import { ACCOUNT_MARK } from '../../../lambdas/ec2/clients/assume.ts';
import type { NamedPlace } from '../../../lambdas/rules/place.ts';
import { FEEDS } from './limits.ts';
import type { namesOf } from '../names.ts';
import type { Queues } from './queues.ts';
import type { Settings } from '../settings.ts';
import { toText } from '../settings/rules-place.ts';

/** The environment of all three functions, as `compose` of the Lambdas reads it. */
export function toEnvironment(
  names: ReturnType<typeof namesOf>,
  settings: Settings,
  { work }: Queues,
): Readonly<Record<string, string>> {
  const { mode, account, rules } = settings;
  return {
    TAPKEEPER_MODE: mode,
    ...toScopesSetting(settings),
    TAPKEEPER_ACCOUNT: account,
    ...toMemberSettings(names, settings),
    TAPKEEPER_ROLE_NAME: names.role,
    TAPKEEPER_EVENT_QUEUE_URL: work.event.queueUrl,
    TAPKEEPER_BULK_QUEUE_URL: work.bulk.queueUrl,
    TAPKEEPER_BULK_CONCURRENCY: String(FEEDS.bulk.concurrency),
    TAPKEEPER_METRICS_NAMESPACE: names.namespace,
    ...toRulesSetting(rules),
  };
}

/**
 * Lambda takes 4 KB of environment, of which the longest names, external id and key of an object leave about this much
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
const MOST_CHARACTERS_OF_SCOPES = 1000;

export const toScopesText = ({ scopes }: Pick<Settings, 'scopes'>): string =>
  scopes.map(({ account, region }) => `${account}:${region}`).join(',');

/** Whether the scopes are listed in the environment, where a person sees them; else they lie beside the code. */
export const areScopesInEnvironment = (settings: Pick<Settings, 'scopes'>): boolean =>
  toScopesText(settings).length <= MOST_CHARACTERS_OF_SCOPES;

const toScopesSetting = (settings: Settings): Readonly<Record<string, string>> =>
  areScopesInEnvironment(settings) ? { TAPKEEPER_SCOPES: toScopesText(settings) } : {};

function toMemberSettings(names: ReturnType<typeof namesOf>, { members }: Settings): Readonly<Record<string, string>> {
  if (members === null) return {};
  return {
    TAPKEEPER_MEMBER_ROLE: `arn:${Aws.PARTITION}:iam::${ACCOUNT_MARK}:role/${names.memberRole}`,
    TAPKEEPER_EXTERNAL_ID: members.externalId,
  };
}

/** A rules file is deployed beside the code, which is where it is looked for. */
const toRulesSetting = (rules: NamedPlace): Readonly<Record<string, string>> =>
  rules.kind === 'file' ? {} : { TAPKEEPER_RULES: toText(rules) };
