import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { compose, type AwsDeps } from '../../../lambdas/compose.ts';
import { onChange } from '../../../lambdas/on-change.ts';
import { onSweep } from '../../../lambdas/sweep.ts';
import type { Config } from '../../../shared/config/config.ts';
import { parseDestinationName, parseFilterId, parseRegion, parseRuleName, parseTargetId } from '../../../shared/ids.ts';
import type { Clock, Journal } from '../../../shared/ports.ts';
import type { Owner, RulesVersion } from '../../../shared/words.ts';
import type { Account } from './account.ts';

/** Rules that mirror what has the tag `mirror` to one destination. */
export function rulesTo(target: string, filter: string): Config {
  const name = parseDestinationName('sensor');
  return {
    version: 1,
    owner: 'soc' as Owner,
    formerOwners: [],
    policy: 'sync',
    guard: { count: 20, percent: 10 },
    interruption: { inFlight: 5, settleSeconds: 30, windows: [] },
    slots: 3,
    graceHours: 72,
    pools: [],
    destinations: [
      {
        cloud: 'aws',
        name,
        region: parseRegion('us-east-1'),
        entry: { kind: 'target', id: parseTargetId(target) },
        filter: { kind: 'one', id: parseFilterId(filter) },
        sessionNumber: 100,
        packetLength: null,
        virtualNetworkId: null,
        numbers: 'nearest',
        mayPreempt: false,
      },
    ],
    rules: [
      {
        name: parseRuleName('tagged'),
        when: { kind: 'tag-exists', tag: 'mirror' },
        interfaces: 'all',
        effect: { kind: 'mirror', to: { kind: 'names', names: [name] }, isRequired: false, untilTag: null },
      },
    ],
  };
}

const roleOf = ({ local }: Account) => local.as({ kind: 'role', roleName: local.roleName, sessionName: 'on-change' });

export const queuesOf = (account: Account): SQSClient =>
  new SQSClient({ endpoint: account.local.sqsEndpoint, region: account.local.region, credentials: roleOf(account) });

/** What the handlers of a deployment in the account work with. */
export const composeFor = (
  account: Account,
  config: Config,
  given: { readonly mode: () => string; readonly journal: Journal; readonly clock?: Clock },
): AwsDeps => {
  const { local } = account;
  return compose(
    {
      AWS_REGION: local.region,
      AWS_ENDPOINT_URL_EC2: local.endpoint,
      AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: local.endpoint,
      AWS_ENDPOINT_URL_SQS: local.sqsEndpoint,
      TAPKEEPER_SCOPES: `${local.account}:${local.region}`,
      TAPKEEPER_EVENT_QUEUE_URL: local.queues.event.url,
      TAPKEEPER_BULK_QUEUE_URL: local.queues.bulk.url,
      TAPKEEPER_ROLE_NAME: local.roleName,
      get TAPKEEPER_MODE() {
        return given.mode();
      },
    },
    {
      ...(given.clock === undefined ? {} : { clock: given.clock }),
      credentials: roleOf(account),
      journal: given.journal,
      rules: { followedBy: 'reader', load: async () => ({ config, version: 'v' as RulesVersion }) },
    },
  );
};

export const TAGGED = {
  TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'mirror', Value: 'yes' }] }],
};

/** A batch as Lambda polls it: bodies under the ids m0, m1, … */
export const batch = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, at) => ({
    messageId: `m${at}`,
    eventSource: 'aws:sqs',
    awsRegion: 'us-east-1',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })),
});

/** Sweeps, and has what was found repaired: what the two queues do between the handlers. */
export async function sweepAndRepair(account: Account, deps: AwsDeps): Promise<void> {
  await onSweep(() => deps)();
  const queues = queuesOf(account);
  const receive = new ReceiveMessageCommand({ QueueUrl: account.local.queues.bulk.url, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await queues.send(receive);
  queues.destroy();
  const { batchItemFailures } = (await onChange(() => deps)(batch(...Messages.map(({ Body }) => Body)))) ?? {
    batchItemFailures: [],
  };
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} of ${Messages.length} came back`);
}
