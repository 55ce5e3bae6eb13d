import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FaultCode } from '../../../../shared/fault.ts';
import type { JournalEntry } from '../../../../shared/journal.ts';
import type { HoldCode } from '../../../../shared/reason.ts';
import { propertiesOf, type Json } from '../template.ts';
import { readingOf, redAfter, seriesOf, type Told } from './cloudwatch.ts';
import { attach, counts, hold, line } from './journal-metrics.ts';
import { watchedStack } from './watched-stack.ts';

const MINUTES = 60;
const EVERY = 15 * MINUTES;

let alarms: readonly Json[];

beforeAll(() => {
  const template = Template.fromStack(watchedStack(null).stack);
  alarms = propertiesOf(template, 'AWS::CloudWatch::Alarm').filter((alarm) =>
    JSON.stringify(alarm).includes('"tapkeeper/soc"'),
  );
});

/** When alarms became red first, in minutes after midnight, by their names; nothing of those that stayed as they should be. */
const firstRed = (told: readonly Told[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    alarms.flatMap((alarm) => {
      const reading = readingOf(alarm);
      const [first] = redAfter(alarm, seriesOf(reading, told));
      const name = String(alarm['AlarmName']).replace('tapkeeper-soc-', '');
      return first === undefined ? [] : [[name, ((first + 1) * reading.periodSeconds) / MINUTES]];
    }),
  );

const SWEPT: JournalEntry = { ...line, kind: 'finished', trigger: 'sweep', mode: 'enforce', counts, tookMs: 1 };
const held = (code: HoldCode): JournalEntry => ({ ...line, kind: 'held', hold: hold(code) });
const refused = (code: FaultCode): JournalEntry => ({ ...line, kind: 'refused', change: attach, code, detail: '' });

/** When the sweep of each interval is: a minute into it, but as late or early as is said. */
const sweepTimes = (wander: (sweep: number) => number = () => 0): readonly number[] =>
  Array.from({ length: 86_400 / EVERY }, (_, sweep) => sweep * EVERY + MINUTES + wander(sweep));

/** A day on which each sweep ends, having found what is said of it by its number. */
const day = (found: (sweep: number) => readonly JournalEntry[], times = sweepTimes()): readonly Told[] =>
  times.flatMap((atSeconds, sweep) => [...found(sweep), SWEPT].map((entry) => ({ atSeconds, entry })));

const from = (first: number, entry: JournalEntry) => (sweep: number) => (sweep >= first ? [entry] : []);
const only = (which: readonly number[], entry: JournalEntry) => (sweep: number) =>
  which.includes(sweep) ? [entry] : [];

describe('a day of sweeps', () => {
  test('on which all is well makes no alarm red', () => {
    expect(firstRed(day(() => []))).toEqual({});
  });

  test('with what passes by itself, neither', () => {
    expect(firstRed(day(() => [held('changing')]))).toEqual({});
    expect(firstRed(day(only([20, 21, 40], refused('throttled'))))).toEqual({});
    expect(firstRed(day(only([20, 21], held('needs-restart'))))).toEqual({});
  });

  test('with a hold that lasts: red after the third sweep', () => {
    expect(firstRed(day(from(20, held('needs-restart'))))).toEqual({ holds: 23 * 15 });
  });

  test('with failures that last', () => {
    expect(firstRed(day(from(20, refused('throttled'))))).toEqual({ failed: 23 * 15 });
  });

  test.each(['denied', 'quota', 'unsupported'] as const)('with one refusal (%s): red at once', (code) => {
    expect(firstRed(day(only([20], refused(code))))).toEqual({ refused: 21 * 15 });
  });

  test('with one trip of the guard: red at once', () => {
    expect(firstRed(day(only([20], { ...line, kind: 'guard-tripped', trips: [] })))).toEqual({
      'guard-tripped': 21 * 15,
    });
  });

  test('with reads that stay incomplete', () => {
    expect(firstRed(day(from(20, { ...line, kind: 'incomplete', why: [] })))).toEqual({ 'incomplete-reads': 23 * 15 });
  });

  test('with rules that are invalid: red within five minutes, and for want of sweeps later', () => {
    const broken: readonly Told[] = sweepTimes().map((atSeconds, sweep) => ({
      atSeconds,
      entry: sweep < 20 ? SWEPT : { ...line, kind: 'fault', code: 'config-invalid', detail: '' },
    }));
    expect(firstRed(broken)).toEqual({ 'config-invalid': 20 * 15 + 5, 'no-sweep': 25 * 15 });
  });
});

describe('sweeps that', () => {
  test('stop are missed', () => {
    const swept = day(() => []).filter(({ atSeconds }) => atSeconds < 20 * EVERY);
    expect(firstRed(swept)).toEqual({ 'no-sweep': 25 * 15 });
  });

  test('fail once are not', () => {
    expect(firstRed(day(() => []).filter((_, sweep) => sweep !== 20))).toEqual({});
  });

  test('wander about the end of a period, two in one and none in the next, are not, and what lasts is told', () => {
    const times = sweepTimes((sweep) => (sweep % 2 === 0 ? -2 * MINUTES : 0)).map((at) => Math.max(0, at));
    expect(firstRed(day(() => [], times))).toEqual({});
    expect(firstRed(day(from(20, held('needs-restart')), times))).toEqual({ holds: 24 * 15 });
  });
});
