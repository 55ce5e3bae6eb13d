import { createRequire } from 'node:module';
import type { QueueClient } from '@azure/storage-queue';

/** The queues that the function app works on; each has a `-poison` queue beside it. */
export const QUEUES = { events: 'tapkeeper-events', bulk: 'tapkeeper-bulk' } as const;

export const toPoisonQueue = (queue: string): string => `${queue}-poison`;

/** Azure Storage queues, in process and in memory. */
export interface StorageQueues {
  readonly connectionString: string;
  queue(name: string): QueueClient;
  stop(): Promise<void>;
}

/** Azurite's well-known account and key (https://learn.microsoft.com/azure/storage/common/storage-use-azurite): no secret. */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

interface QueueServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}

/** Azurite is written to be run as a program: its servers are reached by path, and take their settings by position. */
function newQueueServer(): QueueServer {
  const require = createRequire(import.meta.url);
  const { default: Configuration } = require('azurite/dist/src/queue/QueueConfiguration') as {
    default: new (...settings: readonly unknown[]) => object;
  };
  const { default: Server } = require('azurite/dist/src/queue/QueueServer') as {
    default: new (configuration: object) => QueueServer;
  };
  const keepAliveSeconds = 60;
  const persistence = [{ locationId: 'Default', locationPath: '__queues__', maxConcurrency: 10 }];
  const quiet = [false, undefined, false, undefined];
  const isLoose = true;
  const skipApiVersionCheck = true;
  const noCertificate = ['', '', ''];
  const inMemory = [undefined, false, true];
  const databases = ['queues.json', 'queue-extents.json'];
  return new Server(
    new Configuration(
      '127.0.0.1',
      0,
      keepAliveSeconds,
      ...databases,
      persistence,
      ...quiet,
      isLoose,
      skipApiVersionCheck,
      ...noCertificate,
      ...inMemory,
    ),
  );
}

const toConnectionString = (address: string): string =>
  `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};QueueEndpoint=${address}/${ACCOUNT};`;

/** Starts the queue server with the queues that the function app needs. */
export async function startStorageQueues(): Promise<StorageQueues> {
  const { QueueServiceClient } = await import('@azure/storage-queue');
  const server = newQueueServer();
  await server.start();
  const connectionString = toConnectionString(server.getHttpServerAddress());
  const account = QueueServiceClient.fromConnectionString(connectionString);
  const names = Object.values(QUEUES).flatMap((name) => [name, toPoisonQueue(name)]);
  await Promise.all(names.map((name) => account.createQueue(name)));
  return {
    connectionString,
    queue: (name) => account.getQueueClient(name),
    stop: () => server.close(),
  };
}
