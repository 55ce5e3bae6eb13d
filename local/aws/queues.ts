import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { toBatches } from '../../lambdas/queues.ts';
import { findDenial, type FindRefused } from './gate.ts';
import { toPortError } from './ports.ts';

/** A queue and the queue that takes what was received too often. */
export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly deadLetterUrl: string;
}

/** How many messages a queue and its dead-letter queue hold, whether they can be seen now or not. */
export interface QueueDepth {
  readonly waiting: number;
  readonly dead: number;
}

export interface QueueOptions {
  readonly port: number;
  readonly region: string;
  /** How long a message that was received stays hidden from other receivers. */
  readonly visibilitySeconds: number;
  readonly findRefused: FindRefused;
}

/** The queues of one deployment. */
export interface QueuePair {
  readonly event: Queue;
  readonly bulk: Queue;
}

/** SQS in process, over HTTP on loopback. */
export interface Queues extends QueuePair {
  readonly endpoint: string;
  /** Makes the queues of one more deployment, which the same events reach. */
  readonly add: (name: string) => Promise<QueuePair>;
  readonly pairs: () => readonly QueuePair[];
  /** Sends bodies to the event queue of each deployment, in order. */
  readonly send: (bodies: readonly string[]) => Promise<void>;
  readonly depthOf: (queue: Queue) => Promise<QueueDepth>;
  readonly stop: () => Promise<void>;
}

/** After so many deliveries that failed a message is dead. */
const MAX_RECEIVE_COUNT = 5;

/** The library's own start listens on all addresses; its application is served here on loopback only. */
export async function startQueues(options: QueueOptions): Promise<Queues> {
  const { port, region, visibilitySeconds, findRefused } = options;
  const app = buildApp({ logger: false, defaultRegion: region });
  app.addHook('preHandler', async (request, reply) => {
    const denial = findDenial(findRefused, region, request);
    if (denial !== null) await reply.status(403).header('content-type', denial.contentType).send(denial.body);
  });
  const endpoint = await app.listen({ port, host: '127.0.0.1' }).catch((thrown: unknown) => {
    throw toPortError(thrown, port, 'SQS');
  });
  const client = localSqsClient(endpoint, region, { accessKeyId: 'local', secretAccessKey: 'local' });
  const create = (name: string) => createQueue(client, name, visibilitySeconds);
  const pairs: QueuePair[] = [];
  const add = async (name: string): Promise<QueuePair> => {
    const [event, bulk] = await Promise.all([create(`${name}-events`), create(`${name}-bulk`)]);
    pairs.push({ event, bulk });
    return { event, bulk };
  };

  return {
    ...(await add('tapkeeper')),
    endpoint,
    add,
    pairs: () => pairs,
    async send(bodies) {
      for (const batch of toBatches(bodies)) {
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        for (const { event } of pairs) {
          await client.send(new SendMessageBatchCommand({ QueueUrl: event.url, Entries }));
        }
      }
    },
    async depthOf(queue) {
      const [waiting, dead] = await Promise.all([countIn(client, queue.url), countIn(client, queue.deadLetterUrl)]);
      return { waiting, dead };
    },
    async stop() {
      client.destroy();
      await app.close();
    },
  };
}

/** A client of the local SQS. */
export const localSqsClient = (
  endpoint: string,
  region: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): SQSClient => new SQSClient({ endpoint, region, credentials });

async function createQueue(client: SQSClient, name: string, visibilitySeconds: number): Promise<Queue> {
  const deadLetterUrl = await createOne(client, `${name}-dead`, {});
  const deadLetterTargetArn = await arnOf(client, deadLetterUrl);
  const url = await createOne(client, name, {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MAX_RECEIVE_COUNT }),
  });
  return { name, url, arn: await arnOf(client, url), deadLetterUrl };
}

async function createOne(
  client: SQSClient,
  QueueName: string,
  Attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  if (QueueUrl === undefined) throw new Error(`creating the queue ${QueueName}: the answer has no address`);
  return QueueUrl;
}

async function arnOf(client: SQSClient, QueueUrl: string): Promise<string> {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return Attributes?.['QueueArn'] ?? '';
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** The counts are exact here: everything is in one process. */
async function countIn(client: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] }));
  return COUNTS.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}
