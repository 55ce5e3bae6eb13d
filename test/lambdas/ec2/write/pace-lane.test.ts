import { describe, expect, test } from 'vitest';
import { lanePace, type LanePace } from '../../../../lambdas/ec2/write/pace-lane.ts';

const SHARE = { perSecond: 2, burst: 20, leastPerSecond: 0.5, growthPerMinute: 1 };

/** How many calls may go from `fromMs` on until `toMs`, each as soon as it may. */
function callsWithin(pace: LanePace, fromMs: number, toMs: number): number {
  let calls = 0;
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += Math.max(1, pace.waitMs(nowMs))) {
    if (pace.waitMs(nowMs) > 0) continue;
    pace.take(nowMs);
    calls += 1;
  }
  return calls;
}

/** A lane that has been throttled at `nowMs`, and then as often again as is said, once a second. */
function throttledAt(nowMs: number, again = 0): LanePace {
  const pace = lanePace(SHARE);
  for (let time = 0; time <= again; time++) pace.slowDown(nowMs + time * 1000, nowMs + time * 1000);
  return pace;
}

describe('a lane', () => {
  test('that was never throttled does not wait', () => {
    const pace = lanePace(SHARE);
    for (let call = 0; call < 1000; call++) {
      expect(pace.waitMs(0)).toBe(0);
      pace.take(0);
    }
  });

  test('that was throttled goes at its share', () => {
    expect(callsWithin(throttledAt(0), 0, 10_000)).toBeGreaterThanOrEqual(20);
    expect(callsWithin(throttledAt(0), 0, 10_000)).toBeLessThanOrEqual(21);
  });

  test('gains with every minute without throttling', () => {
    const pace = throttledAt(0);
    callsWithin(pace, 0, 60_000);
    const calls = callsWithin(pace, 60_000, 70_000);
    expect(calls).toBeGreaterThanOrEqual(30);
    expect(calls).toBeLessThanOrEqual(32);
  });

  test('is halved when it is throttled again, never below its least', () => {
    expect(callsWithin(throttledAt(0, 1), 1_000, 21_000)).toBeLessThanOrEqual(24);
    const slowest = callsWithin(throttledAt(0, 9), 9_000, 29_000);
    expect(slowest).toBeGreaterThanOrEqual(10);
    expect(slowest).toBeLessThanOrEqual(14);
  });

  test('falls back to its share at most, however fast it has become', () => {
    const pace = throttledAt(0);
    const hourMs = 3_600_000;
    pace.slowDown(hourMs, hourMs);
    expect(callsWithin(pace, hourMs, hourMs + 10_000)).toBeLessThanOrEqual(21);
  });

  test('is slowed down once by all calls that were under way together', () => {
    const pace = lanePace(SHARE);
    for (let call = 0; call < 8; call++) pace.slowDown(1_000 + call, 1_050 + call);
    expect(callsWithin(pace, 1_060, 11_060)).toBeGreaterThanOrEqual(20);
  });

  test('saves up to its burst while it rests', () => {
    const pace = throttledAt(0);
    const restedMs = 60_000;
    let atOnce = 0;
    for (; pace.waitMs(restedMs) === 0; atOnce++) pace.take(restedMs);
    expect(atOnce).toBeGreaterThanOrEqual(SHARE.burst);
    expect(atOnce).toBeLessThanOrEqual(SHARE.burst + 1);
  });
});
