/** What is under way: steps that wait for their time, deliveries, handlers. */
export interface Activity {
  /** Counts work until it ends, whether it succeeds or not. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Runs a step after the delay. A step that is cancelled by `stop` never runs. */
  after(delayMs: number, step: () => void): void;
  /** Resolves at a moment when nothing is under way. */
  settled(): Promise<void>;
  readonly isSettled: boolean;
  /** Forgets all steps that wait. */
  stop(): void;
}

/** Runs a step after a delay; returns what cancels it. */
export type Timer = (delayMs: number, step: () => void) => () => void;

/** The timer of the machine. */
export const machineTimer: Timer = (delayMs, step) => {
  const timeout = setTimeout(step, delayMs);
  return () => clearTimeout(timeout);
};

export function createActivity(timer: Timer): Activity {
  const cancels = new Set<() => void>();
  let running = 0;
  let waiting: (() => void)[] = [];

  const isSettled = (): boolean => running === 0 && cancels.size === 0;
  const announce = (): void => {
    if (!isSettled()) return;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };

  return {
    async track(work) {
      running += 1;
      try {
        return await work;
      } finally {
        running -= 1;
        announce();
      }
    },
    after(delayMs, step) {
      const cancel = timer(delayMs, () => {
        try {
          step();
        } finally {
          cancels.delete(cancel);
          announce();
        }
      });
      cancels.add(cancel);
    },
    settled: () => (isSettled() ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
    get isSettled() {
      return isSettled();
    },
    stop() {
      for (const cancel of cancels) cancel();
      cancels.clear();
      announce();
    },
  };
}
