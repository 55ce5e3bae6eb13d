import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { SendMessageBatchCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { Fault } from '../shared/fault.ts';
import type { Clock, Deps, Hash, Journal, RulesSource } from '../shared/ports.ts';
import { rememberDisruptions } from '../shared/reconcile/recent.ts';
import type { AwsScope } from './ec2/convert.ts';
import { faultCodeOf, formatRefusal, toRefusal } from './ec2/faults.ts';
import { ec2MirrorCloud } from './ec2/mirror-cloud.ts';
import { jsonJournal } from './journal.ts';
import { workQueues, type SendBatch } from './queues.ts';
import { rulesFile } from './rules-file.ts';
import { parseMode, parseScopes, settingOf, type Environment } from './settings.ts';

/** What the triggers need: the use case's ports, and who we are. */
export interface AwsDeps extends Deps {
  /** The name of the role that tapkeeper itself acts in, by which its own calls are known; `null` when it is not set. */
  readonly ownRole: string | null;
}

/** What tests, the command line and the local clouds put in the place of the process's own. */
export interface Overrides {
  readonly clock?: Clock;
  readonly journal?: Journal;
  readonly newId?: () => string;
  readonly rules?: RulesSource;
  readonly credentials?: NonNullable<EC2ClientConfig['credentials']>;
}

/** Interfaces that are written to at a time. Writes have 50 tokens and 5 more a second per action; one call takes about a quarter of a second. */
const PARALLELISM = 8;

/** Standard retries, from half a second on for throttling: five attempts span the refill of a drained bucket. */
const ATTEMPTS = 5;

/** Waiting longer than this for one answer would spend the time of the whole batch. */
const TIMEOUTS = { connectionTimeout: 2_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

type ClientConfig = EC2ClientConfig & SQSClientConfig;

function clientConfig(env: Environment, endpointSetting: string, overrides: Overrides): ClientConfig {
  const endpoint = settingOf(env, endpointSetting);
  const { credentials } = overrides;
  return {
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    requestHandler: TIMEOUTS,
    ...(endpoint === null ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** One client per region: its connections and its retry quota are kept from one invocation to the next. */
function clientsByRegion(config: EC2ClientConfig): (scope: AwsScope) => EC2Client {
  const clients = new Map<string, EC2Client>();
  return ({ region }) => {
    const client = clients.get(region) ?? new EC2Client({ ...config, region });
    clients.set(region, client);
    return client;
  };
}

/** https://sqs.REGION.amazonaws.com/…; the queues of a deployment are in one region, which need not be the function's. */
const regionOfQueue = (url: string): string | null => /^https:\/\/sqs\.([a-z0-9-]+)\./.exec(url)?.[1] ?? null;

/** Refusals of the queue, as faults that name the permission. */
const toQueueFault = (thrown: unknown, queueUrl: string): Fault => {
  const refusal = toRefusal(thrown);
  const code = faultCodeOf(refusal);
  const remedy = code === 'denied' ? `allow sqs:SendMessage on ${queueUrl}` : 'it is tried again later';
  return new Fault(code, `SendMessageBatch to ${queueUrl}: ${formatRefusal(refusal)}; ${remedy}`, thrown);
};

function sqsSender(env: Environment, overrides: Overrides): SendBatch {
  const config = clientConfig(env, 'AWS_ENDPOINT_URL_SQS', overrides);
  const clients = new Map<string, SQSClient>();
  return async (QueueUrl, entries) => {
    const region = regionOfQueue(QueueUrl) ?? settingOf(env, 'AWS_REGION');
    const client = clients.get(QueueUrl) ?? new SQSClient(region === null ? config : { ...config, region });
    clients.set(QueueUrl, client);
    const Entries = entries.map(({ id, body, delaySeconds }) => ({
      Id: id,
      MessageBody: body,
      DelaySeconds: delaySeconds,
    }));
    try {
      const { Failed: failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      return { refused: failed.map(({ Id }) => Id ?? ''), code: failed[0]?.Code ?? null };
    } catch (thrown) {
      throw toQueueFault(thrown, QueueUrl);
    }
  };
}

/** Everything that a trigger needs, out of the settings of the environment. The only place that builds clients. */
export function compose(env: Environment, overrides: Overrides): AwsDeps {
  const clock = overrides.clock ?? { now: Date.now };
  const newId = overrides.newId ?? randomUUID;
  const urls = {
    event: settingOf(env, 'TAPKEEPER_EVENT_QUEUE_URL'),
    bulk: settingOf(env, 'TAPKEEPER_BULK_QUEUE_URL'),
  };
  const rulesPath = settingOf(env, 'TAPKEEPER_RULES') ?? join(import.meta.dirname, 'tapkeeper.yaml');
  return {
    cloud: ec2MirrorCloud({
      scopes: parseScopes(env),
      clientFor: clientsByRegion(clientConfig(env, 'AWS_ENDPOINT_URL_EC2', overrides)),
      clock,
      newToken: randomUUID,
    }),
    queues: workQueues(urls, sqsSender(env, overrides)),
    rules: overrides.rules ?? rulesFile(rulesPath, sha256),
    clock,
    // Not `console.log`: with Lambda's JSON log format it wraps what it is given, and the metrics in it are not found.
    journal: overrides.journal ?? jsonJournal(clock, (line) => process.stdout.write(line)),
    hash: sha256,
    recent: rememberDisruptions(),
    mode: () => parseMode(env),
    parallelism: PARALLELISM,
    newId,
    ownRole: settingOf(env, 'TAPKEEPER_ROLE_NAME'),
  };
}

/** The process's own composition, made at the first invocation: what is wrong with it then fails a message, not the start. */
export function composeOnce(): () => AwsDeps {
  let deps: AwsDeps | null = null;
  return () => (deps ??= compose(process.env, {}));
}
