import type { Clock, Lane } from '../../../shared/ports.ts';
import type { Gate } from './pace-gate.ts';
import type { Pause } from './patience.ts';

/** Requests that go one after the other through a gate, those of events before all others. */
export interface Line {
  /** Waits for a turn. 0: it goes now; else how long the gate stays closed, which is longer than it may wait. */
  join(lane: Lane): Promise<number>;
}

export interface LineSetup {
  readonly clock: Clock;
  readonly pause: Pause;
  readonly longestMs: number;
}

interface Waiter {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly decide: (delayMs: number) => void;
}

export function createLine(gate: Gate, { clock, pause, longestMs }: LineSetup): Line {
  const waiters: Readonly<Record<Lane, Waiter[]>> = { event: [], bulk: [] };
  // A pause that is over is taken at its word: a clock may be a moment behind it.
  let wokenMs = Number.NEGATIVE_INFINITY;
  let isMoving = false;

  const nowMs = (): number => Math.max(clock.now(), wokenMs);
  const findFirst = (): Waiter[] => (waiters.event.length > 0 ? waiters.event : waiters.bulk);

  /** The turn of whoever is at the head, whose place may be taken while it waits. */
  async function move(): Promise<void> {
    isMoving = true;
    for (let [head] = findFirst(); head !== undefined; [head] = findFirst()) {
      const delayMs = Math.max(0, gate.opensAtMs() - nowMs());
      const isTooLate = nowMs() + delayMs > head.untilMs;
      if (delayMs > 0 && !isTooLate) {
        const opensAtMs = gate.opensAtMs();
        await pause(Math.ceil(delayMs));
        wokenMs = opensAtMs;
        continue;
      }
      findFirst().shift();
      // Timers go off late: a turn is taken when it could have been, so that the line as a whole is not slower than the gate.
      if (!isTooLate) gate.take(Math.max(head.sinceMs, gate.opensAtMs()));
      head.decide(isTooLate ? Math.max(1, delayMs) : 0);
    }
    isMoving = false;
  }

  return {
    join: (lane) =>
      new Promise((decide) => {
        waiters[lane].push({ sinceMs: nowMs(), untilMs: nowMs() + longestMs, decide });
        if (!isMoving) void move();
      }),
  };
}
