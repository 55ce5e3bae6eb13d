import { toSchedule } from '../../schedule.ts';
import type { Finding } from '../check.ts';
import { USUAL_INTERRUPTION } from '../build.ts';
import type { Config, Window } from '../config.ts';
import { sayDuration } from '../duration.ts';

/** Nothing starts in a window's last minute: each change may take that long. */
const LAST_MINUTES = 1;

/** Limits that limit nothing, and windows that are never or always open. */
export function lintInterruption({ destinations, interruption }: Config): readonly Finding[] {
  const { windows } = interruption;
  const isOnAzure = destinations.some(({ cloud }) => cloud === 'azure');
  const idle: readonly Finding[] =
    isOnAzure || !isGiven(interruption)
      ? []
      : [
          {
            path: ['interruption'],
            at: 'key',
            message: 'no destination is on Azure, and nothing that is done on AWS interrupts a machine',
          },
        ];
  return [...idle, ...windows.flatMap(lintWindow), ...lintTogether(windows)];
}

/** What is written out as it is by default does not show, and is harmless. */
const isGiven = ({ inFlight, settleSeconds, windows }: Config['interruption']): boolean =>
  inFlight !== USUAL_INTERRUPTION.inFlight || settleSeconds !== USUAL_INTERRUPTION.settleSeconds || windows.length > 0;

function lintWindow(window: Window, at: number): readonly Finding[] {
  const path = ['interruption', 'windows', at];
  if (startAfter(window, FROM_MS) === null)
    return [
      { path: [...path, 'cron'], at: 'value', message: `\`${window.cron}\` never comes: this window never opens` },
    ];
  if (window.durationMinutes > LAST_MINUTES) return [];
  const message = `nothing is started in the last minute of a window, so nothing ever is in one of ${sayDuration(window.durationMinutes * 60)}; make it 2m or longer`;
  return [{ path: [...path, 'duration'], at: 'value', message }];
}

/** A leap year begins here, so that every date comes within the four years after it. */
const FROM_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
/** A window every other minute of a day. More would cost a cold start; windows that need more to be told are not warned of. */
const MOST_STEPS = 750;

/** The first start after a moment, or `null` when there is none. */
const startAfter = ({ cron, timeZone }: Window, afterMs: number): number | null =>
  toSchedule(cron, timeZone).nextRun(new Date(afterMs))?.getTime() ?? null;

/** Windows that leave no time between them limit nothing. */
function lintTogether(windows: readonly Window[]): readonly Finding[] {
  const starts = windows.flatMap((window) => startAfter(window, FROM_MS) ?? []);
  if (starts.length === 0) return [];
  const fromMs = Math.min(...starts);
  const isDaily = windows.every(({ cron }) => cron.endsWith(' * * *'));
  const untilMs = fromMs + (isDaily ? 1 : 400) * DAY_MS;
  const ends = windows.map(toEndOfLatest);
  let openUntilMs = fromMs;
  for (let step = 0; openUntilMs < untilMs; step++) {
    const furtherMs = Math.max(...ends.map((endOfLatest) => endOfLatest(openUntilMs)));
    if (furtherMs <= openUntilMs || step > MOST_STEPS) return [];
    openUntilMs = furtherMs;
  }
  const which = windows.length === 1 ? 'this window is' : 'together these windows are';
  return [{ path: ['interruption', 'windows'], at: 'key', message: `${which} open all the time; leave them out` }];
}

/** When what opened last, at a moment or before, ends. */
function toEndOfLatest({ cron, timeZone, durationMinutes }: Window): (atMs: number) => number {
  const schedule = toSchedule(cron, timeZone);
  return (atMs) => {
    const [latest] = schedule.previousRuns(1, new Date(atMs + 1000));
    return latest === undefined ? -Infinity : latest.getTime() + durationMinutes * 60_000;
  };
}
