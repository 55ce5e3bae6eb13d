import { expect, test } from 'vitest';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { createDisturber, type Disturbance } from '../../../local/aws/disturbance.ts';
import { createActivity } from '../../../local/aws/settling.ts';
import { drain } from './services/rig.ts';
import { createManualTimer, startCloud } from './rig.ts';

const MANY = 1000;

/** Linear draws that repeat: enough to tell shares apart. */
function draws(): () => number {
  let state = 7;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

function pass(disturbance: Omit<Disturbance, 'random'>, count = MANY) {
  const { timer, runAll } = createManualTimer();
  const arrived: string[] = [];
  const disturber = createDisturber({ add: (body) => void arrived.push(body) }, createActivity(timer));
  const counts = disturber.disturb({ random: draws(), ...disturbance });
  for (let at = 0; at < count; at++) disturber.add(String(at));
  return { arrived, counts, disturber, runAll };
}

const inOrder = Array.from({ length: MANY }, (_, at) => String(at));

test('nothing is disturbed until it is asked for, nor after it is ended', () => {
  const { arrived, disturber } = pass({ droppedShare: 1 });
  expect(arrived).toEqual([]);
  disturber.disturb(null);
  disturber.add('last');
  expect(arrived).toEqual(['last']);
});

test('the share that is dropped never arrives', () => {
  const { arrived, counts } = pass({ droppedShare: 0.3 });
  expect(arrived.length + counts.dropped).toBe(MANY);
  expect(Math.abs(counts.dropped - 300)).toBeLessThan(60);
  expect(arrived).toEqual(inOrder.filter((body) => arrived.includes(body)));
});

test('the share that is doubled arrives twice', () => {
  const { arrived, counts } = pass({ duplicatedShare: 0.3 });
  expect(arrived).toHaveLength(MANY + counts.duplicated);
  expect(new Set(arrived).size).toBe(MANY);
  expect(Math.abs(counts.duplicated - 300)).toBeLessThan(60);
});

test('what is delayed arrives after what came later', () => {
  const { arrived, counts, runAll } = pass({ delayedShare: 0.3, longestDelayMs: 50 });
  expect(arrived).toHaveLength(MANY - counts.delayed);
  runAll();
  expect(arrived).not.toEqual(inOrder);
  expect(arrived.toSorted((a, b) => Number(a) - Number(b))).toEqual(inOrder);
  expect(Math.abs(counts.delayed - 300)).toBeLessThan(60);
});

test('the same draws disturb in the same way', () => {
  const wish = { droppedShare: 0.2, duplicatedShare: 0.2 };
  expect(pass(wish).arrived).toEqual(pass(wish).arrived);
});

test('events of the cloud are disturbed, and idle waits for what is delayed', async () => {
  const cloud: AwsCloud = await startCloud({ rules: { all: { source: ['test'] } } });
  const put = () => cloud.bus.putWhole({ id: 'one', source: 'test' });
  const counts = cloud.disturb({ random: () => 0.5, duplicatedShare: 1, delayedShare: 1, longestDelayMs: 20 });
  put();
  await cloud.idle();
  expect(counts).toEqual({ dropped: 0, duplicated: 1, delayed: 2 });
  expect(await drain(cloud)).toEqual([
    { id: 'one', source: 'test' },
    { id: 'one', source: 'test' },
  ]);
  cloud.disturb({ random: () => 0.5, droppedShare: 1 });
  put();
  await cloud.idle();
  expect(await drain(cloud)).toEqual([]);
});
