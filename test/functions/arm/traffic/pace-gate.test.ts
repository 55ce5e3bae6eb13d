import { expect, test } from 'vitest';
import { createGate, type Gate } from '../../../../functions/arm/traffic/pace-gate.ts';

const WRITES = { size: 200, refillPerSecond: 10, catchUpMs: 0 };

/** When each of so many requests goes that all come at `nowMs`. */
function times(gate: Gate, nowMs: number, count: number): readonly number[] {
  return Array.from({ length: count }, () => {
    const atMs = Math.max(nowMs, gate.opensAtMs());
    gate.take(atMs);
    return atMs;
  });
}

test('stands open until its bucket is nearly empty', () => {
  const gate = createGate(WRITES);
  gate.see(0.11, 0);
  expect(times(gate, 0, 300).at(-1)).toBe(0);
});

test('goes as the bucket refills when little is left, before anything is refused', () => {
  const gate = createGate(WRITES);
  gate.see(0.1, 1000);
  expect(times(gate, 1000, 4)).toEqual([1000, 1100, 1200, 1300]);
});

test('saves nothing for a burst while little is left', () => {
  const gate = createGate(WRITES);
  gate.see(0, 0);
  times(gate, 0, 1);
  expect(times(gate, 60_000, 3)).toEqual([60_000, 60_100, 60_200]);
});

test.each([
  ['as long as it was', 1000, 10],
  ['up to so much', 60_000, 20],
])('makes up for a pause where it may, %s', (_, pauseMs, madeUp) => {
  const gate = createGate({ ...WRITES, catchUpMs: 2000 });
  gate.see(0, 0);
  times(gate, 0, 1);
  const at = times(gate, 100 + pauseMs, 40).map((atMs) => Math.round(atMs - 100 - pauseMs));
  expect(at.filter((atMs) => atMs === 0)).toHaveLength(madeUp + 1);
  expect(at.slice(madeUp, madeUp + 3)).toEqual([0, 100, 200]);
});

test('makes up for no time in which it was closed', () => {
  const gate = createGate({ ...WRITES, catchUpMs: 2000 });
  gate.refuse(0, 10_000, 0);
  expect(times(gate, 10_000, 3)).toEqual([10_000, 10_200, expect.closeTo(10_400, -1)]);
});

test('stands open again when there is enough', () => {
  const gate = createGate(WRITES);
  gate.see(0, 0);
  gate.see(0.5, 5000);
  expect(times(gate, 5000, 100).at(-1)).toBe(5000);
});

test('is closed until the time of a refusal is over, whatever is told of the bucket', () => {
  const gate = createGate(WRITES);
  gate.refuse(0, 17_000, 50);
  gate.see(0.9, 60);
  expect(times(gate, 100, 1)).toEqual([17_050]);
});

test.each([
  [1, 200],
  [2, 400],
  [3, 800],
  [4, 1000],
  [9, 1000],
])('%s refusals leave a request each %s ms', (refusals, gapMs) => {
  const gate = createGate(WRITES);
  for (let atMs = 1; atMs <= refusals; atMs += 1) gate.refuse(atMs, 0, atMs);
  const [first = 0, second = 0] = times(gate, refusals, 2);
  expect(Math.round((second - first) / 10)).toBe(gapMs / 10);
});

test('requests that were under way at a refusal do not halve it again', () => {
  const gate = createGate(WRITES);
  gate.refuse(0, 1000, 100);
  gate.refuse(50, 1000, 120);
  gate.refuse(99, 1000, 130);
  const [first = 0, second = 0] = times(gate, 2000, 2);
  expect(second - first).toBeGreaterThan(180);
  expect(second - first).toBeLessThanOrEqual(200);
});

test('the pace grows back to that of the refill and no further', () => {
  const gate = createGate(WRITES);
  gate.refuse(0, 0, 0);
  const gapAt = (nowMs: number): number => {
    const [first = 0, second = 0] = times(gate, nowMs, 2);
    return Math.round(second - first);
  };
  expect([0, 15_000, 30_000, 600_000].map(gapAt)).toEqual([200, 133, 100, 100]);
});
