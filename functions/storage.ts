import { Fault } from '../shared/fault.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The app setting that names the storage account; the host's queue triggers use it too. */
export const STORAGE_SETTING = 'AzureWebJobsStorage';

/** What of a storage account is reached, as its settings and its addresses are written. */
export type StoragePart = 'queue' | 'blob';

/** How the storage account is reached: with a key, or as an identity. */
export type StorageAddress =
  { readonly kind: 'key'; readonly connectionString: string } | { readonly kind: 'identity'; readonly url: string };

/**
 * Where the storage account of the settings is; `null` when they name none.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference (connections with an identity)
 */
export function findStorage(env: Env, part: StoragePart): StorageAddress | null {
  const connectionString = env[STORAGE_SETTING];
  if (connectionString) return { kind: 'key', connectionString };
  const account = env[`${STORAGE_SETTING}__accountName`];
  const url =
    env[`${STORAGE_SETTING}__${part}ServiceUri`] || (account && `https://${account}.${part}.core.windows.net`);
  return url ? { kind: 'identity', url } : null;
}

/** What was asked of storage, and who may. */
export interface StorageAttempt {
  /** As `sending to the queue tapkeeper-events`. */
  readonly attempted: string;
  readonly role: string;
}

/** What storage refused, as a fault. Only its status and code are repeated: the SDK's messages hold addresses and headers. */
export function toStorageFault(thrown: unknown, { attempted, role }: StorageAttempt): Fault {
  if (thrown instanceof Fault) return thrown;
  const status = statusOf(thrown);
  const isDenied = status === 401 || status === 403;
  const said = [status, storageCodeOf(thrown)].filter((part) => part !== null).join(' ') || 'no answer';
  const advice = isDenied ? `grant ${role} on the storage account` : 'it is tried again';
  return new Fault(isDenied ? 'denied' : 'unreachable', `${attempted}: ${said}; ${advice}`, thrown);
}

/** The HTTP status of what the SDK threw; `null`: there was no answer. */
export function statusOf(thrown: unknown): number | null {
  const { statusCode } = (thrown ?? {}) as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}

/** Storage's own code of what the SDK threw, as `QueueNotFound`. */
export function storageCodeOf(thrown: unknown): string | null {
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : null;
}
