import type { InvocationContext, Timer } from '@azure/functions';
import { sweep } from '../shared/reconcile/sweep.ts';
import type { AzureDeps } from './compose.ts';
import { withLog } from './journal.ts';
import { reportPoison } from './poison.ts';

/** Finds all drift of the subscriptions that this deployment keeps, has it repaired, and says what was given up. */
export const onSweep =
  (deps: () => AzureDeps) =>
  (_timer: Timer, context: InvocationContext): Promise<void> =>
    withLog(
      (line) => context.log(line),
      async () => {
        const composed = deps();
        try {
          await sweep(composed);
        } finally {
          await reportPoison(composed, context.invocationId);
        }
      },
    );
