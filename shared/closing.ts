import type { Opening } from './plan/interruption.ts';

/**
 * As long as an interruption may take
 * (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview): none begins so shortly before a window's end.
 */
export const LONGEST_INTERRUPTION_MS = 60_000;

/** Whether an interruption that begins now could outlast the window. */
export const isTooNearTo = (endsAtMs: number, nowMs: number): boolean => nowMs > endsAtMs - LONGEST_INTERRUPTION_MS;

/** Whether what was open when it was planned no longer is. */
export const isOver = (opening: Opening, nowMs: number): boolean =>
  opening.kind === 'closed' || (opening.endsAtMs !== null && isTooNearTo(opening.endsAtMs, nowMs));
