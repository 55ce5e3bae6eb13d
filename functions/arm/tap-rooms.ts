import type { Clock } from '../../shared/ports.ts';
import type { TargetId } from '../../shared/words.ts';
import type { Tap } from './convert.ts';
import type { TapsRead } from './taps.ts';

/** How much room VTAPs have: what is configured, or less where the cloud has said so. */
export interface Rooms {
  fill(read: TapsRead): TapsRead;
  markFull(id: TargetId): void;
}

/** How long a refusal is believed; after that one more attach is tried. */
const FULL_MS = 600_000;

/** A VTAP that was refused more takes as many as it had then. When one of these is gone there is room again. */
export function createRooms(clock: Clock, capacity: number): Rooms {
  const loads = new Map<TargetId, number>();
  const full = new Map<TargetId, { readonly load: number; readonly untilMs: number }>();

  const capacityOf = (id: TargetId): number => {
    const learnt = full.get(id);
    if (learnt === undefined || clock.now() >= learnt.untilMs) return capacity;
    return Math.min(capacity, learnt.load);
  };

  const fillOne = ({ target, lists }: Tap): Tap => {
    loads.set(target.id, target.load);
    return { target: { ...target, capacity: capacityOf(target.id) }, lists };
  };

  return {
    fill: ({ taps, faults }) => ({ taps: taps.map(fillOne), faults }),
    markFull: (id) => void full.set(id, { load: loads.get(id) ?? 0, untilMs: clock.now() + FULL_MS }),
  };
}
