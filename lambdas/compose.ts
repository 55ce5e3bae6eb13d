import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import { Fault } from '../shared/fault.ts';
import type { Clock, Deps, Hash, Journal, RulesSource } from '../shared/ports.ts';
import { rememberInterruptions } from '../shared/reconcile/interruptions.ts';
import { rememberDisruptions } from '../shared/reconcile/recent.ts';
import { rememberRequests } from '../shared/reconcile/sweep-requests.ts';
import { rulesAt, type RulesPlace } from '../shared/rules-source.ts';
import { memberKeys, type MemberKey, type MemberRole, type SendAssumeRole } from './ec2/clients/assume.ts';
import { tellRefusedKey } from './ec2/clients/refused-key.ts';
import { balancersOf, type Balancers } from './ec2/destinations/balancers.ts';
import { faultCodeOf, formatRefusal, toRefusal } from './ec2/faults.ts';
import { ec2MirrorCloud, type Ec2 } from './ec2/mirror-cloud.ts';
import { PERMISSIONS } from './ec2/permissions.ts';
import type { AwsScope } from './ec2/scope.ts';
import type { Sleep } from './ec2/write/pace-line.ts';
import { retriesButThrottling } from './ec2/write/pace-retries.ts';
import { paced } from './ec2/write/pace.ts';
import { releaseOver, type Release } from './ec2/write/release.ts';
import { jsonJournal } from './journal.ts';
import { METRICS_NAMESPACE } from './metrics.ts';
import { workQueues, type SendBatch } from './queues.ts';
import type { SendGetObject } from './rules/s3.ts';
import { placeOf } from './rules/source.ts';
import type { SendGetParameter } from './rules/ssm.ts';
import {
  findMemberRole,
  ownRolesOf,
  parseBulkConcurrency,
  parseMode,
  parseScopes,
  settingOf,
  type Environment,
} from './settings.ts';

/** What the triggers need: the use case's ports, and who we are. */
export interface AwsDeps extends Deps {
  /** The names of the roles that tapkeeper itself acts in, by which its own calls are known. */
  readonly ownRoles: readonly string[];
}

/** What tests, the command line and the local clouds put in the place of the process's own. */
export interface Overrides {
  readonly clock?: Clock;
  readonly journal?: Journal;
  readonly newId?: () => string;
  readonly rules?: RulesSource;
  /** Who the process is; it is what assumes the roles of other accounts. */
  readonly credentials?: NonNullable<EC2ClientConfig['credentials']>;
  /** How writes wait for their pace. */
  readonly sleep?: Sleep;
}

/** Interfaces that are written to at a time. Writes have 50 tokens and 5 more a second per action; one call takes about a quarter of a second. */
const PARALLELISM = 10;

/** Standard retries, for reads from half a second on for throttling: five attempts span the refill of a drained bucket. */
const ATTEMPTS = 5;

/** Waiting longer than this for one answer would spend the time of the whole batch. */
const TIMEOUTS = { connectionTimeout: 2_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

/** What the configurations of all clients have in common. */
type ClientConfig = Pick<
  EC2ClientConfig & SQSClientConfig,
  'credentials' | 'endpoint' | 'maxAttempts' | 'requestHandler' | 'retryMode'
>;

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

/** What is made once for each scope, when it is first asked for. */
function perScope<Made>(make: (scope: AwsScope) => Made): (scope: AwsScope) => Made {
  const made = new Map<string, Made>();
  return (scope) => {
    const key = `${scope.account} ${scope.region}`;
    const found = made.get(key) ?? make(scope);
    made.set(key, found);
    return found;
  };
}

/** What sends through a client that is loaded and built for the first call. */
function loadedFirst<Input, Output>(load: () => Promise<(input: Input) => Promise<Output>>) {
  let loading: ReturnType<typeof load> | null = null;
  return async (input: Input): Promise<Output> => (await (loading ??= load()))(input);
}

/** The configuration of a client in the process's own region. */
function ownConfig(env: Environment, endpointSetting: string, overrides: Overrides) {
  const region = settingOf(env, 'AWS_REGION');
  return { ...clientConfig(env, endpointSetting, overrides), ...(region === null ? {} : { region }) };
}

/** Asks STS as whoever the process is; its client is loaded and built for the first account of others. */
const assumeRoleSender = (env: Environment, overrides: Overrides): SendAssumeRole =>
  loadedFirst(async () => {
    const { AssumeRoleCommand, STSClient } = await import('./ec2/clients/sts-client.ts');
    const client = new STSClient(ownConfig(env, 'AWS_ENDPOINT_URL_STS', overrides));
    return (input) => client.send(new AssumeRoleCommand(input));
  });

/** A bucket may be in another region than the function: S3 says in which, and is asked there. */
const objectSender = (env: Environment, overrides: Overrides): SendGetObject =>
  loadedFirst(async () => {
    const { GetObjectCommand, S3Client } = await import('./ec2/clients/object-client.ts');
    const client = new S3Client({ ...ownConfig(env, 'AWS_ENDPOINT_URL_S3', overrides), followRegionRedirects: true });
    return async ({ bucket, key, unlessTag }) => {
      const known = unlessTag === null ? {} : { IfNoneMatch: unlessTag };
      const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...known }));
      // Under Node a body is a stream of Node's.
      return { tag: ETag ?? null, body: Body as AsyncIterable<Uint8Array> };
    };
  });

const parameterSender = (env: Environment, overrides: Overrides): SendGetParameter =>
  loadedFirst(async () => {
    const { GetParameterCommand, SSMClient } = await import('./ec2/clients/parameter-client.ts');
    const client = new SSMClient(ownConfig(env, 'AWS_ENDPOINT_URL_SSM', overrides));
    return async (name) => {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
      return { value: Parameter?.Value ?? null, type: Parameter?.Type ?? null };
    };
  });

type ClientsOfScopes = Pick<Ec2, 'clientFor' | 'balancersFor' | 'releaseFor'>;

/** A client of the SDK, as far as a step can be put into its calls. */
interface WithSteps {
  readonly middlewareStack: {
    add(middleware: ReturnType<typeof tellRefusedKey>, options: { readonly step: 'initialize' }): void;
  };
}

/** The clients of each scope, with the credentials of its account. */
function clientsOf(env: Environment, overrides: Overrides, keyFor: (scope: AwsScope) => MemberKey | null) {
  const configOf = (endpointSetting: string, scope: AwsScope) => {
    const key = keyFor(scope);
    const config = { ...clientConfig(env, endpointSetting, overrides), region: scope.region };
    return key === null ? config : { ...config, credentials: key.provide };
  };
  const inScope = <Client extends WithSteps>(scope: AwsScope, client: Client): Client => {
    const key = keyFor(scope);
    if (key !== null) client.middlewareStack.add(tellRefusedKey(key), { step: 'initialize' });
    return client;
  };
  const readers = perScope((scope) => inScope(scope, new EC2Client(configOf('AWS_ENDPOINT_URL_EC2', scope))));
  const writers = perScope((scope) => {
    // The connections that the reads before it have opened.
    const { requestHandler } = readers(scope).config;
    const retryStrategy = retriesButThrottling(ATTEMPTS);
    return inScope(scope, new EC2Client({ ...configOf('AWS_ENDPOINT_URL_EC2', scope), requestHandler, retryStrategy }));
  });
  return {
    clientFor: (scope, use) => (use === 'read' ? readers : writers)(scope),
    balancersFor: perScope(async (scope): Promise<Balancers> => {
      const { ElasticLoadBalancingV2Client, DescribeListenersCommand, DescribeLoadBalancersCommand } =
        await import('./ec2/clients/balancer-client.ts');
      const client = new ElasticLoadBalancingV2Client(configOf('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', scope));
      return balancersOf({ DescribeListenersCommand, DescribeLoadBalancersCommand }, inScope(scope, client));
    }),
    releaseFor: perScope(async (scope): Promise<Release> => {
      const { AutoScalingClient, CompleteLifecycleActionCommand } =
        await import('./ec2/clients/auto-scaling-client.ts');
      const client = new AutoScalingClient(configOf('AWS_ENDPOINT_URL_AUTO_SCALING', scope));
      return releaseOver({ CompleteLifecycleActionCommand }, inScope(scope, client), scope);
    }),
  } satisfies ClientsOfScopes;
}

/** Whose credentials a scope is called with; `null`: the process's own. */
function keysByScope(env: Environment, overrides: Overrides, clock: Clock, role: MemberRole | null) {
  const keyOf = role === null ? () => null : memberKeys(role, clock, assumeRoleSender(env, overrides));
  return ({ account }: AwsScope): MemberKey | null => keyOf(account);
}

/** https://sqs.REGION.amazonaws.com/…; the queues of a deployment are in one region, which need not be the function's. */
const regionOfQueue = (url: string): string | null => /^https:\/\/sqs\.([a-z0-9-]+)\./.exec(url)?.[1] ?? null;

/** Refusals of the queue, as faults that name the permission. */
const toQueueFault = (thrown: unknown, queueUrl: string): Fault => {
  const refusal = toRefusal(thrown);
  const code = faultCodeOf(refusal);
  const { call, action } = PERMISSIONS.sendMessages;
  const remedy = code === 'denied' ? `allow ${action} on ${queueUrl}` : 'it is tried again later';
  return new Fault(code, `${call} to ${queueUrl}: ${formatRefusal(refusal)}; ${remedy}`, thrown);
};

function sqsSender(env: Environment, overrides: Overrides): SendBatch {
  const config = clientConfig(env, 'AWS_ENDPOINT_URL_SQS', overrides);
  const clients = new Map<string, SQSClient>();
  return async (QueueUrl, entries) => {
    const { SendMessageBatchCommand, SQSClient: Client } = await import('./ec2/clients/queue-client.ts');
    const region = regionOfQueue(QueueUrl) ?? settingOf(env, 'AWS_REGION');
    const client = clients.get(QueueUrl) ?? new Client(region === null ? config : { ...config, region });
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

/**
 * Where the environment says that the rules are, as `TAPKEEPER_RULES`; by default the file beside the bundle.
 * @throws Fault `config-invalid` for what names no place.
 */
export const rulesPlaceOf = (env: Environment, overrides: Overrides): RulesPlace =>
  placeOf(env, import.meta.dirname, {
    getObject: objectSender(env, overrides),
    getParameter: parameterSender(env, overrides),
  });

/** Everything that a trigger needs, out of the settings of the environment. The only place that builds clients. */
export function compose(env: Environment, overrides: Overrides): AwsDeps {
  const clock = overrides.clock ?? { now: Date.now };
  const newId = overrides.newId ?? randomUUID;
  const sleep = overrides.sleep ?? ((ms) => wait(ms));
  const urls = {
    event: settingOf(env, 'TAPKEEPER_EVENT_QUEUE_URL'),
    bulk: settingOf(env, 'TAPKEEPER_BULK_QUEUE_URL'),
  };
  const scopes = parseScopes(env, import.meta.dirname);
  const memberRole = findMemberRole(env, scopes);
  const clients = clientsOf(env, overrides, keysByScope(env, overrides, clock, memberRole));
  const cloud = ec2MirrorCloud({ ...clients, scopes, clock, newToken: randomUUID });
  return {
    cloud: paced(cloud, { clock, sleep, bulkConcurrency: parseBulkConcurrency(env) }),
    queues: workQueues(urls, sqsSender(env, overrides)),
    rules: overrides.rules ?? rulesAt(rulesPlaceOf(env, overrides), { clock, hash: sha256 }),
    clock,
    // Not `console.log`: with Lambda's JSON log format it wraps what it is given, and the metrics in it are not found.
    journal: overrides.journal ?? jsonJournal(clock, namespaceOf(env), (line) => process.stdout.write(line)),
    hash: sha256,
    mode: () => parseMode(env),
    parallelism: PARALLELISM,
    recent: rememberDisruptions(),
    requests: rememberRequests(),
    interruptions: rememberInterruptions(clock),
    newId,
    ownRoles: ownRolesOf(env, memberRole),
  };
}

/** Where CloudWatch counts; deployments that share an account are told apart by it. */
const namespaceOf = (env: Environment): string => settingOf(env, 'TAPKEEPER_METRICS_NAMESPACE') ?? METRICS_NAMESPACE;

/** The process's own composition, made at the first invocation: what is wrong with it then fails a message, not the start. */
export function composeOnce(): () => AwsDeps {
  let deps: AwsDeps | null = null;
  return () => (deps ??= compose(process.env, {}));
}
