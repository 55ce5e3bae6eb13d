import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../shared/ports.ts';

/** Time that stands still until nothing is left to do but to wait for it. */
export interface VirtualClock extends Clock {
  /** Waits so many milliseconds of this clock. */
  sleep(ms: number): Promise<void>;
  /** Lets time pass at once. */
  pass(ms: number): void;
  /**
   * Runs something to its end, and moves on to the next moment that somebody waits for whenever nothing else goes on.
   * @param activity Grows with everything that goes on.
   */
  run<Result>(work: Promise<Result>, activity: () => number): Promise<Result>;
}

/** Turns in which nothing goes on, after which everybody is taken to wait: an answer over loopback takes fewer. */
const QUIET_TURNS = 4;
const TURN_MS = 1;

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function virtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  let sleepers: Sleeper[] = [];

  const moveTo = (ms: number): void => {
    nowMs = ms;
    const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
    sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
    for (const { wake } of due) wake();
  };

  async function moveOn(activity: () => number, isDone: () => boolean): Promise<void> {
    let [seen, quiet] = ['', 0];
    while (!isDone()) {
      await wait(TURN_MS);
      await nextTurn();
      const now = `${activity()} ${sleepers.length}`;
      quiet = now === seen ? quiet + 1 : 0;
      seen = now;
      if (quiet < QUIET_TURNS || sleepers.length === 0) continue;
      moveTo(Math.min(...sleepers.map(({ atMs }) => atMs)));
      quiet = 0;
    }
  }

  return {
    now: () => nowMs,
    sleep: (ms) => new Promise((wake) => void sleepers.push({ atMs: nowMs + ms, wake })),
    pass: (ms) => moveTo(nowMs + ms),
    async run(work, activity) {
      let isDone = false;
      const finished = work.finally(() => {
        isDone = true;
      });
      await Promise.all([finished, moveOn(activity, () => isDone)]);
      return finished;
    },
  };
}
