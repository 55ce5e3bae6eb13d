import type { Config } from '../../config/config.ts';
import type { Lane } from '../../ports.ts';

/** How many running machines one lane may change at a time: a backfill leaves one turn to events, for it may go on for hours. */
export const turnsOf = (lane: Lane, { inFlight }: Config['interruption']): number =>
  lane === 'event' ? inFlight : Math.max(1, inFlight - 1);

/**
 * After how many seconds a turn is asked for again, by how long ago it was first wished: what somebody has just tagged comes back
 * soon, and what waits for an hour does not ask storage, and read the cloud, four times a minute.
 */
const STEPS: readonly { readonly youngerMs: number; readonly seconds: number }[] = [
  { youngerMs: 60_000, seconds: 15 },
  { youngerMs: 180_000, seconds: 30 },
  { youngerMs: 420_000, seconds: 60 },
  { youngerMs: Infinity, seconds: 120 },
];

/** What a sweep found has been so for a while: it leaves the first half minute to others. */
const FIRST_SECONDS: Readonly<Record<Lane, number>> = { event: 15, bulk: 30 };

/** After how many seconds to ask for a turn again for what was asked for so long ago. */
export function turnAgainSeconds(lane: Lane, ageMs: number): number {
  const step = STEPS.find(({ youngerMs }) => ageMs < youngerMs);
  return Math.max(FIRST_SECONDS[lane], step?.seconds ?? 0);
}
