import { describe, expect, it } from 'vitest';
import { openingAt } from '../../shared/windows.ts';
import type { Window } from '../../shared/config/config.ts';

const window = (cron: string, durationMinutes: number, timeZone = 'UTC'): Window => ({
  cron,
  durationMinutes,
  timeZone,
});
const atMs = (text: string): number => Date.parse(text);
/** As a person would say it. */
function say(windows: readonly Window[], at: string): string {
  const opening = openingAt(windows, atMs(at));
  const [word, when] = opening.kind === 'open' ? ['open until', opening.endsAtMs] : ['closed until', opening.opensAtMs];
  return `${word} ${when === null ? 'ever' : new Date(when).toISOString()}`;
}

describe('openingAt', () => {
  it('is open at any time without windows', () => {
    expect(openingAt([], 0)).toEqual({ kind: 'open', endsAtMs: null });
  });

  const nightly = [window('0 2 * * *', 240)];
  it.each([
    ['2026-01-02T01:59:59.999Z', 'closed until 2026-01-02T02:00:00.000Z'],
    ['2026-01-02T02:00:00.000Z', 'open until 2026-01-02T06:00:00.000Z'],
    ['2026-01-02T05:59:00.000Z', 'open until 2026-01-02T06:00:00.000Z'],
    ['2026-01-02T05:59:00.001Z', 'closed until 2026-01-03T02:00:00.000Z'],
    ['2026-01-02T06:00:00.000Z', 'closed until 2026-01-03T02:00:00.000Z'],
  ])('of a window at night is, at %s, %s', (at, said) => {
    expect(say(nightly, at)).toBe(said);
  });

  const berlin = [window('0 2 * * *', 60, 'Europe/Berlin')];
  it.each([
    ['winter', '2026-01-02T01:30:00Z', 'open until 2026-01-02T02:00:00.000Z'],
    ['summer', '2026-07-02T00:30:00Z', 'open until 2026-07-02T01:00:00.000Z'],
    ['summer, at the hour of winter', '2026-07-02T01:30:00Z', 'closed until 2026-07-03T00:00:00.000Z'],
  ])('goes by the clock on the wall: %s', (_, at, said) => {
    expect(say(berlin, at)).toBe(said);
  });

  const halfPast = [window('30 2 * * *', 60, 'Europe/Berlin')];
  it.each([
    [
      'is made up for after the hour that spring skips',
      '2026-03-29T00:45:00Z',
      'closed until 2026-03-29T01:00:00.000Z',
    ],
    ['lasts as long then', '2026-03-29T01:30:00Z', 'open until 2026-03-29T02:00:00.000Z'],
    ['comes in the first of the two hours of autumn', '2026-10-25T00:30:00Z', 'open until 2026-10-25T01:30:00.000Z'],
    ['does not come in the second', '2026-10-25T01:30:00Z', 'closed until 2026-10-26T01:30:00.000Z'],
  ])('%s', (_, at, said) => {
    expect(say(halfPast, at)).toBe(said);
  });

  it.each([
    [
      'overlap',
      [window('0 2 * * *', 60), window('30 2 * * *', 120)],
      '2026-01-02T02:59:30Z',
      '2026-01-02T04:30:00.000Z',
    ],
    [
      'follow each other',
      [window('0 2 * * *', 60), window('0 3 * * *', 30)],
      '2026-01-02T02:59:30Z',
      '2026-01-02T03:30:00.000Z',
    ],
    [
      'lie within each other',
      [window('0 2 * * *', 180), window('30 2 * * *', 10)],
      '2026-01-02T02:35:00Z',
      '2026-01-02T05:00:00.000Z',
    ],
    ['begin again before they end', [window('0 * * * *', 90)], '2026-01-02T02:35:00Z', '2026-01-03T03:30:00.000Z'],
    ['go past midnight', [window('0 23 * * *', 180)], '2026-01-02T01:00:00Z', '2026-01-02T02:00:00.000Z'],
    ['last for days', [window('0 22 * * FRI', 3_000)], '2026-01-04T20:00:00Z', '2026-01-05T00:00:00.000Z'],
  ])('is one where windows %s', (_, windows, at, end) => {
    expect(say(windows, at)).toBe(`open until ${end}`);
  });

  it('is closed between windows, until the first of them that comes', () => {
    const windows = [window('0 20 * * *', 60), window('0 9 * * SAT', 60, 'Asia/Tokyo'), window('0 2 1 * *', 60)];

    expect(say(windows, '2026-01-02T12:00:00Z')).toBe('closed until 2026-01-02T20:00:00.000Z');
    expect(say(windows, '2026-01-02T21:00:00Z')).toBe('closed until 2026-01-03T00:00:00.000Z');
  });

  it('is closed for ever where no window ever comes', () => {
    expect(say([window('0 0 30 2 *', 60)], '2026-01-02T12:00:00Z')).toBe('closed until ever');
  });

  it('says no more than a day ahead of windows that never end', () => {
    expect(say([window('* * * * *', 1)], '2026-01-02T12:00:00Z')).toMatch(/^open until 2026-01-03T12:01/);
  });
});
