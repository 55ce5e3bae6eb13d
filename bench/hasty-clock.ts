import type { LocalClock } from '../local/azure/clock.ts';

/** A clock on which the cloud's seconds pass faster than those of the machine, and that can be set forward. */
export interface HastyClock extends LocalClock {
  /** Waits so many milliseconds of this clock. */
  sleep(ms: number): Promise<void>;
  /** Sets it forward; what waits for a moment goes on waiting as long as it would have. */
  skip(ms: number): void;
}

/** So much faster. Real calls over loopback take real time, so that one of 10 ms takes 200 ms of this clock. */
const HASTE = 20;

export function hastyClock(): HastyClock {
  const startedMs = Date.now();
  let skippedMs = 0;
  const after: LocalClock['after'] = (delayMs, action) => {
    const timer = setTimeout(action, delayMs / HASTE);
    return () => clearTimeout(timer);
  };
  return {
    now: () => Math.round(startedMs + (Date.now() - startedMs) * HASTE + skippedMs),
    after,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    skip: (ms) => void (skippedMs += ms),
  };
}
