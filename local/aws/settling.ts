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

export function createActivity(): Activity {
  const timers = new Set<NodeJS.Timeout>();
  let running = 0;
  let waiting: (() => void)[] = [];

  const isSettled = (): boolean => running === 0 && timers.size === 0;
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
      const timer = setTimeout(() => {
        try {
          step();
        } finally {
          timers.delete(timer);
          announce();
        }
      }, delayMs);
      timers.add(timer);
    },
    settled: () => (isSettled() ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
    get isSettled() {
      return isSettled();
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      announce();
    },
  };
}
