import { Aws } from 'aws-cdk-lib';
import { ACCOUNT_MARK } from '../../../lambdas/ec2/clients/assume.ts';
import type { NamedPlace } from '../../../lambdas/rules/place.ts';
import { FEEDS } from './limits.ts';
import type { namesOf } from '../names.ts';
import type { Queues } from './queues.ts';
import type { Settings } from '../settings.ts';

/** The environment of all three functions, as `compose` of the Lambdas reads it. */
export function toEnvironment(
  names: ReturnType<typeof namesOf>,
  settings: Settings,
  { work }: Queues,
): Readonly<Record<string, string>> {
  const { mode, scopes, account, rules } = settings;
  return {
    TAPKEEPER_MODE: mode,
    TAPKEEPER_SCOPES: scopes.map((scope) => `${scope.account}:${scope.region}`).join(','),
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

function toMemberSettings(names: ReturnType<typeof namesOf>, { members }: Settings): Readonly<Record<string, string>> {
  if (members === null) return {};
  return {
    TAPKEEPER_MEMBER_ROLE: `arn:${Aws.PARTITION}:iam::${ACCOUNT_MARK}:role/${names.memberRole}`,
    TAPKEEPER_EXTERNAL_ID: members.externalId,
  };
}

/** A rules file is deployed beside the code, which is where it is looked for. */
function toRulesSetting(rules: NamedPlace): Readonly<Record<string, string>> {
  switch (rules.kind) {
    case 'file':
      return {};
    case 'object':
      return { TAPKEEPER_RULES: `s3://${rules.bucket}/${rules.key}` };
    case 'parameter':
      return { TAPKEEPER_RULES: `ssm:${rules.name}` };
  }
}
