import { expect, test } from 'vitest';
import { createActivity } from '../../../local/aws/settling.ts';
import { createManualTimer } from './rig.ts';

async function isPending(promise: Promise<void>): Promise<boolean> {
  const waiting = Symbol('waiting');
  return (await Promise.race([promise, Promise.resolve(waiting)])) === waiting;
}

test('nothing is settled while work runs, whether it succeeds or not', async () => {
  const activity = createActivity(createManualTimer().timer);
  const work = Promise.withResolvers<string>();
  const tracked = activity.track(work.promise);
  const settled = activity.settled();
  expect(await isPending(settled)).toBe(true);
  work.reject(new Error('out of order'));
  await expect(tracked).rejects.toThrow('out of order');
  await settled;
  expect(activity.isSettled).toBe(true);
});

test('nothing is settled while a step waits, or the step that it asks for', async () => {
  const { timer, runAll } = createManualTimer();
  const activity = createActivity(timer);
  const ran: string[] = [];
  activity.after(1, () => {
    ran.push('first');
    activity.after(1, () => void ran.push('second'));
  });
  const settled = activity.settled();
  expect(await isPending(settled)).toBe(true);
  runAll();
  await settled;
  expect(ran).toEqual(['first', 'second']);
});

test('a stop forgets what waits', async () => {
  const { timer, runAll } = createManualTimer();
  const activity = createActivity(timer);
  let ran = 0;
  activity.after(1, () => void (ran += 1));
  activity.stop();
  await activity.settled();
  runAll();
  expect(ran).toBe(0);
});
