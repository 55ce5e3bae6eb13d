/**
 * Lambda's execution environments: an environment handles one invocation at a time, a free one is used again, and what a process
 * remembers is remembered by it alone (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). With a
 * concurrency that is reserved there are no more; what comes too much waits here, where Lambda would have it come again.
 */
export function createEnvironments<Environment>(
  start: () => Environment,
  reservedConcurrency: number,
): <Answer>(run: (environment: Environment) => Promise<Answer>) => Promise<Answer> {
  const free: Environment[] = [];
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    running += 1;
    if (running > reservedConcurrency) await new Promise<void>((next) => void waiting.push(next));
    const environment = free.pop() ?? start();
    try {
      return await run(environment);
    } finally {
      running -= 1;
      free.push(environment);
      waiting.shift()?.();
    }
  };
}
