import type { Clock, Outcome } from '../../../shared/ports.ts';
import type { Target, TargetId } from '../../../shared/words.ts';

/** VTAPs that have refused a source for want of room. */
export interface FullTargets {
  /**
   * Takes note of what became of a change. A VTAP that is full although the count said otherwise is known to be full from here
   * on, so the source is planned again at once: another VTAP in front of the same sensors, or a pool's next member, takes it,
   * and when there is none the plan says so.
   */
  learn(outcome: Outcome): Outcome;
  /** A target with no room left when it is known to be full. */
  judge(target: Target): Target;
}

/** For so long a VTAP that refused a source counts as full. */
const FULL_MS = 60_000;

export function rememberFull(clock: Clock): FullTargets {
  const until = new Map<TargetId, number>();
  return {
    learn(outcome) {
      const { kind, change } = outcome;
      // Whatever leaves a VTAP makes room in it.
      if (kind === 'done' && change.kind !== 'attach') until.delete(change.from.target);
      if (kind !== 'held' || outcome.hold.code !== 'destination-full' || change.kind === 'detach') return outcome;
      until.set(change.to.target, clock.now() + FULL_MS);
      return change.kind === 'attach' ? { kind: 'conflict', change, detail: outcome.hold.detail } : outcome;
    },
    judge(target) {
      const isFull = clock.now() < (until.get(target.id) ?? Number.NEGATIVE_INFINITY);
      return isFull ? { ...target, capacity: Math.min(target.capacity ?? target.load, target.load) } : target;
    },
  };
}
