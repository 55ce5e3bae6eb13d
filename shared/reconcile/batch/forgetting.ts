import type { Look } from './look-group.ts';

/**
 * Longer than any backfill takes. What a sweep found so long ago was found by the sweeps after it as well: put back again and
 * again, each of them would leave another copy in the queue. What a person lifted is found by nobody again, but by then
 * somebody else should look at it.
 */
export const FORGOTTEN_MS = 21_600_000;
/** As long as what a sweep hands on may take: what an event or a sweep wished has had no turn by then, and the next sweep finds it. */
const WAITED_MS = 900_000;

const ageOf = ({ since }: Look, nowMs: number): number => nowMs - Date.parse(since);

/** Whether what the time or the cloud's quota left of a permission is not put back any more. */
export const isForgotten = (work: Look, nowMs: number): boolean =>
  work.run !== null && ageOf(work, nowMs) > FORGOTTEN_MS;

/** Whether it has waited for its turn for too long. No sweep may do what a person lifted, so that this waits on. */
export const isGivenUp = (work: Look, nowMs: number): boolean =>
  work.askedBy === 'person' ? isForgotten(work, nowMs) : ageOf(work, nowMs) > WAITED_MS;
