import type { Random } from './ec2/randomness.ts';
import type { Outbox } from './outbox.ts';
import type { Activity } from './settling.ts';

/**
 * What befalls events between the bus and the queue, each drawn on its own; shares are 0 to 1. EventBridge and SQS promise
 * at least one delivery in no order (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html);
 * that some are lost, for good, is what the sweep is there for.
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

export interface Disturber extends Outbox {
  /** Disturbs what is added from now on; `null`: nothing. Returns counts that go on counting. */
  disturb(disturbance: Disturbance | null): Disturbed;
}

/** Stands before an outbox, and does not touch what passes until it is told to. */
export function createDisturber(outbox: Outbox, activity: Activity): Disturber {
  let add = (body: string): void => outbox.add(body);
  return {
    add: (body) => add(body),
    disturb(disturbance) {
      const counts = { dropped: 0, duplicated: 0, delayed: 0 };
      add = disturbance === null ? (body) => outbox.add(body) : disturbing(disturbance, counts, outbox, activity);
      return counts;
    },
  };
}

function disturbing(
  { random, droppedShare = 0, duplicatedShare = 0, delayedShare = 0, longestDelayMs = 0 }: Disturbance,
  counts: { dropped: number; duplicated: number; delayed: number },
  outbox: Outbox,
  activity: Activity,
): (body: string) => void {
  const deliver = (body: string): void => {
    if (random() >= delayedShare) return outbox.add(body);
    counts.delayed += 1;
    activity.after(Math.ceil(random() * longestDelayMs), () => outbox.add(body));
  };
  return (body) => {
    if (random() < droppedShare) {
      counts.dropped += 1;
      return;
    }
    deliver(body);
    if (random() >= duplicatedShare) return;
    counts.duplicated += 1;
    deliver(body);
  };
}
