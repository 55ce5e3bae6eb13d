import { Cron } from 'croner';

/*
 * What a cron expression and a time zone mean, said once for the parser of rules files and for the clock of windows. Nothing of
 * this is in the import graph of the plan: functions that never look at a rules file's text do not load it.
 */

/** Of five fields; a time of day that summer time skips is made up for after the gap, and one that it repeats counts once. */
export const toSchedule = (cron: string, timeZone: string): Cron =>
  new Cron(cron, { mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard', paused: true });

/** Digits, names of months and weekdays, lists, ranges, steps; `TUE#2` is the second Tuesday and `L` the last day. */
const FIELD = /^[0-9a-z*,/#-]+$/i;

/** Why a text is no cron expression of five fields, as the end of a sentence, or `null` when it is one. */
export function findCronProblem(text: string): string | null {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return `its fields are ${fields.length}, not 5`;
  const odd = fields.find((field) => !FIELD.test(field));
  if (odd !== undefined) return `\`${odd}\` is no field of a cron expression`;
  try {
    toSchedule(text, 'UTC');
    return null;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '').replace(/\.$/, '');
  }
}

/** Whether it names a zone of the IANA database; an offset, as `+01:00`, would be wrong half of the year. */
export function isTimeZone(text: string): boolean {
  if (!/^[a-z]/i.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Zones that are suggested to who mistypes one. */
export const knownTimeZones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];
