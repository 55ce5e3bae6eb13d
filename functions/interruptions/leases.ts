import { type Blob, ensureBlob, isMissing, isTaken } from './blobs.ts';

/** How time goes by in this process, for what has to be kept up. */
export interface Timer {
  /** Milliseconds since some moment, whatever anybody sets a clock to. */
  elapsedMs(): number;
  /** Does something later; the result calls it off. */
  after(delayMs: number, action: () => void): () => void;
}

/** A timer that keeps no process alive. */
export const systemTimer: Timer = {
  elapsedMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

export interface Keeping {
  readonly timer: Timer;
  /** How long a lease lasts that nobody renews: 15 to 60 (https://learn.microsoft.com/rest/api/storageservices/lease-blob). */
  readonly leaseSeconds: number;
}

/** A lease of a blob, renewed until it is released. */
export interface Lease {
  readonly id: string;
  readonly blob: Blob;
  /** Whether nobody else can have it: it was renewed in time, and storage has not said otherwise. */
  isHeld(): boolean;
  /** Never throws: a lease that is not given back lapses. */
  release(): Promise<void>;
  /** Renews it no more. */
  lapse(): void;
}

/** So that two renewals may fail before a lease lapses. */
const RENEWALS_PER_LEASE = 3;

/** The lease of a blob, which is made when it is missing; `null`: somebody has it. */
export async function findLease(blob: Blob, keeping: Keeping): Promise<Lease | null> {
  try {
    return await acquire(blob, keeping);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    await ensureBlob(blob);
    return acquire(blob, keeping);
  }
}

async function acquire(blob: Blob, keeping: Keeping): Promise<Lease | null> {
  const askedMs = keeping.timer.elapsedMs();
  // The client proposes an id of its own, so a request that is sent again does not meet its own lease.
  const client = blob.getBlobLeaseClient();
  try {
    await client.acquireLease(keeping.leaseSeconds);
  } catch (thrown) {
    if (isTaken(thrown)) return null;
    throw thrown;
  }
  return keepUp(blob, client, keeping, askedMs);
}

type LeaseClient = ReturnType<Blob['getBlobLeaseClient']>;

function keepUp(blob: Blob, client: LeaseClient, { timer, leaseSeconds }: Keeping, askedMs: number): Lease {
  const leaseMs = leaseSeconds * 1000;
  let lapsesMs = askedMs + leaseMs;
  let isOver = false;
  let callOff = (): void => undefined;

  const isHeld = (): boolean => !isOver && timer.elapsedMs() < lapsesMs;

  const renew = async (): Promise<void> => {
    const renewedMs = timer.elapsedMs();
    try {
      await client.renewLease();
      lapsesMs = renewedMs + leaseMs;
    } catch (thrown) {
      // Storage says that it is another's, or that the blob is gone; anything else may pass before it lapses.
      if (isTaken(thrown) || isMissing(thrown)) isOver = true;
    }
    schedule();
  };
  const schedule = (): void => {
    if (isHeld()) callOff = timer.after(leaseMs / RENEWALS_PER_LEASE, () => void renew());
  };
  schedule();
  const lapse = (): void => {
    isOver = true;
    callOff();
  };

  return {
    id: client.leaseId,
    blob,
    isHeld,
    lapse,
    release: async () => {
      lapse();
      await client.releaseLease().catch(() => undefined);
    },
  };
}
