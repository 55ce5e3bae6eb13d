import type { Clock } from '../../shared/ports.ts';

/** A clock that can also be waited on: everything in the local cloud that takes time takes it from here. */
export interface LocalClock extends Clock {
  /** Runs `action` once, `delayMs` from now; the result cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

/** The machine's own clock. Its timers do not keep a process alive. */
export const systemClock: LocalClock = {
  now: () => Date.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to go on. */
export interface SteppedClock extends LocalClock {
  advance(byMs: number): void;
}

/** A clock for tests: time passes only by `advance`, which runs what falls due, in order. */
export function steppedClock(startMs: number): SteppedClock {
  let nowMs = startMs;
  const waiting = new Set<{ readonly dueMs: number; readonly action: () => void }>();
  const findNext = (untilMs: number) =>
    [...waiting].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0] ?? null;

  return {
    now: () => nowMs,
    after(delayMs, action) {
      const entry = { dueMs: nowMs + delayMs, action };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    advance(byMs) {
      const untilMs = nowMs + byMs;
      for (let next = findNext(untilMs); next !== null; next = findNext(untilMs)) {
        waiting.delete(next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.action();
      }
      nowMs = untilMs;
    },
  };
}
