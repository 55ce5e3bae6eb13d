import type { Container } from './blobs.ts';
import { findLease, type Keeping, type Lease } from './leases.ts';

const PREFIX = 'slots';

/** One of the places that may be taken at a time, as storage lists it. */
export interface Slot {
  readonly index: number;
  readonly isLeased: boolean;
}

/** The places of an account that were ever taken. */
export async function listSlots(container: Container, account: string): Promise<readonly Slot[]> {
  const prefix = `${PREFIX}/${account}/`;
  const slots: Slot[] = [];
  for await (const { name, properties } of container.listBlobsFlat({ prefix })) {
    slots.push({ index: Number(name.slice(prefix.length)), isLeased: properties.leaseStatus === 'locked' });
  }
  return slots;
}

/**
 * The places that may be tried, by number; none: as many are taken as may be.
 *
 * Who has taken a place beyond the limit (the lane of events has more of them; or there were more before the rules changed) is
 * counted, by leaving as many of the others alone: two who see the same list can then not exceed the limit together.
 */
export function findFree(slots: readonly Slot[], limit: number): readonly number[] {
  const leased = new Set(slots.flatMap(({ index, isLeased }) => (isLeased ? [index] : [])));
  if (leased.size >= limit) return [];
  const beyond = [...leased].filter((index) => index >= limit).length;
  return Array.from({ length: limit - beyond }, (_, index) => index).filter((index) => !leased.has(index));
}

/** Takes the first of the places that is still free, beginning where `seed` says: not everybody tries the same one first. */
export async function findSlot(
  container: Container,
  account: string,
  free: readonly number[],
  seed: number,
  keeping: Keeping,
): Promise<Lease | null> {
  const start = seed % free.length;
  for (const index of [...free.slice(start), ...free.slice(0, start)]) {
    const lease = await findLease(container.getBlockBlobClient(`${PREFIX}/${account}/${index}`), keeping);
    if (lease !== null) return lease;
  }
  return null;
}
