import type { QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { Fault } from '../shared/fault.ts';
import type { WorkQueues } from '../shared/ports.ts';
import { mapLimited } from '../shared/reconcile/map-limited.ts';
import type { Work } from '../shared/work.ts';
import type { Credential } from './arm/exchange.ts';

type Env = Readonly<Record<string, string | undefined>>;

export const QUEUE_NAMES = { event: 'tapkeeper-events', bulk: 'tapkeeper-bulk' } as const;
/** The app setting that names the storage account; the host's queue triggers use it too. */
export const STORAGE_SETTING = 'AzureWebJobsStorage';

const PARALLEL_SENDS = 8;
/** https://learn.microsoft.com/azure/storage/queues/scalability-targets: 64 KiB, as it is sent. */
const LARGEST_MESSAGE_BYTES = 65_536;

/** The storage queues of the function app. The client is loaded when something is first sent: most events send nothing. */
export function createQueues(env: Env, credential: Credential): WorkQueues {
  let connecting: Promise<QueueServiceClient> | null = null;
  return {
    send: async (queue, works, delaySeconds) => {
      const name = QUEUE_NAMES[queue];
      try {
        const client = (await (connecting ??= connect(env, credential))).getQueueClient(name);
        const messages = works.flatMap(toMessages);
        await mapLimited(messages, PARALLEL_SENDS, (message) => sendMessage(client, message, delaySeconds));
      } catch (thrown) {
        connecting = null;
        throw toQueueFault(thrown, name);
      }
    },
  };
}

async function connect(env: Env, credential: Credential): Promise<QueueServiceClient> {
  const { QueueServiceClient: Client } = await import('@azure/storage-queue');
  const connectionString = env[STORAGE_SETTING];
  if (connectionString !== undefined) return Client.fromConnectionString(connectionString);
  const account = env[`${STORAGE_SETTING}__accountName`];
  const address =
    env[`${STORAGE_SETTING}__queueServiceUri`] ?? (account && `https://${account}.queue.core.windows.net`);
  if (address) return new Client(address, credential);
  throw new Fault('config-invalid', `connecting to the queues: the setting ${STORAGE_SETTING} is missing`);
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
    if (codeOf(thrown) !== 'QueueNotFound') throw thrown;
    await client.createIfNotExists();
    await client.sendMessage(message, options);
  }
}

function toQueueFault(thrown: unknown, name: string): Fault {
  if (thrown instanceof Fault) return thrown;
  const { statusCode } = thrown as { readonly statusCode?: number };
  const isDenied = statusCode === 401 || statusCode === 403;
  const said = [statusCode, codeOf(thrown)].filter((part) => part !== undefined).join(' ');
  const advice = isDenied ? 'grant Storage Queue Data Contributor on the storage account' : 'it is tried again';
  return new Fault(isDenied ? 'denied' : 'unreachable', `sending to the queue ${name}: ${said}; ${advice}`, thrown);
}

function codeOf(thrown: unknown): string | undefined {
  const { code } = thrown as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
