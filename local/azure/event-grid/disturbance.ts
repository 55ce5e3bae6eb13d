import type { Activity } from '../activity.ts';
import type { LocalClock } from '../clock.ts';
import type { Random } from '../random.ts';

/**
 * What befalls events on their way to the queue, each drawn on its own; shares are 0 to 1. Event Grid delivers at least once, in
 * no order, and may hold events back for hours (https://learn.microsoft.com/azure/event-grid/delivery-and-retry); that some
 * are lost, for good, is what the sweep is there for.
 */
export interface Disturbance {
  readonly random: Random;
  readonly droppedShare?: number;
  readonly duplicatedShare?: number;
  /** Of the copies that are delivered; what is delayed is overtaken by what comes after it. */
  readonly delayedShare?: number;
  readonly longestDelayMs?: number;
}

/** How many events a disturbance has met, by what became of them. */
export interface Disturbed {
  readonly dropped: number;
  readonly duplicated: number;
  readonly delayed: number;
}

type Deliver = (event: unknown) => Promise<void>;

/** Stands before a subscriber, and does not touch what passes until it is told to. */
export interface Disturber {
  readonly deliver: Deliver;
  /** Disturbs what passes from now on; `null`: nothing. Returns counts that go on counting. */
  disturb(disturbance: Disturbance | null): Disturbed;
}

interface Surroundings {
  readonly clock: LocalClock;
  readonly activity: Activity;
  readonly onFailure: (thrown: unknown) => void;
}

export function newDisturber(deliver: Deliver, surroundings: Surroundings): Disturber {
  let current = deliver;
  return {
    deliver: (event) => current(event),
    disturb(disturbance) {
      const counts = { dropped: 0, duplicated: 0, delayed: 0 };
      current = disturbance === null ? deliver : disturbing(disturbance, counts, deliver, surroundings);
      return counts;
    },
  };
}

function disturbing(
  { random, droppedShare = 0, duplicatedShare = 0, delayedShare = 0, longestDelayMs = 0 }: Disturbance,
  counts: { dropped: number; duplicated: number; delayed: number },
  deliver: Deliver,
  { clock, activity, onFailure }: Surroundings,
): Deliver {
  function deliverLater(event: unknown, delayMs: number): void {
    const leave = activity.enter();
    clock.after(delayMs, () => void deliver(event).catch(onFailure).finally(leave));
  }

  async function deliverOnce(event: unknown): Promise<void> {
    if (random() >= delayedShare) return deliver(event);
    counts.delayed += 1;
    deliverLater(event, Math.ceil(random() * longestDelayMs));
  }

  return async (event) => {
    if (random() < droppedShare) {
      counts.dropped += 1;
      return;
    }
    await deliverOnce(event);
    if (random() >= duplicatedShare) return;
    counts.duplicated += 1;
    await deliverOnce(event);
  };
}
