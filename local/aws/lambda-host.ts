import { randomUUID } from 'node:crypto';
import { compose } from '../../lambdas/compose.ts';
import { onChange } from '../../lambdas/on-change.ts';
import { onResync } from '../../lambdas/resync.ts';
import { onSweep } from '../../lambdas/sweep.ts';
import type { JournalEntry } from '../../shared/journal.ts';
import type { Journal, Mode, RulesSource } from '../../shared/ports.ts';
import type { AwsCloud } from './aws-cloud.ts';
import type { AccessKey } from './identity.ts';
import { toArn } from './identity.ts';
import { startPoller } from './poller.ts';
import type { Queue } from './queues.ts';
import { localSqsClient } from './queues.ts';

export interface LambdaHostOptions {
  /** The rules file that is deployed with the Lambdas. */
  readonly rulesPath: string;
  /** Where rules come from instead of the file. */
  readonly rules?: RulesSource;
  /** Read at every invocation. */
  readonly mode: () => Mode;
  /** How often the sweep runs; `null`: only when it is asked for. */
  readonly sweepSeconds: number | null;
  /** The regions that this deployment keeps; the cloud's own when left out. */
  readonly regions?: readonly string[];
  readonly journal?: Journal;
  readonly batchSize?: number;
  readonly batchWindowMs?: number;
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

/** Hosts the very handlers that are deployed, composed as Lambda's environment would have them. */
export function hostLambdas(cloud: AwsCloud, options: LambdaHostOptions): LambdaHost {
  const { batchSize = 10, batchWindowMs = 5, failed = logFailure } = options;
  const key = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: `${cloud.roleName}-on-change` });
  const attachTimes: AttachTime[] = [];
  const deps = compose(toEnvironment(cloud, options, key), {
    clock: cloud.clock,
    credentials: key,
    journal: {
      write(entry) {
        const time = findAttachTime(cloud, entry);
        if (time !== null) attachTimes.push(time);
        if (attachTimes.length > REMEMBERED) attachTimes.shift();
        options.journal?.write(entry);
      },
    },
    ...(options.rules === undefined ? {} : { rules: options.rules }),
  });
  const handlers = { change: onChange(() => deps), sweep: onSweep(() => deps), resync: onResync(() => deps) };
  const client = localSqsClient(cloud.sqsEndpoint, cloud.region, key);
  const stopConsuming = cloud.consume();
  const stopPollers = [cloud.queues.event, cloud.queues.bulk].map((queue) =>
    startPoller({
      client,
      queue,
      region: cloud.region,
      handler: handlers.change,
      batchSize,
      batchWindowMs,
      activity: cloud.activity,
      failed: ({ name }: Queue, thrown) => failed(`on-change for a batch of ${name}`, thrown),
    }),
  );
  const sweep = (): Promise<void> => cloud.activity.track(handlers.sweep());
  const stopSweeping = startSweeping(options.sweepSeconds, sweep, (thrown) => failed('sweep', thrown));

  return {
    attachTimes,
    sweep,
    async resync(body) {
      const answer = await cloud.activity.track(handlers.resync(toFunctionUrlEvent(cloud, key, body)));
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

/** The environment that infrastructure gives the Lambdas, pointing at the local cloud; the mode is read anew each time. */
function toEnvironment(cloud: AwsCloud, { rulesPath, regions, mode }: LambdaHostOptions, { accessKeyId }: AccessKey) {
  return {
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_SQS: cloud.sqsEndpoint,
    TAPKEEPER_RULES: rulesPath,
    TAPKEEPER_SCOPES: (regions ?? [cloud.region]).map((region) => `${cloud.account}:${region}`).join(','),
    TAPKEEPER_EVENT_QUEUE_URL: cloud.queues.event.url,
    TAPKEEPER_BULK_QUEUE_URL: cloud.queues.bulk.url,
    TAPKEEPER_ROLE_NAME: cloud.roleName,
    get TAPKEEPER_MODE(): Mode {
      return mode();
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
