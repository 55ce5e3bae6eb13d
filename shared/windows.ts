import type { Cron } from 'croner';
import type { Window } from './config/config.ts';
import { ALWAYS_OPEN, type Opening } from './plan/interruption.ts';
import { isTooNearTo } from './closing.ts';
import { toSchedule } from './schedule.ts';

const MINUTE_MS = 60_000;
/** No run goes on for so long: whether windows follow each other without a gap is not asked beyond it, for they may for ever. */
const HORIZON_MS = 86_400_000;

/** A window whose beginnings can be asked for. */
interface Recurring {
  readonly schedule: Cron;
  readonly durationMs: number;
}

/**
 * Whether running machines may be interrupted now. Windows that overlap or follow each other without a gap are one; the last
 * minute of it counts as closed, for what begins then may end after it.
 */
export function openingAt(windows: readonly Window[], nowMs: number): Opening {
  if (windows.length === 0) return ALWAYS_OPEN;
  const recurring = windows.map(({ cron, durationMinutes, timeZone }): Recurring => ({
    schedule: toSchedule(cron, timeZone),
    durationMs: durationMinutes * MINUTE_MS,
  }));
  const endsAtMs = endOf(recurring, nowMs);
  if (endsAtMs > nowMs && !isTooNearTo(endsAtMs, nowMs)) return { kind: 'open', endsAtMs };
  return { kind: 'closed', opensAtMs: findNextStart(recurring, nowMs) };
}

/** When it is over with all that is open now and begins before that is over; now, when nothing is open. */
function endOf(windows: readonly Recurring[], nowMs: number): number {
  let endMs = nowMs;
  for (;;) {
    const ends = windows.map((window) => latestStart(window, endMs) + window.durationMs);
    const laterMs = Math.max(...ends, endMs);
    if (laterMs === endMs || laterMs - nowMs > HORIZON_MS) return laterMs;
    endMs = laterMs;
  }
}

/** When a window last began, at this moment or before; windows begin on whole minutes. */
function latestStart({ schedule }: Recurring, atMs: number): number {
  const nextMinute = new Date(Math.floor(atMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS);
  return schedule.previousRuns(1, nextMinute)[0]?.getTime() ?? -Infinity;
}

function findNextStart(windows: readonly Recurring[], nowMs: number): number | null {
  const starts = windows.flatMap(({ schedule }) => schedule.nextRun(new Date(nowMs))?.getTime() ?? []);
  return starts.length === 0 ? null : Math.min(...starts);
}
