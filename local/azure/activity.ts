/** What is still going on in the local cloud: operations, deliveries. */
export interface Activity {
  /** Marks something as going on; the result ends it, once. */
  enter(): () => void;
  /** Resolves when nothing is going on; at once when nothing is. */
  idle(): Promise<void>;
}

/** An activity with nothing going on. */
export function newActivity(): Activity {
  let running = 0;
  let waiting: (() => void)[] = [];

  const leave = (): void => {
    running -= 1;
    if (running > 0) return;
    const resolved = waiting;
    waiting = [];
    for (const resolve of resolved) resolve();
  };

  return {
    enter() {
      running += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        leave();
      };
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
