import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUEUES, startStorage, type Storage } from '../../../local/azure/storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

test('one connection string leads to queues and to blobs', async () => {
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient(QUEUES.events);
  await queue.sendMessage('hello');
  expect((await storage.queue(QUEUES.events).receiveMessages()).receivedMessageItems[0]?.messageText).toBe('hello');

  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('turns');
  await container.createIfNotExists();
  const blob = container.getBlockBlobClient('slot-0');
  await blob.upload('', 0, { metadata: { taken: 'by-me' } });
  expect((await blob.getProperties()).metadata).toEqual({ taken: 'by-me' });
});

test('a blob is leased to one at a time, and a conditional write finds out that it came late', async () => {
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('leases');
  await container.createIfNotExists();
  const blob = container.getBlockBlobClient('slot-0');
  await blob.upload('', 0);
  const lease = blob.getBlobLeaseClient();
  await lease.acquireLease(15);
  await expect(blob.getBlobLeaseClient().acquireLease(15)).rejects.toMatchObject({
    statusCode: 409,
    code: 'LeaseAlreadyPresent',
  });
  await lease.releaseLease();
  await expect(blob.upload('', 0, { conditions: { ifMatch: '"0x1"' } })).rejects.toMatchObject({ statusCode: 412 });
  await expect(blob.upload('', 0, { conditions: { ifNoneMatch: '*' } })).rejects.toMatchObject({ statusCode: 409 });
});
