import { ALWAYS_OPEN, type Opening } from '../plan/interruption.ts';
import type { Deps } from '../ports.ts';
import { PROFILES } from '../profile.ts';
import type { RulesVersion } from '../words.ts';
import { LONGEST_INTERRUPTION_MS } from '../closing.ts';
import type { Rules } from './rules.ts';

/** What the windows of one version of the rules say from one moment to another, for reading cron is slow. */
interface Known {
  readonly version: RulesVersion;
  readonly opening: Opening;
  readonly fromMs: number;
  readonly untilMs: number;
}

let latest: Known | null = null;

/** Whether running machines may be interrupted now. What reads cron is loaded with the first rules that have windows. */
export async function openingNow({ cloud, clock }: Deps, { config, version }: Rules): Promise<Opening> {
  const { windows } = config.interruption;
  if (windows.length === 0 || !PROFILES[cloud.cloud].interrupts) return ALWAYS_OPEN;
  const nowMs = clock.now();
  if (latest?.version === version && nowMs >= latest.fromMs && nowMs < latest.untilMs) return latest.opening;
  const { openingAt } = await import('../windows.ts');
  const opening = openingAt(windows, nowMs);
  latest = { version, opening, fromMs: nowMs, untilMs: endOf(opening) };
  return opening;
}

/** Until when it stays as it is: the last minute of a window counts as closed. */
const endOf = (opening: Opening): number =>
  (opening.kind === 'closed' ? opening.opensAtMs : lastStartIn(opening.endsAtMs)) ?? Infinity;

const lastStartIn = (endsAtMs: number | null): number | null =>
  endsAtMs === null ? null : endsAtMs - LONGEST_INTERRUPTION_MS;
