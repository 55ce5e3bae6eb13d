import { beforeAll, describe, expect, it, test } from 'vitest';
import { countAwsCalls, type AwsCalls } from '../../bench/aws-calls.ts';
import { countAzureCalls, type AzureCalls } from '../../bench/azure-calls.ts';
import { countInterruptions } from '../../bench/azure-interruptions.ts';

/** Setting up a thousand machines over HTTP takes longer than anything that is counted. */
const SETUP_MS = 180_000;

describe('calls to EC2', () => {
  let calls: AwsCalls;
  beforeAll(async () => {
    calls = await countAwsCalls();
  }, SETUP_MS);

  it('are three reads and a write for a launch, in a warm process', () => {
    expect(calls.warm).toEqual({ reads: 3, health: 0, writes: 1 });
  });

  it('are five reads, two more of the health of the load balancer and a write for a launch, in a cold process', () => {
    expect(calls.cold).toEqual({ reads: 5, health: 2, writes: 1 });
  });

  it('are reads only for the same event again', () => {
    expect(calls.again).toEqual({ reads: 3, health: 0, writes: 0 });
  });

  it('are at most six reads and a write each for a hundred launches in one batch', () => {
    expect(calls.hundred.reads).toBeLessThanOrEqual(6);
    expect(calls.hundred.writes).toBe(100);
  });

  it('are at most five lists for a sweep of a thousand machines that are mirrored', () => {
    expect(calls.sweep.reads).toBeLessThanOrEqual(5);
    expect(calls.sweep.writes).toBe(0);
  });
});

describe('calls to Azure Resource Manager', () => {
  let calls: AzureCalls;
  beforeAll(async () => {
    calls = await countAzureCalls();
  }, SETUP_MS);

  it.for(['ofMachine', 'ofInterface'] as const)(
    'are at most three reads at a time, four in a cold process and three in a warm one, and a write for an event: %s',
    (about) => {
      const { cold, warm } = calls[about];
      expect(cold.reads).toBeLessThanOrEqual(4);
      expect(warm.reads).toBeLessThanOrEqual(3);
      expect(Math.max(cold.atATime, warm.atATime)).toBeLessThanOrEqual(3);
      expect([cold.writes, warm.writes]).toEqual([1, 1]);
    },
  );

  it.for(['ofMachine', 'ofInterface'] as const)('are reads only for the same event again: %s', (about) => {
    expect(calls[about].again.reads).toBeLessThanOrEqual(3);
    expect(calls[about].again.writes).toBe(0);
  });

  it('are pages of lists only for a sweep of a thousand machines that are mirrored', () => {
    expect(calls.sweep.single).toBe(0);
    expect(calls.sweep.reads).toBeLessThanOrEqual(6);
    expect(calls.sweep.writes).toBe(0);
  });
});

test(
  'interruptions of machines that run are one for each, by two instances together, and five at a time',
  { timeout: SETUP_MS },
  async () => {
    const { times, most } = await countInterruptions();
    expect(new Set(times)).toEqual(new Set([1]));
    expect(most).toBeLessThanOrEqual(5);
  },
);
