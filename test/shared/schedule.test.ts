import { describe, expect, it } from 'vitest';
import { findCronProblem, isTimeZone, knownTimeZones, toSchedule } from '../../shared/schedule.ts';

const next = (cron: string, timeZone: string, after: string): string | undefined =>
  toSchedule(cron, timeZone).nextRun(new Date(after))?.toISOString();

/** In Berlin, summer time skips 02:00 to 03:00 on 29 March 2026, and has it twice on 25 October 2026. */
describe('a schedule', () => {
  it('is in the local time of its zone', () => {
    expect(next('0 2 * * *', 'Europe/Berlin', '2026-01-10T12:00:00Z')).toBe('2026-01-11T01:00:00.000Z');
    expect(next('0 2 * * *', 'Europe/Berlin', '2026-07-10T12:00:00Z')).toBe('2026-07-11T00:00:00.000Z');
    expect(next('0 2 * * *', 'UTC', '2026-07-10T12:00:00Z')).toBe('2026-07-11T02:00:00.000Z');
  });

  it.each(['30 2 * * *', '30 2,14 * * *'])('%s begins after the gap where its time is skipped', (cron) => {
    expect(next(cron, 'Europe/Berlin', '2026-03-28T20:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  it.each(['30 2 * * *', '30 2,14 * * *'])('%s begins once where its time comes twice', (cron) => {
    expect(next(cron, 'Europe/Berlin', '2026-10-24T20:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next(cron, 'Europe/Berlin', '2026-10-25T00:30:00Z')).not.toBe('2026-10-25T01:30:00.000Z');
  });

  it.each([
    ['0 2 * * TUE#2', '2026-11-10T02:00:00.000Z'],
    ['0 2 L * *', '2026-11-30T02:00:00.000Z'],
    ['0 2 13 * FRI', '2026-11-06T02:00:00.000Z'],
    ['*/15 * * * *', '2026-11-01T00:15:00.000Z'],
  ])('%s begins next at %s', (cron, at) => {
    expect(next(cron, 'UTC', '2026-11-01T00:00:00Z')).toBe(at);
  });

  it('may never begin', () => {
    expect(next('0 2 30 2 *', 'UTC', '2026-11-01T00:00:00Z')).toBeUndefined();
  });
});

describe('a cron expression', () => {
  it.each(['* * * * *', '0 2 * * *', ' 0  2 * * * ', '0 2 * JAN,feb MON-FRI', '0-30/10 */2 1,15 * 0'])(
    '%j is one',
    (text) => {
      expect(findCronProblem(text)).toBeNull();
      expect(() => toSchedule(text, 'UTC')).not.toThrow();
    },
  );

  it.each([
    ['', 'its fields are 0, not 5'],
    ['0 2 * *', 'its fields are 4, not 5'],
    ['0 0 2 * * *', 'its fields are 6, not 5'],
    ['@daily', 'its fields are 1, not 5'],
    ['60 2 * * *', '`60` is no minute'],
    ['0 24 * * *', '`24` is no hour'],
    ['0 2 32 * *', '`32` is no day of the month'],
    ['0 2 * 13 *', '`13` is no month'],
    ['0 2 * * 9', '`9` is no day of the week'],
    ['5-1 2 * * *', '`5-1` is no minute'],
    ['0 2 ? * *', '`?` is no day of the month'],
    ['0 2 * * MO', '`MO` is no day of the week'],
    ['5/5 2 * * *', '`5/5` is no minute'],
    ['0 2 * * $(id)', '`$(id)` is no day of the week'],
    ['*/0 * * * *', '`*/0` is no minute'],
  ])('%j is none', (text, why) => {
    expect(findCronProblem(text)).toBe(why);
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'europe/berlin', 'America/Argentina/Buenos_Aires', 'CET'])('%s is one', (text) => {
    expect(isTimeZone(text)).toBe(true);
  });

  it.each(['', 'Berlin', '+01:00', '-0100', '1', 'Europe/Berlin ', 'local'])('%j is none', (text) => {
    expect(isTimeZone(text)).toBe(false);
  });

  it('is each that is suggested', () => {
    expect(knownTimeZones().filter((zone) => !isTimeZone(zone))).toEqual([]);
    expect(knownTimeZones()).toContain('Europe/Berlin');
  });
});
