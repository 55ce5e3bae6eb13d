/** What one lane may take of a bucket that it shares. */
export interface Share {
  readonly perSecond: number;
  /** As many calls at once after a rest. */
  readonly burst: number;
  /** Slower than this the lane does not become, however often it is throttled. */
  readonly leastPerSecond: number;
  /** What it gains in a minute without throttling. */
  readonly growthPerMinute: number;
}

/** How fast one lane calls one action; it knows the time only from its caller. */
export interface LanePace {
  /** How long the next call has to wait; 0: it may go. */
  waitMs(nowMs: number): number;
  /** A call goes now. */
  take(nowMs: number): void;
  /** A call that was sent at `sentMs` was throttled. */
  slowDown(sentMs: number, nowMs: number): void;
}

const SHRINK = 0.5;

interface Limit {
  readonly perSecond: number;
  readonly sinceMs: number;
  /** When the next call may go; how long that is past is what was saved for a burst. */
  freeAtMs: number;
}

/**
 * A lane that is free until it is first throttled, from then on limited to its share, a little more with time, and to half of
 * what it had, at most its share, each time that it is throttled again.
 */
export function lanePace({ perSecond: share, burst, leastPerSecond, growthPerMinute }: Share): LanePace {
  let limit: Limit | null = null;

  const rateAt = ({ perSecond, sinceMs }: Limit, nowMs: number): number =>
    perSecond + (growthPerMinute * (nowMs - sinceMs)) / 60_000;

  return {
    waitMs: (nowMs) => (limit === null ? 0 : Math.max(0, Math.ceil(limit.freeAtMs - nowMs))),

    take(nowMs) {
      if (limit === null) return;
      const gapMs = 1000 / rateAt(limit, nowMs);
      limit.freeAtMs = Math.max(limit.freeAtMs, nowMs - burst * gapMs) + gapMs;
    },

    slowDown(sentMs, nowMs) {
      // Calls that were under way when the first of them was throttled say nothing new.
      if (limit !== null && sentMs <= limit.sinceMs) return;
      const perSecond =
        limit === null ? share : Math.max(leastPerSecond, Math.min(share, rateAt(limit, nowMs) * SHRINK));
      limit = { perSecond, sinceMs: nowMs, freeAtMs: nowMs + 1000 / perSecond };
    },
  };
}
