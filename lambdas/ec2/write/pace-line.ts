import type { Clock } from '../../../shared/ports.ts';
import type { LanePace } from './pace-lane.ts';

/** Waits so many milliseconds. */
export type Sleep = (ms: number) => Promise<void>;

/** Calls of one action in one lane, which go one after the other as soon as the pace lets them. */
export interface Line {
  /** A call for the first time: however slow the pace is, it goes. */
  goFirst(): Promise<void>;
  /** A call once more, before all that go for the first time; whether its turn came by `untilMs`. */
  goAgain(untilMs: number): Promise<boolean>;
}

interface Waiter {
  readonly untilMs: number;
  readonly decide: (mayGo: boolean) => void;
}

export function paceLine(pace: LanePace, clock: Clock, sleep: Sleep): Line {
  const first: Waiter[] = [];
  const again: Waiter[] = [];
  let isMoving = false;

  /** The turn of whoever is at the head, whose place may be taken while it waits. */
  async function move(): Promise<void> {
    isMoving = true;
    for (let [head] = [...again, ...first]; head !== undefined; [head] = [...again, ...first]) {
      const ms = pace.waitMs(clock.now());
      const isTooLate = clock.now() + ms > head.untilMs;
      if (ms > 0 && !isTooLate) {
        await sleep(ms);
        continue;
      }
      (again.length > 0 ? again : first).shift();
      if (!isTooLate) pace.take(clock.now());
      head.decide(!isTooLate);
    }
    isMoving = false;
  }

  const join = (queue: Waiter[], untilMs: number): Promise<boolean> =>
    new Promise((decide) => {
      queue.push({ untilMs, decide });
      if (!isMoving) void move();
    });

  return {
    goFirst: async () => void (await join(first, Number.POSITIVE_INFINITY)),
    goAgain: (untilMs) => join(again, untilMs),
  };
}
