import type { Clock, Hash, Turn, TurnAnswer, TurnRequest } from '../../shared/ports.ts';
import type { Container } from './blobs.ts';
import { findLease, type Keeping, type Lease } from './leases.ts';
import { findFree, findSlot, listSlots } from './slots.ts';
import { markOver, markTaken } from './units.ts';

export interface TurnSetup {
  readonly clock: Clock;
  readonly keeping: Keeping;
  readonly hash: Hash;
  /** What this process calls itself, so that its own turns do not count as another's. */
  readonly process: string;
}

const FULL: TurnAnswer = { kind: 'full' };
const BUSY: TurnAnswer = { kind: 'busy' };

/** Takes a turn: the lease of the unit, and that of one of the places that may be taken at a time. */
export async function takeTurn(setup: TurnSetup, container: Container, request: TurnRequest): Promise<TurnAnswer> {
  const { unit, limit } = request;
  const { account } = request.scope;
  const free = findFree(await listSlots(container, account), limit);
  if (free.length === 0) return FULL;
  const name = setup.hash(unit);
  const held = await findLease(container.getBlockBlobClient(`units/${account}/${name}`), setup.keeping);
  if (held === null) return BUSY;
  return givingBack(held, async () => {
    const seed = Number.parseInt(name.slice(0, 8), 16);
    const slot = await findSlot(container, account, free, seed, setup.keeping);
    if (slot === null) {
      await held.release();
      return FULL;
    }
    return givingBack(slot, async () => ({ kind: 'taken', turn: await toTurn(setup, held, slot) }));
  });
}

/** A lease is not left behind by what goes wrong after it: others would wait for it to lapse. */
async function givingBack(lease: Lease, work: () => Promise<TurnAnswer>): Promise<TurnAnswer> {
  try {
    return await work();
  } catch (thrown) {
    await lease.release();
    throw thrown;
  }
}

async function toTurn({ clock, process }: TurnSetup, unit: Lease, slot: Lease): Promise<Turn> {
  const otherTookAt = await markTaken(unit, { process, nowMs: clock.now() });
  return {
    otherTookAt,
    isHeld: () => unit.isHeld() && slot.isHeld(),
    lapse: () => {
      unit.lapse();
      slot.lapse();
    },
    release: async () => {
      await markOver(unit, { process, nowMs: clock.now() }, otherTookAt);
      await Promise.all([unit.release(), slot.release()]);
    },
  };
}
