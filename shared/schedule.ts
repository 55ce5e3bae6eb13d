import { Cron } from 'croner';

/*
 * What a cron expression and a time zone mean, said once for the parser of rules files and for the clock of windows. Nothing of
 * this is in the import graph of the plan: functions that never look at a rules file's text do not load it.
 */

/** Of five fields; a time of day that summer time skips is made up for after the gap, and one that it repeats counts once. */
export const toSchedule = (cron: string, timeZone: string): Cron =>
  new Cron(cron, { mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard', paused: true });

/** The fields in their order. */
const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;
/** Digits, names of months and weekdays, lists, ranges, steps; `TUE#2` is the second Tuesday and `L` the last day. */
const WRITTEN = /^[0-9a-z*,/#-]+$/i;

/** Why a text is no cron expression of five fields, as the end of a sentence, or `null` when it is one. */
export function findCronProblem(text: string): string | null {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) return `its fields are ${fields.length}, not ${FIELDS.length}`;
  const wrong = fields.findIndex((field, at) => !WRITTEN.test(field) || !isSchedule(alone(field, at)));
  if (wrong !== -1) return `\`${fields[wrong]}\` is no ${FIELDS[wrong]}`;
  return isSchedule(text) ? null : 'its fields do not go together';
}

/** One field at its place among those that say nothing. */
const alone = (field: string, at: number): string => FIELDS.map((_, index) => (index === at ? field : '*')).join(' ');

function isSchedule(cron: string): boolean {
  try {
    toSchedule(cron, 'UTC');
    return true;
  } catch {
    return false;
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
