/** How a bucket fills: it holds `size` calls, and `refillPerSecond` come back. */
export interface BucketShape {
  readonly size: number;
  readonly refillPerSecond: number;
}

/** A bucket of calls. It refills evenly; a call that is refused costs nothing. */
export interface TokenBucket {
  /** Seconds until a call is let through; 0: now. */
  waitSeconds(nowMs: number): number;
  /** Takes a call, also where none is left; gives how many are left. */
  take(nowMs: number): number;
}

/** A full bucket. */
export function newTokenBucket({ size, refillPerSecond }: BucketShape, startMs: number): TokenBucket {
  let left = size;
  let atMs = startMs;

  /** Never backwards: time that has passed once is not counted again. */
  function refill(nowMs: number): void {
    const passedSeconds = Math.max(0, nowMs - atMs) / 1000;
    left = Math.min(size, left + passedSeconds * refillPerSecond);
    atMs = Math.max(atMs, nowMs);
  }

  return {
    waitSeconds(nowMs) {
      refill(nowMs);
      return left >= 1 ? 0 : (1 - left) / refillPerSecond;
    },
    take(nowMs) {
      refill(nowMs);
      left = Math.max(0, left - 1);
      return Math.floor(left);
    },
  };
}
