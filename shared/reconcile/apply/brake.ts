import type { Outcome } from '../../ports.ts';
import { isLate, isLateToInterrupt } from '../deadline.ts';
import type { Invocation } from '../invocation.ts';

/** The adapter has waited and tried again before it says so once. */
const MOST_THROTTLED = 3;

/** Stops a run between two sources. */
export interface Brake {
  /** When the process is stopped whatever it is doing; `null`: it is not. */
  readonly endsAtMs: number | null;
  /** Why no other source is begun; `null`: go on. */
  reason(): 'deadline' | 'throttled' | null;
  /** Whether no other machine is interrupted, although what takes less time may still begin. */
  stopsInterrupting(): boolean;
  /** Takes note of what the cloud answered. */
  see(outcome: Outcome): void;
}

/**
 * For work of a queue, which can go back there: stops before the time is up, and when the cloud throttles one call after the
 * other, for then it does so to everybody in the account.
 */
export function brakeOf(invocation: Invocation): Brake {
  let inRow = 0;
  const reason: Brake['reason'] = () => {
    if (inRow >= MOST_THROTTLED) return 'throttled';
    return isLate(invocation) ? 'deadline' : null;
  };
  return {
    endsAtMs: invocation.endsAtMs,
    reason,
    stopsInterrupting: () => reason() !== null || isLateToInterrupt(invocation),
    see(outcome) {
      inRow = isThrottled(outcome) ? inRow + 1 : inRow >= MOST_THROTTLED ? inRow : 0;
    },
  };
}

/** For a person at a terminal, who waits for the whole. */
export const NO_BRAKE: Brake = {
  endsAtMs: null,
  reason: () => null,
  stopsInterrupting: () => false,
  see: () => {},
};

export const isThrottled = (outcome: Outcome): boolean => outcome.kind === 'failed' && outcome.code === 'throttled';
