import type { InvocationContext, Timer } from '@azure/functions';
import type { Deps } from '../shared/ports.ts';
import { sweep } from '../shared/reconcile/sweep.ts';
import { withLog } from './journal.ts';

/** Finds all drift of the subscriptions that this deployment keeps, and has it repaired. */
export const onSweep =
  (deps: () => Deps) =>
  (_timer: Timer, context: InvocationContext): Promise<void> =>
    withLog(
      (line) => context.log(line),
      async () => {
        await sweep(deps());
      },
    );
