/**
 * Resource Manager's token bucket of one kind of request, per subscription and caller
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
 */
export interface Bucket {
  readonly size: number;
  readonly refillPerSecond: number;
  /** What nobody used while little was left is made up for, up to so much; 0: nothing is. */
  readonly catchUpMs: number;
}

/** How fast requests of one kind go; it knows the time only from its caller. */
export interface Gate {
  /** When the next request may go; the past when it may go now. */
  opensAtMs(): number;
  /** A request goes now. */
  take(nowMs: number): void;
  /** An answer told how much of its bucket is left, 0 to 1. */
  see(leftShare: number, nowMs: number): void;
  /** A request that was sent at `sentMs` found the bucket empty. */
  refuse(sentMs: number, retryAfterMs: number, nowMs: number): void;
}

/** With less than this left, requests go at the pace at which the bucket refills, before the first is refused. */
const LOW = 0.1;
/** With more than this left, they go as they come again. */
const AMPLE = 0.5;
const SHRINK = 0.5;
/** However often it was refused, this share of the refill is tried. */
const LEAST = 0.1;
/** Others use the same bucket; it takes so long to find out that they do not any more. */
const REGROWTH_MS = 60_000;

interface Limit {
  readonly perSecond: number;
  readonly sinceMs: number;
}

/**
 * A gate that stands open until its bucket is nearly empty, then lets requests through as the bucket refills. Each refusal
 * closes it until its time is over and halves the pace, which grows back to that of the refill.
 */
export function createGate({ refillPerSecond, catchUpMs }: Bucket): Gate {
  let limit: Limit | null = null;
  let opensAtMs = Number.NEGATIVE_INFINITY;
  let refusedMs = Number.NEGATIVE_INFINITY;

  const rateAt = ({ perSecond, sinceMs }: Limit, nowMs: number): number =>
    Math.min(refillPerSecond, perSecond + (refillPerSecond * Math.max(0, nowMs - sinceMs)) / REGROWTH_MS);

  return {
    opensAtMs: () => opensAtMs,
    take(nowMs) {
      if (limit !== null) opensAtMs = Math.max(opensAtMs, nowMs - catchUpMs) + 1000 / rateAt(limit, nowMs);
    },
    see(leftShare, nowMs) {
      if (limit === null && leftShare <= LOW) {
        limit = { perSecond: refillPerSecond, sinceMs: nowMs };
        // Nothing was saved before that.
        opensAtMs = Math.max(opensAtMs, nowMs);
      }
      if (leftShare >= AMPLE && nowMs >= opensAtMs) limit = null;
    },
    refuse(sentMs, retryAfterMs, nowMs) {
      opensAtMs = Math.max(opensAtMs, nowMs + retryAfterMs);
      // Requests that were under way when the first of them was refused say nothing new of the pace.
      if (sentMs <= refusedMs) return;
      refusedMs = nowMs;
      const before = limit === null ? refillPerSecond : rateAt(limit, nowMs);
      limit = { perSecond: Math.max(refillPerSecond * LEAST, before * SHRINK), sinceMs: nowMs + retryAfterMs };
    },
  };
}
