import { ALWAYS_OPEN, type Opening } from '../plan/interruption.ts';
import type { Deps } from '../ports.ts';
import { PROFILES } from '../profile.ts';
import type { Rules } from './rules.ts';

/** Whether running machines may be interrupted now. What reads cron is loaded with the first rules that have windows. */
export async function openingNow({ cloud, clock }: Deps, { config }: Rules): Promise<Opening> {
  const { windows } = config.interruption;
  if (windows.length === 0 || !PROFILES[cloud.cloud].interrupts) return ALWAYS_OPEN;
  const { openingAt } = await import('../windows.ts');
  return openingAt(windows, clock.now());
}
