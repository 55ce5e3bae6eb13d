import { sweep } from '../shared/reconcile/sweep.ts';
import { composeOnce, type AwsDeps } from './compose.ts';

/** Finds all drift of the scopes that this deployment keeps, and has it repaired. */
export const onSweep = (deps: () => AwsDeps) => async (): Promise<void> => {
  await sweep(deps());
};

/** What Lambda calls. */
export const handler = onSweep(composeOnce());
