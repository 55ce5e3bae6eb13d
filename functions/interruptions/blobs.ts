import type { BlobServiceClient, BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { Fault } from '../../shared/fault.ts';
import type { Credential } from '../arm/traffic/exchange.ts';
import { STORAGE_NEEDS } from '../storage-roles.ts';
import { findStorage, statusOf, STORAGE_SETTING, storageCodeOf, toStorageFault } from '../storage.ts';

export type Blob = BlockBlobClient;
export type Container = ContainerClient;

type Env = Readonly<Record<string, string | undefined>>;

/** Does something in the container; what storage refuses is a Fault that names what was attempted. */
export type InContainer = <Result>(
  attempted: string,
  work: (container: Container) => Promise<Result>,
) => Promise<Result>;

const CONTAINER = 'tapkeeper-interruptions';

/** Whoever asks for a turn waits for the answer with a machine of its own in hand: a few tries, none of them long. */
const RETRIES = { maxTries: 3, tryTimeoutInMs: 10_000, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 };

/**
 * The container that the processes of a deployment share. The client is loaded with the first call, and the container is made
 * when it is missed: what is done in it is done again, so it must be such that it may be.
 */
export function shareContainer(env: Env, credential: Credential): InContainer {
  let connecting: Promise<BlobServiceClient> | null = null;
  return async (attempted, work) => {
    try {
      const container = (await (connecting ??= connect(env, credential))).getContainerClient(CONTAINER);
      return await work(container).catch(async (thrown: unknown) => {
        if (storageCodeOf(thrown) !== 'ContainerNotFound') throw thrown;
        await container.createIfNotExists();
        return work(container);
      });
    } catch (thrown) {
      if (statusOf(thrown) === null) connecting = null;
      throw toStorageFault(thrown, { attempted, role: STORAGE_NEEDS.interruptions.name });
    }
  };
}

async function connect(env: Env, credential: Credential): Promise<BlobServiceClient> {
  const address = findStorage(env, 'blob');
  if (address === null) {
    throw new Fault('config-invalid', `connecting to the blobs: the setting ${STORAGE_SETTING} is missing`);
  }
  const { BlobServiceClient: Client } = await import('@azure/storage-blob');
  const options = { retryOptions: RETRIES };
  return address.kind === 'key'
    ? Client.fromConnectionString(address.connectionString, options)
    : new Client(address.url, credential, options);
}

/** Makes an empty blob unless there is one. Two who do so at once both find it there. */
export async function ensureBlob(blob: Blob): Promise<void> {
  try {
    await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } });
  } catch (thrown) {
    // 409: there is one. 412: there is one, and somebody holds a lease on it.
    if (!isTaken(thrown)) throw thrown;
  }
}

/** Whether another was first: the blob is there, has changed since it was read, or is leased. */
export function isTaken(thrown: unknown): boolean {
  const status = statusOf(thrown);
  return status === 412 || (status === 409 && storageCodeOf(thrown) !== 'ContainerBeingDeleted');
}

/** Whether it is this blob that is not there; a HEAD request is answered without a code. */
export const isMissing = (thrown: unknown): boolean =>
  statusOf(thrown) === 404 && storageCodeOf(thrown) !== 'ContainerNotFound';
