import { expect, test } from 'vitest';
import { paced } from '../../../../lambdas/ec2/write/pace.ts';
import {
  parseAccountId,
  parseAttachmentId,
  parseDestinationName,
  parseRegion,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import type { Change } from '../../../../shared/plan/change.ts';
import type { Lane, MirrorCloud, Outcome } from '../../../../shared/ports.ts';
import { mapLimited } from '../../../../shared/reconcile/map-limited.ts';
import type { Owner, Scope } from '../../../../shared/words.ts';
import { HERE } from '../../samples.ts';
import { tokenBucket, virtualClock, type TokenBucket, type VirtualClock } from './pace-clock.ts';

const OWNER = 'soc' as Owner;
const ELSEWHERE: Scope = { cloud: 'aws', account: parseAccountId('210987654321'), region: parseRegion('us-east-1') };
const PARALLELISM = 8;

const settings = {
  target: parseTargetId('tmt-0a'),
  filter: null,
  number: 1,
  packetLength: null,
  virtualNetworkId: null,
};
const attach: Change = {
  kind: 'attach',
  source: parseSourceId('eni-0a'),
  machine: null,
  destination: parseDestinationName('sensor'),
  rules: [],
  to: settings,
};
const detach: Change = {
  kind: 'detach',
  source: parseSourceId('eni-0a'),
  machine: null,
  attachment: parseAttachmentId('tms-0a'),
  from: settings,
  because: 'unwished',
};

const notCalled = (): never => {
  throw new Error('nothing but apply is called');
};

/** A cloud whose writes each take a token of the bucket of their scope and verb. */
const cloudOver = (bucketOf: (scope: Scope, change: Change) => TokenBucket): MirrorCloud => ({
  cloud: 'aws',
  scopes: notCalled,
  keeps: notCalled,
  read: notCalled,
  forget: notCalled,
  inspect: notCalled,
  release: notCalled,
  apply: async (scope, change): Promise<Outcome> =>
    (await bucketOf(scope, change).call()) === 'done'
      ? { kind: 'done', change, attachment: parseAttachmentId('tms-0a') }
      : { kind: 'failed', change, code: 'throttled', detail: 'RequestLimitExceeded' },
});

const pacedOver = (clock: VirtualClock, bucket: TokenBucket, bulkConcurrency = 1): MirrorCloud =>
  paced(
    cloudOver(() => bucket),
    { clock, sleep: clock.sleep, bulkConcurrency },
  );

/** So many attaches, as many at a time as a process does; how many of them came about. */
async function writeMany(cloud: MirrorCloud, lane: Lane, count: number): Promise<number> {
  const outcomes = await mapLimited(Array.from({ length: count }), PARALLELISM, () =>
    cloud.apply(HERE, attach, OWNER, lane, null),
  );
  return outcomes.filter(({ kind }) => kind === 'done').length;
}

test('what is not throttled does not wait', async () => {
  const clock = virtualClock();
  const bucket = tokenBucket(clock);
  expect(await clock.run(writeMany(pacedOver(clock, bucket), 'bulk', 48))).toBe(48);
  expect(bucket.calls()).toBe(48);
  expect(clock.now()).toBe((48 / PARALLELISM) * 50);
});

test.each([
  { bulkConcurrency: 1, share: 3 },
  { bulkConcurrency: 2, share: 3 },
])(
  '10,000 sessions in $bulkConcurrency processes, against the documented bucket',
  async ({ bulkConcurrency, share }) => {
    const clock = virtualClock();
    const bucket = tokenBucket(clock);
    const processes = Array.from({ length: bulkConcurrency }, () => pacedOver(clock, bucket, bulkConcurrency));
    const written = Promise.all(processes.map((cloud) => writeMany(cloud, 'bulk', 10_000 / bulkConcurrency)));
    expect(await clock.run(written)).toEqual(processes.map(() => 10_000 / bulkConcurrency));
    const allowedMs = ((10_000 - 50) / share) * 1000;
    expect(clock.now()).toBeLessThanOrEqual(1.1 * allowedMs);
    expect(bucket.calls()).toBeLessThanOrEqual(1.05 * 10_000);
  },
);

test('launches that use up their share are attached within seconds, all through a backfill', async () => {
  const clock = virtualClock();
  const bucket = tokenBucket(clock);
  const bulk = pacedOver(clock, bucket, 2);
  const otherBulk = pacedOver(clock, bucket, 2);
  const events = pacedOver(clock, bucket);
  const tookMs: number[] = [];
  const launch = async (): Promise<void> => {
    const startedMs = clock.now();
    expect(await events.apply(HERE, attach, OWNER, 'event', null)).toMatchObject({ kind: 'done' });
    tookMs.push(clock.now() - startedMs);
  };
  const launches = async (): Promise<void> => {
    const all: Promise<void>[] = [];
    for (let count = 0; count < 3_000; count++) {
      all.push(launch());
      await clock.sleep(500);
    }
    await Promise.all(all);
  };
  const backfill = Promise.all([bulk, otherBulk].map((cloud) => writeMany(cloud, 'bulk', 2_500)));
  const written = await clock.run(Promise.all([backfill.then((all) => [all, clock.now()] as const), launches()]));
  const [[counts, backfillMs]] = written;
  expect(counts).toEqual([2_500, 2_500]);
  expect(backfillMs).toBeGreaterThan(1_400_000);
  expect(backfillMs).toBeLessThanOrEqual((1.1 * 5_000 * 1000) / 3);
  expect(tookMs.toSorted((a, b) => a - b)[1_500]).toBe(50);
  expect(Math.max(...tookMs)).toBeLessThanOrEqual(10_000);
});

test('another account, action or lane is not slowed down', async () => {
  const clock = virtualClock();
  const buckets = new Map<string, TokenBucket>();
  const bucketOf = ({ account }: Scope, { kind }: Change): TokenBucket => {
    const key = `${account} ${kind}`;
    const bucket = buckets.get(key) ?? tokenBucket(clock);
    buckets.set(key, bucket);
    return bucket;
  };
  const cloud = paced(cloudOver(bucketOf), { clock, sleep: clock.sleep, bulkConcurrency: 1 });
  await clock.run(writeMany(cloud, 'bulk', 60));
  const startedMs = clock.now();
  const tookMs = async (scope: Scope, change: Change, lane: Lane): Promise<number> => {
    const sentMs = clock.now();
    await cloud.apply(scope, change, OWNER, lane, null);
    return clock.now() - sentMs;
  };
  const others = clock
    .sleep(1_000)
    .then(() =>
      Promise.all([
        tookMs(ELSEWHERE, attach, 'bulk'),
        tookMs(HERE, detach, 'bulk'),
        tookMs(HERE, attach, 'event'),
        tookMs(HERE, attach, 'bulk'),
      ]),
    );
  const [inAccount, ofAction, inLane, behind] = (
    await clock.run(Promise.all([others, writeMany(cloud, 'bulk', 10)]))
  )[0];
  expect([inAccount, ofAction, inLane]).toEqual([50, 50, 50]);
  expect(behind).toBeGreaterThan(1_000);
  expect(clock.now() - startedMs).toBeGreaterThan(3_000);
});

test('several processes of the bulk queue share what is its', async () => {
  const clock = virtualClock();
  const bucket = tokenBucket(clock, { size: 1, perSecond: 1_000 });
  const cloud = pacedOver(clock, bucket, 4);
  // One of the first two finds the bucket empty; 20 more go at three quarters of a call a second.
  await clock.run(writeMany(cloud, 'bulk', 22));
  expect(bucket.throttled()).toBeGreaterThan(0);
  expect(clock.now()).toBeGreaterThan(10_000);
  expect(clock.now()).toBeLessThan(30_000);
});

test('many writes that are throttled every time give up before an invocation would', async () => {
  const clock = virtualClock();
  const dry = tokenBucket(clock, { size: 0, perSecond: 0 });
  expect(await clock.run(writeMany(pacedOver(clock, dry), 'event', PARALLELISM))).toBe(0);
  expect(clock.now()).toBeLessThanOrEqual(15_050);
});

test('what is throttled every time is tried a bounded number of times and then failed, with what the cloud said', async () => {
  const clock = virtualClock();
  const dry = tokenBucket(clock, { size: 0, perSecond: 0 });
  const outcome = await clock.run(pacedOver(clock, dry).apply(HERE, attach, OWNER, 'event', null));
  expect(outcome).toMatchObject({ kind: 'failed', code: 'throttled', detail: 'RequestLimitExceeded' });
  expect(dry.calls()).toBeLessThanOrEqual(6);
  expect(dry.calls()).toBeGreaterThan(3);
  expect(clock.now()).toBeLessThan(20_000);
});

test('what fails otherwise is not tried again', async () => {
  const clock = virtualClock();
  let calls = 0;
  const refusing: MirrorCloud = {
    ...cloudOver(notCalled),
    apply: async (_, change) => {
      calls += 1;
      return { kind: 'failed', change, code: 'denied', detail: '' };
    },
  };
  const cloud = paced(refusing, { clock, sleep: clock.sleep, bulkConcurrency: 1 });
  expect(await clock.run(cloud.apply(HERE, attach, OWNER, 'event', null))).toMatchObject({ code: 'denied' });
  expect(calls).toBe(1);
});
