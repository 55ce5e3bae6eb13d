import type { Clock } from '../../../shared/ports.ts';
import type { Pause } from '../traffic/patience.ts';
import type { Exchange } from '../traffic/wire.ts';

/** What it takes to carry something out: who asks Azure, and time. */
export interface Hand {
  readonly exchange: Exchange;
  readonly pause: Pause;
  readonly clock: Clock;
  /** When the process is stopped whatever it is doing; `null`: it is not. */
  readonly endsAtMs: number | null;
}

/** Waits; `false`: there is no time for that, and nothing was waited for. */
export type Wait = (delayMs: number) => Promise<boolean>;

/**
 * Kept for what follows a write before the process is stopped: a second look at its source, and queueing what is left. A process
 * that is stopped in the middle of a wait tells nobody what it has begun.
 */
const REST_MS = 10_000;

/** Time to wait for one thing, over all that is asked about it: no longer than it may take, and than the process lives. */
export function waitUpTo(longestMs: number, { pause, clock, endsAtMs }: Omit<Hand, 'exchange'>): Wait {
  const beganMs = clock.now();
  const limitMs = Math.min(longestMs, endsAtMs === null ? longestMs : endsAtMs - REST_MS - beganMs);
  let pausedMs = 0;
  return async (delayMs) => {
    // Answers take time too.
    const spentMs = Math.max(pausedMs, clock.now() - beganMs);
    if (spentMs + delayMs > limitMs) return false;
    pausedMs += delayMs;
    await pause(delayMs);
    return true;
  };
}
