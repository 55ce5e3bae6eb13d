import type { QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { Fault } from '../shared/fault.ts';
import type { Lane, WorkQueues } from '../shared/ports.ts';
import { mapLimited } from '../shared/reconcile/map-limited.ts';
import type { Work } from '../shared/work.ts';
import type { Credential } from './arm/traffic/exchange.ts';
import { STORAGE_NEEDS } from './storage-roles.ts';
import { findStorage, statusOf, STORAGE_SETTING, storageCodeOf, toStorageFault } from './storage.ts';

type Env = Readonly<Record<string, string | undefined>>;

export const QUEUE_NAMES = { event: 'tapkeeper-events', bulk: 'tapkeeper-bulk' } as const;
const PARALLEL_SENDS = 8;
/** https://learn.microsoft.com/azure/storage/queues/scalability-targets: 64 KiB, as it is sent. */
const LARGEST_MESSAGE_BYTES = 65_536;

/** The queues, and beside each the one for what was given up. */
export interface StorageQueues extends WorkQueues {
  /**
   * How many messages of a queue the host has given up; storage counts them approximately.
   * @throws Fault `unreachable` or `denied`.
   */
  countPoison(lane: Lane): Promise<number>;
}

/** The storage queues of the function app. The client is loaded when something is first sent: most events send nothing. */
export function createQueues(env: Env, credential: Credential): StorageQueues {
  let connecting: Promise<QueueServiceClient> | null = null;
  const at = async <Result>(doing: string, name: string, work: (queue: QueueClient) => Promise<Result>) => {
    try {
      return await work((await (connecting ??= connect(env, credential))).getQueueClient(name));
    } catch (thrown) {
      connecting = null;
      throw toStorageFault(thrown, { attempted: `${doing} the queue ${name}`, role: STORAGE_NEEDS.queues.name });
    }
  };
  return {
    send: (lane, works, delaySeconds) =>
      at('sending to', QUEUE_NAMES[lane], async (queue) => {
        const messages = works.flatMap(toMessages);
        await mapLimited(messages, PARALLEL_SENDS, (message) => sendMessage(queue, message, delaySeconds));
      }),
    countPoison: (lane) => at('counting the messages of', toPoisonQueue(QUEUE_NAMES[lane]), countMessages),
  };
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#poison-messages */
const toPoisonQueue = (name: string): string => `${name}-poison`;

/** The host makes the queue with the first message that it gives up. */
async function countMessages(queue: QueueClient): Promise<number> {
  try {
    return (await queue.getProperties()).approximateMessagesCount ?? 0;
  } catch (thrown) {
    if (statusOf(thrown) === 404) return 0;
    throw thrown;
  }
}

async function connect(env: Env, credential: Credential): Promise<QueueServiceClient> {
  const address = findStorage(env, 'queue');
  if (address === null) {
    throw new Fault('config-invalid', `connecting to the queues: the setting ${STORAGE_SETTING} is missing`);
  }
  const { QueueServiceClient: Client } = await import('@azure/storage-queue');
  return address.kind === 'key'
    ? Client.fromConnectionString(address.connectionString)
    : new Client(address.url, credential);
}

/** Messages of one piece of work: a look at more subjects than one message holds becomes several. */
export function toMessages(work: Work): readonly string[] {
  // The host's queue trigger expects base64 (messageEncoding in host.json).
  const message = Buffer.from(JSON.stringify(work), 'utf8').toString('base64');
  if (message.length <= LARGEST_MESSAGE_BYTES || work.kind === 'sweep') return [message];
  const half = Math.ceil(work.subjects.length / 2);
  return [work.subjects.slice(0, half), work.subjects.slice(half)].flatMap(([first, ...others]) =>
    first === undefined ? [] : toMessages({ ...work, subjects: [first, ...others] }),
  );
}

/** A queue that is not there yet is made: the host makes its own only when a trigger first listens. */
async function sendMessage(client: QueueClient, message: string, delaySeconds: number): Promise<void> {
  const options = { visibilityTimeout: delaySeconds };
  try {
    await client.sendMessage(message, options);
  } catch (thrown) {
    if (storageCodeOf(thrown) !== 'QueueNotFound') throw thrown;
    await client.createIfNotExists();
    await client.sendMessage(message, options);
  }
}
