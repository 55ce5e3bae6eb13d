import { expect, test } from 'vitest';
import { createEnvironments } from '../../../local/aws/execution-environments.ts';
import { invoke } from '../../../local/aws/lambda-context.ts';
import { createClock } from './services/rig.ts';

test('an invocation knows what is left of its time', async () => {
  const clock = createClock();
  const left = await invoke({ name: 'on-change', timeoutSeconds: 60, clock }, async (context) => {
    const before = context.getRemainingTimeInMillis();
    clock.advance(45_000);
    return [before, context.getRemainingTimeInMillis()];
  });
  expect(left).toEqual([60_000, 15_000]);
});

test('one that outlasts its time has failed, and has no time left', async () => {
  const clock = createClock();
  const left: number[] = [];
  const late = invoke({ name: 'on-change', timeoutSeconds: 60, clock }, async (context) => {
    clock.advance(60_001);
    left.push(context.getRemainingTimeInMillis());
  });
  await expect(late).rejects.toThrow('on-change: Task timed out after 60 seconds');
  expect(left).toEqual([0]);
});

test('a process handles one invocation at a time, and is used again', async () => {
  let started = 0;
  const inEnvironment = createEnvironments(() => (started += 1), Number.POSITIVE_INFINITY);
  const ends: (() => void)[] = [];
  const hold = (environment: number) => new Promise<number>((resolve) => ends.push(() => resolve(environment)));
  const [first, second] = [inEnvironment(hold), inEnvironment(hold)];
  ends.forEach((end) => end());
  expect(await Promise.all([first, second])).toEqual([1, 2]);
  await expect(inEnvironment(async () => Promise.reject(new Error('out of order')))).rejects.toThrow('out of order');
  await inEnvironment(async (environment) => expect([1, 2]).toContain(environment));
  expect(started).toBe(2);
});

test('a function whose concurrency is reserved never runs more invocations, whatever asks for them', async () => {
  let [running, most] = [0, 0];
  let started = 0;
  const inEnvironment = createEnvironments(() => (started += 1), 2);
  const invoked = Array.from({ length: 6 }, () =>
    inEnvironment(async (environment) => {
      most = Math.max(most, (running += 1));
      await Promise.resolve();
      running -= 1;
      return environment;
    }),
  );
  expect((await Promise.all(invoked)).toSorted((a, b) => a - b)).toEqual([1, 1, 1, 2, 2, 2]);
  expect(most).toBe(2);
});
