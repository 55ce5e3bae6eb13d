import type { Clock } from '../../../../shared/ports.ts';

/** A clock that stands still until everybody waits, and then goes on to the next moment that somebody waits for. */
export interface VirtualClock extends Clock {
  sleep(ms: number): Promise<void>;
  /** What the work comes to. */
  run<Result>(work: Promise<Result>): Promise<Result>;
}

interface Waiter {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Begins at `startMs`. @throws Error when the work waits for something that this clock does not know. */
export function virtualClock(startMs = 0): VirtualClock {
  let nowMs = startMs;
  const waiting: Waiter[] = [];
  return {
    now: () => nowMs,
    sleep: (ms) => new Promise((wake) => void waiting.push({ atMs: nowMs + ms, wake })),
    async run(work) {
      let isOver = false;
      const over = work.finally(() => (isOver = true));
      for (;;) {
        // All that follows from the last moment without waiting.
        await new Promise((resolve) => setImmediate(resolve));
        if (isOver) return over;
        const next = waiting.reduce(
          (first: Waiter | null, one) => (first && first.atMs <= one.atMs ? first : one),
          null,
        );
        if (next === null) throw new Error('the work waits for something that is not of this clock');
        waiting.splice(waiting.indexOf(next), 1);
        nowMs = next.atMs;
        next.wake();
      }
    },
  };
}

/** EC2's bucket of one action: each call takes one token or is throttled. */
export interface TokenBucket {
  readonly calls: () => number;
  readonly throttled: () => number;
  /** Whether the call gets a token; answered after the latency of a call. */
  call(): Promise<'done' | 'throttled'>;
}

export function tokenBucket(clock: VirtualClock, { size = 50, perSecond = 5, latencyMs = 50 } = {}): TokenBucket {
  let tokens = size;
  let seenMs = clock.now();
  let calls = 0;
  let throttled = 0;
  return {
    calls: () => calls,
    throttled: () => throttled,
    async call() {
      calls += 1;
      tokens = Math.min(size, tokens + ((clock.now() - seenMs) * perSecond) / 1000);
      seenMs = clock.now();
      const isDone = tokens >= 1;
      if (isDone) tokens -= 1;
      else throttled += 1;
      await clock.sleep(latencyMs);
      return isDone ? 'done' : 'throttled';
    },
  };
}
