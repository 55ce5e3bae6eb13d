import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findSeconds, sayDuration } from '../../../shared/config/duration.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { toSchedule } from '../../../shared/schedule.ts';
import { configOf, problemsOf } from './problems.ts';

/** A file whose `interruption` begins on line 6, column 1, with a destination of one cloud. */
const on = (destination: string, interruption: string): string => `version: 1
owner: soc
destinations:
  tap: { ${destination} }
rules: [{ name: r, when: { tag: a }, mirror: [tap] }]
interruption: ${interruption}
`;
const AZURE =
  'cloud: azure, virtualNetworkTap: /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworkTaps/t';
const AWS = 'cloud: aws, region: us-east-1, target: tmt-0a, filter: tmf-0a, sessionNumber: 1';

const withInterruption = (text: string): string => on(AZURE, text);
const withWindow = (keys: string): string => withInterruption(`{ windows: [{ ${keys} }] }`);

describe('the limits of interruption', () => {
  it('are what the file says, each filled in by itself', () => {
    expect(configOf(withInterruption('{ settle: 2m }')).interruption).toEqual({
      inFlight: 5,
      settleSeconds: 120,
      windows: [],
    });
    expect(configOf(withWindow('cron: 0  2 * * *, duration: 4h')).interruption.windows).toEqual([
      { cron: '0 2 * * *', durationMinutes: 240, timeZone: 'UTC' },
    ]);
  });

  it('may be written without a word too many', () => {
    expect(problemsOf(withInterruption('{}'))).toEqual([]);
  });

  const CRON =
    '`cron` must be a cron expression of five fields (minute, hour, day of the month, month, day of the week), as "0 2 * * *", not ';
  const DURATION = '`duration` must be a duration in hours and minutes, as 90m, 4h or 2h30m, not ';
  const ZONE = '`timeZone` must be an IANA time zone, as Europe/Berlin, not ';

  it.each([
    ['5', '6:15 interruption: `interruption` must be a map with the keys inFlight, settle, windows'],
    ['[]', '6:15 interruption: `interruption` must be a map with the keys inFlight, settle, windows'],
    ['{ inflight: 5 }', '6:17 interruption.inflight: unknown key `inflight`; did you mean `inFlight`?'],
    ['{ inFlight: 0 }', '6:27 interruption.inFlight: `inFlight` must be a whole number from 1 to 1000, not 0'],
    ['{ inFlight: 2.5 }', '6:27 interruption.inFlight: `inFlight` must be a whole number from 1 to 1000, not 2.5'],
    ['{ settle: 30 }', '6:25 interruption.settle: `settle` must be a duration, as 30s or 2m, not 30'],
    ['{ settle: 11m }', '6:25 interruption.settle: `settle` must be a duration, as 30s or 2m, not "11m": at most 10m'],
    [
      '{ settle: -30s }',
      '6:25 interruption.settle: `settle` must be a duration, as 30s or 2m, not "-30s": write hours, minutes and seconds in this order, each with its unit',
    ],
    [
      '{ windows: [] }',
      '6:26 interruption.windows: `windows` must be a list of windows, each with `cron`, `duration` and `timeZone`, not empty',
    ],
  ])('are not %s', (text, message) => {
    expect(problemsOf(withInterruption(text))).toEqual([message]);
  });

  it.each([
    ['cron: 0 2 * *, duration: 4h', `6:35 interruption.windows[0].cron: ${CRON}"0 2 * *": its fields are 4, not 5`],
    [
      'cron: 0 0 2 * * *, duration: 4h',
      `6:35 interruption.windows[0].cron: ${CRON}"0 0 2 * * *": its fields are 6, not 5`,
    ],
    ['cron: "@daily", duration: 4h', `6:35 interruption.windows[0].cron: ${CRON}"@daily": its fields are 1, not 5`],
    ['cron: "", duration: 4h', `6:35 interruption.windows[0].cron: ${CRON}"": its fields are 0, not 5`],
    ['cron: 0 25 * * *, duration: 4h', `6:35 interruption.windows[0].cron: ${CRON}"0 25 * * *": \`25\` is no hour`],
    [
      'cron: 0 2 ? * *, duration: 4h',
      `6:35 interruption.windows[0].cron: ${CRON}"0 2 ? * *": \`?\` is no day of the month`,
    ],
    ['cron: 2, duration: 4h', `6:35 interruption.windows[0].cron: ${CRON}2`],
    ['cron: 0 2 * * *, duration: 90', `6:56 interruption.windows[0].duration: ${DURATION}90`],
    ['cron: 0 2 * * *, duration: 0m', `6:56 interruption.windows[0].duration: ${DURATION}"0m": it would never be open`],
    [
      'cron: 0 2 * * *, duration: 90s',
      `6:56 interruption.windows[0].duration: ${DURATION}"90s": windows begin and end with a minute`,
    ],
    ['cron: 0 2 * * *, duration: 169h', `6:56 interruption.windows[0].duration: ${DURATION}"169h": at most 168h`],
    [
      'cron: 0 2 * * *, duration: 4 hours',
      `6:56 interruption.windows[0].duration: ${DURATION}"4 hours": write hours, minutes and seconds in this order, each with its unit`,
    ],
    [
      'cron: 0 2 * * *, duration: 4h, timeZone: Europe/Berln',
      `6:70 interruption.windows[0].timeZone: ${ZONE}"Europe/Berln": did you mean \`Europe/Berlin\`?`,
    ],
    [
      'cron: 0 2 * * *, duration: 4h, timeZone: "+01:00"',
      `6:70 interruption.windows[0].timeZone: ${ZONE}"+01:00": an offset does not follow summer time`,
    ],
    [
      'cron: 0 2 * * *, duration: 4h, timeZone: Mars/Olympus_Mons_and_more',
      `6:70 interruption.windows[0].timeZone: ${ZONE}"Mars/Olympus_Mons_and_more": no zone has this name`,
    ],
    [
      'duration: 4h',
      '6:27 interruption.windows[0].cron: `cron` is missing: when it begins: five fields, minute first, as "0 2 * * *"',
    ],
    [
      'cron: 0 2 * * *',
      '6:27 interruption.windows[0].duration: `duration` is missing: how long it is open, as 4h; nothing starts in its last minute',
    ],
  ])('have no window of %s', (keys, message) => {
    expect(problemsOf(withWindow(keys))).toEqual([message]);
  });

  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'CET'])(
    'know the time zone %s',
    (timeZone) => {
      expect(problemsOf(withWindow(`cron: 0 2 * * *, duration: 4h, timeZone: ${timeZone}`))).toEqual([]);
    },
  );

  it.each(['*/15 2-3 * * MON-FRI', '0 2 1,15 * *', '0 2 * JAN-MAR *', '0 2 * * TUE#2', '0 2 L * *', '0 2 29 2 *'])(
    'know the schedule %s',
    (cron) => {
      expect(problemsOf(withWindow(`cron: "${cron}", duration: 10m`))).toEqual([]);
    },
  );
});

describe('windows that are hardly meant', () => {
  it('never open', () => {
    expect(problemsOf(withWindow('cron: 0 2 30 2 *, duration: 4h'))).toEqual([
      '6:35 interruption.windows[0].cron: `0 2 30 2 *` never comes: this window never opens',
    ]);
  });

  it('are too short for anything to be started in', () => {
    expect(problemsOf(withWindow('cron: 0 2 * * *, duration: 1m'))).toEqual([
      '6:56 interruption.windows[0].duration: nothing is started in the last minute of a window, so nothing ever is in one of 1m; make it 2m or longer',
    ]);
    expect(problemsOf(withWindow('cron: 0 2 * * *, duration: 2m'))).toEqual([]);
  });

  it.each([
    ['one', '{ cron: 0 0 * * *, duration: 24h }', 'this window is'],
    ['one every other minute', '{ cron: "*/2 * * * *", duration: 2m }', 'this window is'],
    ['one that overlaps itself', '{ cron: 0 * * * *, duration: 61m }', 'this window is'],
    ['two', '{ cron: 0 0 * * *, duration: 12h }, { cron: 0 11 * * *, duration: 13h }', 'together these windows are'],
    [
      'weekdays and weekends',
      '{ cron: 0 0 * * 1-5, duration: 24h }, { cron: "0 0 * * SAT,SUN", duration: 24h }',
      'together these windows are',
    ],
  ])('leave no time between them: %s', (_, windows, which) => {
    expect(problemsOf(withInterruption(`{ windows: [${windows}] }`))).toEqual([
      `6:17 interruption.windows: ${which} open all the time; leave them out`,
    ]);
  });

  it.each([
    ['a minute between them', '{ cron: 0 0 * * *, duration: 23h59m }'],
    ['a gap in some months', '{ cron: 0 0 1-30 * *, duration: 24h }'],
    ['a gap at weekends', '{ cron: 0 0 * * 1-5, duration: 24h }'],
  ])('are nothing to warn of with %s', (_, windows) => {
    expect(problemsOf(withInterruption(`{ windows: [${windows}] }`))).toEqual([]);
  });

  it('stand in a file without a destination on Azure', () => {
    const message = 'no destination is on Azure, and nothing that is done on AWS interrupts a machine';
    for (const text of ['{ inFlight: 2 }', '{ settle: 1m }', '{ windows: [{ cron: 0 2 * * *, duration: 4h }] }']) {
      expect(problemsOf(on(AWS, text))).toEqual([`6:1 interruption: ${message}`]);
      expect(problemsOf(on(AZURE, text))).toEqual([]);
    }
  });
});

describe('a duration', () => {
  it.each([
    ['30s', 30],
    ['2m', 120],
    ['2h30m', 9000],
    ['1h0m1s', 3601],
    ['0s', 0],
    ['90m', 5400],
  ])('%s is %d seconds', (text, seconds) => {
    expect(findSeconds(text)).toBe(seconds);
    expect(findSeconds(sayDuration(seconds))).toBe(seconds);
  });

  it.each(['', ' ', '30', 's', 'm30', '30 s', '1.5h', '-1h', '30s2m', '1h1h', '1H', '123456s'])(
    '%j is none',
    (text) => {
      expect(findSeconds(text)).toBeNull();
    },
  );
});

describe('whatever is written', () => {
  const field = fc.oneof(
    fc.constantFrom('*', '0', '2', '*/15', '1-5', 'MON', 'L', 'TUE#2', '31', '60', '?', '-1', '1,', 'JAN-DEC', '1W'),
    fc.string({ maxLength: 4 }),
  );
  const cron = fc.oneof(
    fc.tuple(field, field, field, field, field).map((fields) => fields.join(' ')),
    fc.string({ maxLength: 20 }),
  );
  const time = fc.oneof(fc.constantFrom('4h', '2m', '168h', '1m', '0h', '99999h'), fc.string({ maxLength: 8 }));
  const zone = fc.oneof(fc.constantFrom('UTC', 'Europe/Berlin', 'Etc/GMT+14', '+14:00'), fc.string({ maxLength: 12 }));

  it('a window is refused with a reason or has a schedule, and nothing throws', () => {
    fc.assert(
      fc.property(cron, time, zone, (one, duration, timeZone) => {
        const text = stringify({
          version: 1,
          owner: 'soc',
          interruption: { windows: [{ cron: one, duration, timeZone }] },
        });
        const parsed = parseConfig(text);
        if (parsed.kind === 'invalid') {
          expect(parsed.problems.map(({ message }) => message).join()).toMatch(/^`(cron|duration|timeZone)` must be /);
          return;
        }
        for (const window of parsed.config.interruption.windows) {
          expect(window.durationMinutes).toBeGreaterThan(0);
          expect(() => toSchedule(window.cron, window.timeZone).nextRun(new Date(0))).not.toThrow();
        }
      }),
      { numRuns: 100 },
    );
  });
});
