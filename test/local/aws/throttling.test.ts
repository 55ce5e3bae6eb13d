import {
  CreateTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { EVERYTHING, takeEvents } from './events.ts';
import { clientOf, launchOptions, refusalOf, startCloud } from './rig.ts';

const MEMBER = '222222222222';

async function startThrottled() {
  const clock = { nowMs: 0 };
  const cloud = await startCloud({
    accounts: ['111111111111', MEMBER],
    buckets: 'documented',
    clock: { now: () => clock.nowMs },
    rules: {},
  });
  return { clock, cloud, client: clientOf(cloud) };
}

const deletion = new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: 'tms-0123456789abcdef0' });

/** How many calls of so many are let through. */
async function countLetThrough(calls: number, call: () => Promise<unknown>): Promise<number> {
  let through = 0;
  for (let nth = 0; nth < calls; nth += 1) {
    const code = await refusalOf(call());
    if (code !== 'RequestLimitExceeded') through += 1;
  }
  return through;
}

test('changing actions have 50 tokens and get back 5 in a second', async () => {
  const { clock, cloud, client } = await startThrottled();
  const call = () => client.send(deletion);
  expect(await countLetThrough(60, call)).toBe(50);
  clock.nowMs += 199;
  expect(await countLetThrough(2, call)).toBe(0);
  clock.nowMs += 1;
  expect(await countLetThrough(2, call)).toBe(1);
  clock.nowMs += 3_600_000;
  expect(await countLetThrough(60, call)).toBe(50);
  expect(cloud.throttled).toEqual({ DeleteTrafficMirrorSession: 10 + 2 + 1 + 10 });
  cloud.resetCalls();
  expect(cloud.throttled).toEqual({});
});

test.each([
  ['a list of everything', () => new DescribeInstancesCommand({}), 50],
  ['a filtered list', () => new DescribeInstancesCommand({ Filters: [{ Name: 'vpc-id', Values: ['vpc-0'] }] }), 100],
  ['a list in pages', () => new DescribeInstancesCommand({ MaxResults: 5 }), 100],
])('%s has tokens of its own', async (_name, command, tokens) => {
  const { client } = await startThrottled();
  expect(await countLetThrough(tokens + 5, () => client.send(command()))).toBe(tokens);
});

test('tagging and launching have sizes of their own; instances are counted as they are launched', async () => {
  const { clock, client } = await startThrottled();
  const tagging = new CreateTagsCommand({ Resources: ['i-0123456789abcdef0'], Tags: [{ Key: 'k', Value: 'v' }] });
  expect(await countLetThrough(105, () => client.send(tagging))).toBe(100);
  const run = (count: number) => () =>
    client.send(
      new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: count, MaxCount: count, DryRun: true }),
    );
  expect(await countLetThrough(2, run(499))).toBe(2);
  expect(await countLetThrough(1, run(3))).toBe(0);
  expect(await countLetThrough(4, run(0))).toBe(3);
  clock.nowMs += 500;
  expect(await countLetThrough(1, run(3))).toBe(1);
});

test('each account and each region has its own buckets, and each action', async () => {
  const { cloud, client } = await startThrottled();
  const elsewhere = [clientOf(cloud, { account: MEMBER }), clientOf(cloud, { region: 'eu-west-1' })];
  await countLetThrough(50, () => client.send(deletion));
  expect(await refusalOf(client.send(deletion))).toBe('RequestLimitExceeded');
  const codes = await Promise.all(elsewhere.map((other) => refusalOf(other.send(deletion))));
  expect(codes).toEqual(['InvalidTrafficMirrorSessionId.NotFound', 'InvalidTrafficMirrorSessionId.NotFound']);
  expect(await countLetThrough(1, () => client.send(new DescribeInstancesCommand({})))).toBe(1);
});

test('a throttled call is answered as EC2 does, and recorded', async () => {
  const cloud = await startCloud({ buckets: 'documented', rules: EVERYTHING, clock: { now: () => 0 } });
  const client = clientOf(cloud);
  await countLetThrough(50, () => client.send(deletion));
  await expect(client.send(deletion)).rejects.toMatchObject({
    name: 'RequestLimitExceeded',
    message: 'Request limit exceeded.',
    $metadata: { httpStatusCode: 503 },
  });
  const { detail } = (await takeEvents(cloud)).at(-1) ?? { detail: {} };
  expect(detail['errorCode']).toBe('Client.RequestLimitExceeded');
});

test('nothing is throttled unless it is asked for', async () => {
  const cloud = await startCloud({ clock: { now: () => 0 } });
  const client = clientOf(cloud);
  expect(await countLetThrough(60, () => client.send(deletion))).toBe(60);
});
