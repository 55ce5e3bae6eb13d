/** A role that Azure has built in: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
export interface BuiltInRole {
  readonly name: string;
  readonly id: string;
}

const BLOB_OWNER = { name: 'Storage Blob Data Owner', id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' };
const BLOB_CONTRIBUTOR = { name: 'Storage Blob Data Contributor', id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe' };
const BLOB_READER = { name: 'Storage Blob Data Reader', id: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1' };
const QUEUE_CONTRIBUTOR = { name: 'Storage Queue Data Contributor', id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88' };
const QUEUE_SENDER = { name: 'Storage Queue Data Message Sender', id: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a' };

/** What our own requests to storage need at least, by what is reached; messages name these. */
export const STORAGE_NEEDS = {
  /** Sending work, and counting what was given up. */
  queues: QUEUE_CONTRIBUTOR,
  /** Turns and refusals. */
  interruptions: BLOB_CONTRIBUTOR,
  /** The rules, where they are kept in a blob. */
  rules: BLOB_READER,
} as const satisfies Record<string, BuiltInRole>;

/** A role that is assigned, on what, and why. */
export interface Assigned {
  readonly role: BuiltInRole;
  readonly on: 'the storage account' | 'the event queue' | 'the container of undelivered events';
  readonly purpose: string;
}

/**
 * What the app's identity is assigned. The host's own needs are more than ours: it keeps keys, and leases for the timer
 * (https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity).
 */
export const APP_ROLES: readonly Assigned[] = [
  {
    role: BLOB_OWNER,
    on: 'the storage account',
    purpose: `the host's keys and leases; turns and refusals, for which ${BLOB_CONTRIBUTOR.name} would do`,
  },
  {
    role: QUEUE_CONTRIBUTOR,
    on: 'the storage account',
    purpose: 'the queue triggers of the host; sending work, counting what was given up',
  },
];

/** What Event Grid's identity is assigned. https://learn.microsoft.com/azure/event-grid/add-identity-roles */
export const EVENT_GRID_ROLES: readonly Assigned[] = [
  { role: QUEUE_SENDER, on: 'the event queue', purpose: 'delivering events' },
  {
    role: BLOB_CONTRIBUTOR,
    on: 'the container of undelivered events',
    purpose: 'keeping what could not be delivered',
  },
];
