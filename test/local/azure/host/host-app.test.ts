import { app, output, type InvocationContext, type Timer } from '@azure/functions';
import { afterEach, expect, test } from 'vitest';
import { hostApp, type AppOptions, type FunctionsHost } from '../../../../local/azure/host/host-app.ts';
import { parseQueueSettings } from '../../../../local/azure/host/host-settings.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';

let cloud: AzureCloud | null = null;
let host: FunctionsHost | null = null;
afterEach(async () => {
  await host?.stop();
  await cloud?.stop();
});

const SETTINGS = {
  batchSize: 4,
  newBatchThreshold: 0,
  maxDequeueCount: 3,
  visibilityMs: 0,
  messageEncoding: 'base64',
} as const;

async function start(register: () => void, options: Partial<AppOptions> = {}) {
  cloud = await startAzureCloud();
  const log = (): void => undefined;
  const onFailure = log;
  host = hostApp(cloud, { register, queueSettings: SETTINGS, sweepSeconds: null, log, onFailure, ...options });
  return { cloud, host };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function collectFrom(messages: unknown[], contexts: InvocationContext[] = []) {
  return () =>
    app.storageQueue('collect', {
      queueName: 'tapkeeper-events',
      connection: 'AzureWebJobsStorage',
      handler: (message, context) => {
        messages.push(message);
        contexts.push(context);
      },
    });
}

test('a message on the queue is parsed, handled and deleted', async () => {
  const messages: unknown[] = [];
  const contexts: InvocationContext[] = [];
  const { cloud, host } = await start(collectFrom(messages, contexts));
  const queue = cloud.queues.queue('tapkeeper-events');
  await queue.sendMessage(base64('{"kind":"look"}'));
  await queue.sendMessage(base64('no JSON'));
  await host.idle();

  expect(messages).toEqual(expect.arrayContaining([{ kind: 'look' }, 'no JSON']));
  expect(contexts[0]?.triggerMetadata).toMatchObject({ dequeueCount: 1 });
  expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
});

test('a message that keeps failing is delivered as often as host.json says, then it is poison', async () => {
  const seen: unknown[] = [];
  const log: string[] = [];
  const fails = () =>
    app.storageQueue('fails', {
      queueName: 'tapkeeper-events',
      connection: 'AzureWebJobsStorage',
      handler: (_message, context) => {
        seen.push(context.triggerMetadata?.['dequeueCount']);
        throw new Error('not today');
      },
    });
  const { cloud, host } = await start(fails, { onFailure: (line) => log.push(line) });
  await cloud.queues.queue('tapkeeper-events').sendMessage(base64('"x"'));
  await host.idle();

  expect(seen).toEqual([1, 2, 3]);
  expect(log).toContain('fails failed: not today');
  const poison = await cloud.queues.queue('tapkeeper-events-poison').receiveMessages();
  expect(poison.receivedMessageItems.map(({ messageText }) => messageText)).toEqual([base64('"x"')]);
});

test('what is not base64 is poison at once', async () => {
  const messages: unknown[] = [];
  const { cloud, host } = await start(collectFrom(messages));
  await cloud.queues.queue('tapkeeper-events').sendMessage('{"not":"base64"}');
  await host.idle();
  expect(messages).toEqual([]);
  const poison = await cloud.queues.queue('tapkeeper-events-poison').receiveMessages();
  expect(poison.receivedMessageItems.map(({ messageText }) => messageText)).toEqual(['{"not":"base64"}']);
});

test('timer, HTTP and Event Grid triggers get what the host gives them, and output bindings reach the queue', async () => {
  const timers: Timer[] = [];
  const messages: unknown[] = [];
  const queue = output.storageQueue({ queueName: 'tapkeeper-events', connection: 'AzureWebJobsStorage' });
  const { host } = await start(() => {
    collectFrom(messages)();
    app.timer('sweep', { schedule: '0 */15 * * * *', handler: (timer) => void timers.push(timer) });
    app.eventGrid('on-event', {
      extraOutputs: [queue],
      handler: (event, context) => context.extraOutputs.set(queue, [{ saw: event.subject }]),
    });
    app.http('resync', {
      methods: ['POST'],
      authLevel: 'function',
      handler: async (request) => ({
        status: 202,
        headers: { 'content-type': 'application/problem+json' },
        body: `${request.method} ${await request.text()} ${request.headers.get('x-who')}`,
      }),
    });
  });

  await host.sweep();
  expect(timers).toMatchObject([{ isPastDue: false, schedule: { adjustForDST: true } }]);
  expect(await host.resync('{"a":1}', { 'x-who': 'me' })).toEqual({
    status: 202,
    contentType: 'application/problem+json',
    body: 'POST {"a":1} me',
  });
  await host.deliver({ subject: '/subscriptions/s' });
  await host.idle();
  expect(messages).toEqual([{ saw: '/subscriptions/s' }]);
});

test('host.json is read as the host reads it, with its defaults', () => {
  expect(parseQueueSettings('{}')).toEqual({
    batchSize: 16,
    newBatchThreshold: 8,
    maxDequeueCount: 5,
    visibilityMs: 0,
    messageEncoding: 'base64',
  });
  expect(parseQueueSettings('{"extensions":{"queues":{"batchSize":4,"visibilityTimeout":"00:01:30"}}}')).toMatchObject({
    batchSize: 4,
    newBatchThreshold: 2,
    visibilityMs: 90_000,
  });
});
