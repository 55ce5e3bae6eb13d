/**
 * Lambda's execution environments: an environment handles one invocation at a time, a free one is used again, and what a process
 * remembers is remembered by it alone (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
export function createEnvironments<Environment>(
  start: () => Environment,
): <Answer>(run: (environment: Environment) => Promise<Answer>) => Promise<Answer> {
  const free: Environment[] = [];
  return async (run) => {
    const environment = free.pop() ?? start();
    try {
      return await run(environment);
    } finally {
      free.push(environment);
    }
  };
}
