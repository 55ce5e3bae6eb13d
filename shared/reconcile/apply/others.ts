import { type Fault, toFault } from '../../fault.ts';

/** What is asked of, and told to, the other processes of the deployment, for as long as they can be reached. */
export interface Others {
  /** What they answer; `null`: they cannot be reached, or could not be a moment ago. */
  ask<Answer>(attempted: string, call: () => Promise<Answer>): Promise<Answer | null>;
  /** Why nothing running may be changed any more; `null`: all were reached. */
  fault(): Fault | null;
}

/** For one run, which asks no further once it was not answered. Its next delivery asks again. */
export function askOthers(unasked: Fault | null): Others {
  let fault = unasked;
  return {
    async ask(attempted, call) {
      if (fault !== null) return null;
      try {
        return await call();
      } catch (thrown) {
        fault = toFault(thrown, attempted);
        return null;
      }
    },
    fault: () => fault,
  };
}
