import type { Lane } from '../shared/ports.ts';
import { recordFault } from '../shared/reconcile/record.ts';
import type { AzureDeps } from './compose.ts';

const LANES: readonly Lane[] = ['event', 'bulk'];

/** Journals how many messages the host has given up, and leaves them where they are for a person to look at. Never throws. */
export async function reportPoison(deps: AzureDeps, correlation: string): Promise<void> {
  const line = { correlation, scope: null };
  for (const lane of LANES) {
    try {
      const messages = await deps.countPoison(lane);
      if (messages > 0) deps.journal.write({ ...line, rulesVersion: null, kind: 'dead-letters', lane, messages });
    } catch (thrown) {
      recordFault(deps, line, thrown, 'counting what was given up');
    }
  }
}
