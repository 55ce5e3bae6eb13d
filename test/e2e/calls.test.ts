import { beforeAll, describe, expect, it } from 'vitest';
import { countAwsCalls, type AwsCalls } from '../../bench/aws-calls.ts';
import { countAzureCalls, type AzureCalls } from '../../bench/azure-calls.ts';

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

  it('are at most three reads and a write for an event', () => {
    expect(calls.cold.reads).toBeLessThanOrEqual(3);
    expect(calls.warm.reads).toBeLessThanOrEqual(3);
    expect([calls.cold.writes, calls.warm.writes]).toEqual([1, 1]);
  });

  it('are reads only for the same event again', () => {
    expect(calls.again.reads).toBeLessThanOrEqual(3);
    expect(calls.again.writes).toBe(0);
  });

  it('are at most five lists for a sweep of a thousand machines that are mirrored', () => {
    expect(calls.sweep.reads).toBeLessThanOrEqual(5);
    expect(calls.sweep.writes).toBe(0);
  });
});
