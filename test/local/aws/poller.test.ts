import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { startPoller, type QueueHandler } from '../../../local/aws/poller.ts';
import { localSqsClient } from '../../../local/aws/queues.ts';
import { endAfterTest, startCloud } from './rig.ts';

interface Batch {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly eventSource: string;
    readonly eventSourceARN: string;
    readonly awsRegion: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
}

const recordsOf = (event: object): Batch['Records'] => (event as Batch).Records;

function poll(cloud: AwsCloud, handler: QueueHandler, batchSize = 10, concurrency = 1): readonly string[] {
  const failures: string[] = [];
  const client = localSqsClient(cloud.sqsEndpoint, cloud.region, { accessKeyId: 'a', secretAccessKey: 'b' });
  const stop = startPoller({
    client,
    queue: cloud.queues.event,
    region: cloud.region,
    handler,
    batchSize,
    batchWindowMs: 1,
    concurrency,
    activity: cloud.activity,
    failed: (_queue, thrown) => void failures.push(String(thrown)),
  });
  const stopConsuming = cloud.consume();
  endAfterTest(async () => {
    stopConsuming();
    await stop();
    client.destroy();
  });
  return failures;
}

async function send(cloud: AwsCloud, ...bodies: string[]): Promise<void> {
  const client = localSqsClient(cloud.sqsEndpoint, cloud.region, { accessKeyId: 'a', secretAccessKey: 'b' });
  for (const MessageBody of bodies) {
    await client.send(new SendMessageCommand({ QueueUrl: cloud.queues.event.url, MessageBody }));
  }
  client.destroy();
}

test('messages reach the handler as Lambda hands them over, and are deleted', async () => {
  const cloud = await startCloud();
  const seen: Batch['Records'][number][] = [];
  poll(cloud, async (event) => void seen.push(...recordsOf(event)));
  await send(cloud, 'a');
  await cloud.idle();
  expect(seen).toMatchObject([
    {
      body: 'a',
      eventSource: 'aws:sqs',
      eventSourceARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:\d{12}:tapkeeper-events$/) as string,
      awsRegion: 'us-east-1',
      attributes: { ApproximateReceiveCount: '1' },
    },
  ]);
  expect(await cloud.depthOf(cloud.queues.event)).toEqual({ waiting: 0, dead: 0 });
});

test('a batch is filled up to its size', async () => {
  const cloud = await startCloud();
  await send(cloud, ...Array.from({ length: 25 }, (_, at) => String(at)));
  const sizes: number[] = [];
  poll(cloud, async (event) => void sizes.push(recordsOf(event).length), 20);
  await cloud.idle();
  expect(sizes).toEqual([20, 5]);
});

test('only what failed comes back', async () => {
  const cloud = await startCloud({ visibilitySeconds: 1 });
  await send(cloud, 'good', 'bad');
  const seen: string[][] = [];
  poll(cloud, async (event) => {
    const records = recordsOf(event);
    seen.push(records.map(({ body }) => body));
    const failed = seen.length === 1 ? records.filter(({ body }) => body === 'bad') : [];
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  await cloud.idle();
  expect(seen).toEqual([['good', 'bad'], ['bad']]);
});

test.each<[name: string, answer: () => unknown]>([
  [
    'a handler that throws',
    () => {
      throw new Error('out of order');
    },
  ],
  ['a failure that names no message of the batch', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
])('%s leaves the whole batch', async (_name, answer) => {
  const cloud = await startCloud({ visibilitySeconds: 1 });
  await send(cloud, 'a', 'b');
  const seen: string[][] = [];
  poll(cloud, async (event) => {
    seen.push(recordsOf(event).map(({ body }) => body));
    return seen.length === 1 ? answer() : null;
  });
  await cloud.idle();
  expect(seen.map((bodies) => bodies.toSorted())).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('a message that always fails is kept in the dead-letter queue after five deliveries', async () => {
  const cloud = await startCloud({ visibilitySeconds: 0 });
  let deliveries = 0;
  const failures = poll(
    cloud,
    async () => {
      deliveries += 1;
      throw new Error('out of order');
    },
    1,
  );
  await send(cloud, 'poison');
  await cloud.idle();
  expect(deliveries).toBe(5);
  expect(failures).toHaveLength(5);
  expect(await cloud.depthOf(cloud.queues.event)).toEqual({ waiting: 0, dead: 1 });
});

test('so many batches are handled at a time, and no more', async () => {
  const cloud = await startCloud();
  await send(cloud, ...Array.from({ length: 6 }, (_, at) => String(at)));
  let [running, most] = [0, 0];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  poll(
    cloud,
    async () => {
      running += 1;
      most = Math.max(most, running);
      if (running === 3) {
        // The queue answers many times more before anything ends: a fourth would have been received.
        for (let times = 0; times < 20; times++) await cloud.depthOf(cloud.queues.event);
        release();
      }
      await released;
      running -= 1;
    },
    1,
    3,
  );
  await cloud.idle();
  expect(most).toBe(3);
});

test('what is not handled in time is delivered again', async () => {
  const cloud = await startCloud({ visibilitySeconds: 1 });
  await send(cloud, 'a');
  const counts: (string | undefined)[] = [];
  let again = (): void => undefined;
  const redelivered = new Promise<void>((resolve) => (again = resolve));
  poll(
    cloud,
    async (event) => {
      counts.push(recordsOf(event)[0]?.attributes['ApproximateReceiveCount']);
      if (counts.length === 2) again();
      await redelivered;
    },
    1,
    2,
  );
  await cloud.idle();
  expect(counts).toEqual(['1', '2']);
});
