import { createRequire } from 'node:module';
import type { QueueClient } from '@azure/storage-queue';

/** The queues that the function app works on; each has a `-poison` queue beside it. */
export const QUEUES = { events: 'tapkeeper-events', bulk: 'tapkeeper-bulk' } as const;

export const toPoisonQueue = (queue: string): string => `${queue}-poison`;

/** A storage account in process and in memory: queues, and blobs with their leases. */
export interface Storage {
  /** Names both: the queues are there, containers are made by whoever uses them. */
  readonly connectionString: string;
  queue(name: string): QueueClient;
  stop(): Promise<void>;
}

/** Azurite's well-known account and key (https://learn.microsoft.com/azure/storage/common/storage-use-azurite): no secret. */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

interface StorageServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}

interface ServerModules {
  readonly Configuration: { readonly default: new (...settings: readonly unknown[]) => object };
  readonly Server: { readonly default: new (configuration: object) => StorageServer };
}

type Kind = 'Queue' | 'Blob';

const require = createRequire(import.meta.url);

/** Azurite is written to be run as a program: its servers are reached by path. */
const loadServer: Readonly<Record<Kind, () => ServerModules>> = {
  Queue: () => ({
    Configuration: require('azurite/dist/src/queue/QueueConfiguration') as ServerModules['Configuration'],
    Server: require('azurite/dist/src/queue/QueueServer') as ServerModules['Server'],
  }),
  Blob: () => ({
    Configuration: require('azurite/dist/src/blob/BlobConfiguration') as ServerModules['Configuration'],
    Server: require('azurite/dist/src/blob/BlobServer') as ServerModules['Server'],
  }),
};

/** They take their settings by position. */
function newServer(kind: Kind): StorageServer {
  const { Configuration, Server } = loadServer[kind]();
  const keepAliveSeconds = 60;
  const persistence = [{ locationId: 'Default', locationPath: `__${kind}__`, maxConcurrency: 10 }];
  const quiet = [false, undefined, false, undefined];
  const isLoose = true;
  const skipApiVersionCheck = true;
  const noCertificate = ['', '', ''];
  const inMemory = [undefined, false, true];
  const databases = [`${kind}.json`, `${kind}-extents.json`];
  return new Server.default(
    new Configuration.default(
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

const toConnectionString = (queues: StorageServer, blobs: StorageServer): string =>
  [
    'DefaultEndpointsProtocol=http',
    `AccountName=${ACCOUNT}`,
    `AccountKey=${KEY}`,
    `QueueEndpoint=${queues.getHttpServerAddress()}/${ACCOUNT}`,
    `BlobEndpoint=${blobs.getHttpServerAddress()}/${ACCOUNT}`,
    '',
  ].join(';');

/** Starts a storage account with the queues that the function app needs. */
export async function startStorage(): Promise<Storage> {
  const { QueueServiceClient } = await import('@azure/storage-queue');
  const [queues, blobs] = [newServer('Queue'), newServer('Blob')];
  await Promise.all([queues.start(), blobs.start()]);
  const connectionString = toConnectionString(queues, blobs);
  const account = QueueServiceClient.fromConnectionString(connectionString);
  const names = Object.values(QUEUES).flatMap((name) => [name, toPoisonQueue(name)]);
  await Promise.all(names.map((name) => account.createQueue(name)));
  return {
    connectionString,
    queue: (name) => account.getQueueClient(name),
    stop: async () => void (await Promise.all([queues.close(), blobs.close()])),
  };
}
