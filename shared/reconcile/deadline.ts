import { LONGEST_INTERRUPTION_MS } from '../closing.ts';
import type { Invocation } from './invocation.ts';

/**
 * Time kept for what ends an invocation: the call under way with its retries, a second look at a source after a conflict,
 * and queueing what is left. A process that is stopped before that has done half of something and told nobody.
 */
export const RESERVE_MS = 20_000;
/**
 * Time that listing a scope may take, which cannot be done by halves. An estimate: 100,000 interfaces are 100 pages, with a
 * second for each.
 */
const LISTING_MS = 100_000;
/** What goes by while a batch is sorted. */
const JUST_BEGUN_MS = 1000;

/** Whether it is too late to begin anything. */
export const isLate = ({ endsAtMs, clock }: Invocation): boolean =>
  endsAtMs !== null && clock.now() >= endsAtMs - RESERVE_MS;

/**
 * Whether it is too late to interrupt a machine, which takes so long. Where an invocation is short as a whole, it is let begin: it
 * would be put back for ever.
 */
export function isLateToInterrupt(invocation: Invocation): boolean {
  const { endsAtMs, beganAtMs, clock } = invocation;
  const neededMs = RESERVE_MS + LONGEST_INTERRUPTION_MS;
  const isShort = endsAtMs !== null && endsAtMs - beganAtMs < 2 * neededMs;
  return isLate(invocation) || (endsAtMs !== null && !isShort && clock.now() >= endsAtMs - neededMs);
}

/**
 * Whether it is too late to begin listing a scope. Where no invocation ever has the time, one that has just begun has as much of
 * it as there is.
 */
export function isLateToList(invocation: Invocation): boolean {
  const { endsAtMs, beganAtMs, clock } = invocation;
  const hasTime = endsAtMs === null || clock.now() <= endsAtMs - RESERVE_MS - LISTING_MS;
  const hasJustBegun = clock.now() - beganAtMs < JUST_BEGUN_MS;
  return isLate(invocation) || !(hasTime || hasJustBegun);
}
