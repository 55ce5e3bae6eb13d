import { afterAll, beforeAll, expect, test } from 'vitest';
import { QueueServiceClient } from '@azure/storage-queue';
import { createQueues, QUEUE_NAMES, toMessages } from '../../functions/queues.ts';
import { startStorage, type Storage } from '../../local/azure/storage.ts';
import { parseAccountId, parseSourceId, toInstant } from '../../shared/ids.ts';
import { findWork, type Work } from '../../shared/work.ts';
import type { NonEmpty, Subject } from '../../shared/words.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const nobody = { getToken: () => Promise.reject(new Error('nobody')) };
const subject = (index: number): Subject => ({
  kind: 'source',
  id: parseSourceId(`/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/nic-${index}`),
});
const look = (count: number): Work => ({
  kind: 'look',
  scope: { cloud: 'azure', account: parseAccountId('s'), region: null },
  subjects: Array.from({ length: count }, (_, index) => subject(index)) as unknown as NonEmpty<Subject>,
  run: null,
  correlation: 'c',
  since: toInstant(0),
  hook: null,
  isRestart: false,
  askedBy: 'event',
  waiting: [],
});
const decode = (message: string): Work | null => findWork(JSON.parse(Buffer.from(message, 'base64').toString('utf8')));

test('work arrives as base64, on a queue that was not there', async () => {
  const queues = createQueues({ AzureWebJobsStorage: storage.connectionString }, nobody);
  await queues.send('bulk', [look(2), look(1)], 0);
  const client = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient(QUEUE_NAMES.bulk);
  const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 10 });
  const received = receivedMessageItems.map(({ messageText }) => decode(messageText));
  expect(received).toHaveLength(2);
  expect(received).toEqual(expect.arrayContaining([look(2), look(1)]));
});

test('what is to wait cannot be received yet', async () => {
  const queues = createQueues({ AzureWebJobsStorage: storage.connectionString }, nobody);
  await queues.send('event', [look(1)], 15);
  const client = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient(QUEUE_NAMES.event);
  expect((await client.receiveMessages()).receivedMessageItems).toEqual([]);
  expect((await client.getProperties()).approximateMessagesCount).toBe(1);
});

test('no message is larger than a queue takes, and no subject is lost', () => {
  const messages = toMessages(look(1000));
  expect(messages.length).toBeGreaterThan(1);
  expect(Math.max(...messages.map((message) => message.length))).toBeLessThanOrEqual(65_536);
  const subjects = messages.map(decode).flatMap((work) => (work?.kind === 'look' ? work.subjects : []));
  expect(subjects).toEqual(Array.from({ length: 1000 }, (_, index) => subject(index)));
});

test('a missing setting is named', async () => {
  await expect(createQueues({}, nobody).send('event', [look(1)], 0)).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining('AzureWebJobsStorage') as string,
  });
});

test('a wrong key is denied, without being repeated', async () => {
  const key = Buffer.from('wrong').toString('base64');
  const wrong = storage.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${key}`);
  await expect(createQueues({ AzureWebJobsStorage: wrong }, nobody).send('event', [look(1)], 0)).rejects.toMatchObject({
    code: 'denied',
    message: expect.not.stringContaining(key) as string,
  });
});
