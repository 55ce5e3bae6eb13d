import { randomUUID } from 'node:crypto';
import { compose, type AwsDeps } from '../../lambdas/compose.ts';
import { onChange } from '../../lambdas/on-change.ts';
import { onResync } from '../../lambdas/resync.ts';
import { onSweep } from '../../lambdas/sweep.ts';
import type { JournalEntry } from '../../shared/journal.ts';
import type { Journal, RulesSource } from '../../shared/ports.ts';
import type { AwsCloud } from './aws-cloud.ts';
import type { AccessKey } from './identity.ts';
import { toArn } from './identity.ts';
import { createEnvironments } from './execution-environments.ts';
import type { LambdaContext } from './lambda-context.ts';
import { invoke } from './lambda-context.ts';
import type { LambdaSettings } from './lambda-settings.ts';
import { toEnvironment } from './lambda-settings.ts';
import { startPoller } from './poller.ts';
import type { Queue } from './queues.ts';
import { localSqsClient } from './queues.ts';

export interface LambdaHostOptions extends LambdaSettings {
  /** Where rules come from instead of the file. */
  readonly rules?: RulesSource;
  /** How often the sweep runs; `null`: only when it is asked for. */
  readonly sweepSeconds: number | null;
  readonly journal?: Journal;
  /** The role of the sweep, which may do less than the cloud's own; that one when left out. */
  readonly sweepRoleName?: string;
  readonly batchSize?: number;
  readonly batchWindowMs?: number;
  /** How many batches of events are handled at a time: `MaximumConcurrency` of the event source mapping. */
  readonly eventConcurrency?: number;
  /** How many batches of bulk work are handled at a time. */
  readonly bulkConcurrency?: number;
  /** How many invocations each function runs at a time, whatever asks for them; any number when left out. */
  readonly reservedConcurrency?: number;
  /** How long an invocation may take, by the cloud's clock. */
  readonly timeoutSeconds?: number;
  /** How writes wait for their pace, where the clock is not the machine's. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Told of invocations that threw, as Lambda's log is. */
  readonly failed?: (what: string, thrown: unknown) => void;
}

/** How long one attachment took, from the event to the answer of the cloud. */
export interface AttachTime {
  readonly source: string;
  readonly destination: string;
  readonly atMs: number;
  readonly tookMs: number;
}

export interface ResyncAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The deployed Lambdas, hosted. */
export interface LambdaHost {
  /** Invokes the handler of resync as a function URL does for a caller that IAM knows. */
  resync(body: string): Promise<ResyncAnswer>;
  /** Invokes the handler of the sweep now. */
  sweep(): Promise<void>;
  /** The last attachments, the oldest first. */
  readonly attachTimes: readonly AttachTime[];
  stop(): Promise<void>;
}

/** As many attachments as are remembered. */
const REMEMBERED = 1000;

/** The longest that Lambda allows: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html. */
const LONGEST_SECONDS = 900;

/** What the schedule sends; nothing of it is read. */
const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

/** A handler as Lambda calls it. */
type Handler<Answer> = (event: unknown, context: LambdaContext) => Promise<Answer>;

/** Hosts the very handlers that are deployed, composed as Lambda's environment would have them. */
export function hostLambdas(cloud: AwsCloud, options: LambdaHostOptions): LambdaHost {
  const { queues = cloud.queues } = options;
  const { batchSize = 10, batchWindowMs = 5, eventConcurrency = 5, bulkConcurrency = 2, failed = logFailure } = options;
  const { sweepRoleName = cloud.roleName } = options;
  const key = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: `${cloud.roleName}-on-change` });
  const sweepKey = cloud.as({ kind: 'role', roleName: sweepRoleName, sessionName: `${cloud.roleName}-sweep` });
  const attachTimes: AttachTime[] = [];
  const overrides = {
    clock: cloud.clock,
    journal: {
      write(entry: JournalEntry) {
        const time = findAttachTime(cloud, entry);
        if (time !== null) attachTimes.push(time);
        if (attachTimes.length > REMEMBERED) attachTimes.shift();
        options.journal?.write(entry);
      },
    },
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
  };
  /** A function of its own, with environments of its own. */
  const deployed = <Answer>(
    name: string,
    credentials: AccessKey,
    handlerOf: (deps: () => AwsDeps) => Handler<Answer>,
  ) => {
    const { timeoutSeconds = LONGEST_SECONDS, reservedConcurrency = Number.POSITIVE_INFINITY } = options;
    const lambda = { name: `${cloud.roleName}-${name}`, timeoutSeconds, clock: cloud.clock };
    const inEnvironment = createEnvironments(() => {
      const deps = compose(toEnvironment(cloud, options, credentials, bulkConcurrency), { ...overrides, credentials });
      return handlerOf(() => deps);
    }, reservedConcurrency);
    return (event: unknown): Promise<Answer> =>
      cloud.activity.track(invoke(lambda, (context) => inEnvironment((handler) => handler(event, context))));
  };
  const onChangeLambda = deployed('on-change', key, onChange);
  const onSweepLambda = deployed('sweep', sweepKey, onSweep);
  const onResyncLambda = deployed('resync', key, onResync);
  const client = localSqsClient(cloud.sqsEndpoint, cloud.region, key);
  const stopConsuming = cloud.consume();
  const startMapping = (queue: Queue, concurrency: number) =>
    startPoller({
      client,
      queue,
      region: cloud.region,
      handler: onChangeLambda,
      batchSize,
      batchWindowMs,
      concurrency,
      activity: cloud.activity,
      failed: ({ name }: Queue, thrown) => failed(`on-change for a batch of ${name}`, thrown),
    });
  const stopPollers = [startMapping(queues.event, eventConcurrency), startMapping(queues.bulk, bulkConcurrency)];
  const sweep = (): Promise<void> => onSweepLambda(SCHEDULED);
  const stopSweeping = startSweeping(options.sweepSeconds, sweep, (thrown) => failed('sweep', thrown));

  return {
    attachTimes,
    sweep,
    async resync(body) {
      const answer = await onResyncLambda(toFunctionUrlEvent(cloud, key, body));
      return {
        status: answer.statusCode ?? 200,
        contentType: String(answer.headers?.['content-type'] ?? ''),
        body: answer.body ?? '',
      };
    },
    async stop() {
      stopSweeping();
      stopConsuming();
      await Promise.all(stopPollers.map((stop) => stop()));
      client.destroy();
    },
  };
}

/** From the moment when the event was put, which its envelope knows to the second only. */
function findAttachTime(cloud: AwsCloud, entry: JournalEntry): AttachTime | null {
  if (entry.kind !== 'applied' || entry.change.kind !== 'attach') return null;
  const atMs = cloud.clock.now();
  const sinceMs = cloud.bus.findPutMs(entry.correlation) ?? Date.parse(entry.since);
  const { source, destination } = entry.change;
  return { source, destination, atMs, tookMs: atMs - sinceMs };
}

/** The next sweep waits until the one before it has ended. */
function startSweeping(
  everySeconds: number | null,
  sweep: () => Promise<void>,
  failed: (thrown: unknown) => void,
): () => void {
  if (everySeconds === null) return () => undefined;
  let isSweeping = false;
  const timer = setInterval(() => {
    if (isSweeping) return;
    isSweeping = true;
    void sweep()
      .catch(failed)
      .finally(() => {
        isSweeping = false;
      });
  }, everySeconds * 1000);
  return () => clearInterval(timer);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, signed by our own role. */
const toFunctionUrlEvent = ({ account, roleName }: AwsCloud, { accessKeyId }: AccessKey, body: string): object => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/',
  headers: { 'content-type': 'application/json' },
  requestContext: {
    accountId: account,
    requestId: randomUUID(),
    http: { method: 'POST', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'tapkeeper-local' },
    authorizer: {
      iam: {
        accessKey: accessKeyId,
        accountId: account,
        userArn: toArn({ kind: 'role', roleName, sessionName: 'resync' }, account),
      },
    },
  },
  body,
  isBase64Encoded: false,
});

const logFailure = (what: string, thrown: unknown): void =>
  void process.stderr.write(`${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
