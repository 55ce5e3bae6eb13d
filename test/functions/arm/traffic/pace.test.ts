import { describe, expect, test } from 'vitest';
import { CALLS } from '../../../../functions/arm/permissions.ts';
import { createLanes, type Lanes } from '../../../../functions/arm/traffic/pace.ts';
import type { Answer, Exchange, Request } from '../../../../functions/arm/traffic/wire.ts';
import type { Fault } from '../../../../shared/fault.ts';
import type { Lane } from '../../../../shared/ports.ts';
import { mapLimited } from '../../../../shared/reconcile/map-limited.ts';
import { virtualClock, type VirtualClock } from '../../../lambdas/ec2/write/pace-clock.ts';

const nicOf = (subscription: string): string =>
  `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/nic`;
const readOf = (subscription: string): Request => ({
  call: CALLS.getInterface,
  address: nicOf(subscription),
  body: null,
});
const writeOf = (subscription: string): Request => ({
  call: CALLS.putTapConfiguration,
  address: `${nicOf(subscription)}/tapConfigurations/x`,
  body: {},
});
const WRITE = writeOf('s');
const READ = readOf('s');

const ok = (headers: Record<string, string> = {}): Answer => ({ status: 200, headers, body: {} });
const quota = (seconds: number, headers: Record<string, string> = {}): Answer => ({
  status: 429,
  headers: { 'retry-after': String(seconds), ...headers },
  body: { error: { code: 'SubscriptionRequestsThrottled', message: 'slow' } },
});

/** Azure's bucket of writes: 200, and 10 a second; a refusal closes it until its time is over. */
function bucketOf(clock: VirtualClock, { size = 200, perSecond = 10, latencyMs = 200 } = {}) {
  let tokens = size;
  let seenMs = clock.now();
  const counts = { taken: 0, refused: 0 };
  const exchange: Exchange = async () => {
    tokens = Math.min(size, tokens + ((clock.now() - seenMs) * perSecond) / 1000);
    seenMs = clock.now();
    const isTaken = tokens >= 1;
    if (isTaken) tokens -= 1;
    counts[isTaken ? 'taken' : 'refused'] += 1;
    const left = String(Math.floor(tokens));
    await clock.sleep(latencyMs);
    const headers = { 'x-ms-ratelimit-remaining-subscription-writes': left };
    return isTaken ? ok(headers) : quota(Math.max(1, Math.ceil((1 - tokens) / perSecond)), headers);
  };
  return { exchange, counts };
}

const lanesOver = (clock: VirtualClock, exchange: Exchange): Lanes =>
  createLanes(exchange, { clock, pause: clock.sleep });

const sendMany = (exchange: Exchange, count: number, parallelism = 16): Promise<readonly (Answer | Fault)[]> =>
  mapLimited(Array.from({ length: count }), parallelism, () =>
    exchange(WRITE).catch((fault: unknown) => fault as Fault),
  );

describe('one process that uses a subscription alone', () => {
  test('writes 5,000 in the time that the bucket itself takes, and is refused nothing', async () => {
    const clock = virtualClock();
    const bucket = bucketOf(clock);
    const { bulk } = lanesOver(clock, bucket.exchange);
    await clock.run(sendMany(bulk, 5000));
    expect(bucket.counts).toEqual({ taken: 5000, refused: 0 });
    expect(clock.now()).toBeLessThan(((5000 - 200) / 10) * 1000 * 1.02);
  });

  test('makes up for what it did not write between two messages', async () => {
    const clock = virtualClock();
    const bucket = bucketOf(clock);
    const { bulk } = lanesOver(clock, bucket.exchange);
    const messages = async (): Promise<void> => {
      for (let message = 0; message < 20; message += 1) {
        await sendMany(bulk, 100);
        await clock.sleep(1000);
      }
    };
    await clock.run(messages());
    expect(bucket.counts).toEqual({ taken: 2000, refused: 0 });
    expect(clock.now()).toBeLessThan(((2000 - 200) / 10) * 1000 * 1.02);
  });

  test('does not wait while there is enough', async () => {
    const clock = virtualClock();
    const bucket = bucketOf(clock, { latencyMs: 100 });
    await clock.run(sendMany(lanesOver(clock, bucket.exchange).bulk, 160));
    expect(clock.now()).toBe(1000);
  });
});

test('two processes that know nothing of each other share a bucket, and both come to an end', async () => {
  const clock = virtualClock();
  const bucket = bucketOf(clock);
  const processes = [1, 2].map(() => lanesOver(clock, bucket.exchange).bulk);
  const answers = await clock.run(Promise.all(processes.map((bulk) => sendMany(bulk, 1000))));
  expect(answers.flat().filter((answer) => 'status' in answer && answer.status === 200).length).toBeGreaterThan(1950);
  expect(clock.now()).toBeLessThan(((2000 - 200) / 10) * 1000 * 1.5);
  expect(bucket.counts.refused).toBeLessThan(bucket.counts.taken / 10);
});

/** An exchange that answers in turn, with when each request was sent; then with 200. */
function scripted(clock: VirtualClock, answers: readonly Answer[]) {
  const sent: { readonly atMs: number; readonly address: string; readonly method: string }[] = [];
  const exchange: Exchange = async ({ address, call }) => {
    const answer = answers[sent.length] ?? ok();
    sent.push({ atMs: clock.now(), address, method: call.method });
    return answer;
  };
  return { sent, lanes: lanesOver(clock, exchange), at: () => sent.map(({ atMs }) => atMs) };
}

describe('a quota that is used up', () => {
  test('holds back all requests of its kind until its time is over, and then lets them go slowly', async () => {
    const clock = virtualClock();
    const { lanes, at } = scripted(clock, [quota(7)]);
    await clock.run(
      (async () => {
        const first = lanes.bulk(WRITE);
        await clock.sleep(1);
        await Promise.all([first, lanes.event(WRITE), lanes.bulk(WRITE)]);
      })(),
    );
    expect(at().map((atMs) => Math.round(atMs / 100))).toEqual([0, 70, 72, 74]);
  });

  test.each([
    ['reads of the same subscription', READ],
    ['writes of another', writeOf('other')],
  ])('does not hold back %s', async (_, request) => {
    const clock = virtualClock();
    const { lanes, sent } = scripted(clock, [quota(19)]);
    const both = (async () => {
      const write = lanes.bulk(WRITE);
      await clock.sleep(1);
      await lanes.bulk(request);
      const atMs = clock.now();
      await write;
      return atMs;
    })();
    expect(await clock.run(both)).toBe(1);
    expect(sent).toHaveLength(3);
  });

  test('holds back reads as well as writes', async () => {
    const clock = virtualClock();
    const { lanes, at } = scripted(clock, [quota(5)]);
    await clock.run(lanes.event(READ));
    expect(at()).toEqual([0, 5000]);
  });

  test('that takes longer than an invocation can wait is told at once, and asked nothing meanwhile', async () => {
    const clock = virtualClock();
    const { lanes, sent } = scripted(clock, [quota(300)]);
    const faults = await clock.run(sendMany(lanes.bulk, 50, 1));
    expect(clock.now()).toBe(0);
    expect(sent).toHaveLength(1);
    expect(faults).toHaveLength(50);
    for (const fault of faults) expect(fault).toMatchObject({ code: 'throttled' });
    expect((faults[0] as Fault).message).toMatch(
      /tapConfigurations\/x: its quota of writes is used up for another 300 s/,
    );
  });

  test('is waited for again when Azure says so again', async () => {
    const clock = virtualClock();
    const { lanes, at } = scripted(clock, [quota(3), quota(4)]);
    expect((await clock.run(lanes.bulk(WRITE))).status).toBe(200);
    expect(at()).toEqual([0, 3000, 7000]);
  });

  test('a lock is no quota, though it is a 429', async () => {
    const clock = virtualClock();
    const locked: Answer = {
      status: 429,
      headers: {},
      body: { error: { code: 'RetryableErrorDueToAnotherOperation' } },
    };
    const { lanes, at } = scripted(clock, [locked]);
    expect(await clock.run(lanes.bulk(WRITE))).toMatchObject({ status: 429 });
    expect(await clock.run(lanes.bulk(WRITE))).toMatchObject({ status: 200 });
    expect(at()).toEqual([0, 0]);
  });
});

describe('what is left', () => {
  test.each([
    ['x-ms-ratelimit-remaining-subscription-writes', '20'],
    ['x-ms-ratelimit-remaining-subscription-global-writes', '300'],
    ['x-ms-ratelimit-remaining-tenant-writes', '0'],
  ])('%s: %s slows down before the first refusal', async (name, left) => {
    const clock = virtualClock();
    const { lanes, at } = scripted(clock, [ok({ [name]: left })]);
    await clock.run(sendMany(lanes.bulk, 4, 1));
    expect(at()).toEqual([0, 0, 100, 200]);
  });

  test.each(['21', '199', 'many', ''])('%j does not', async (left) => {
    const clock = virtualClock();
    const headers = { 'x-ms-ratelimit-remaining-subscription-writes': left };
    const { lanes, at } = scripted(clock, [ok(headers)]);
    await clock.run(sendMany(lanes.bulk, 4, 1));
    expect(at()).toEqual([0, 0, 0, 0]);
  });

  test('of reads slows down reads', async () => {
    const clock = virtualClock();
    const { lanes, at } = scripted(clock, [ok({ 'x-ms-ratelimit-remaining-subscription-reads': '3' })]);
    await clock.run(mapLimited([1, 2, 3], 1, () => lanes.bulk(READ)));
    expect(at()).toEqual([0, 0, 40]);
  });
});

test('events go before everything that waits', async () => {
  const clock = virtualClock();
  const order: Lane[] = [];
  const { lanes } = scripted(clock, [ok({ 'x-ms-ratelimit-remaining-subscription-writes': '0' })]);
  const send = async (lane: Lane): Promise<void> => {
    await lanes[lane](WRITE);
    order.push(lane);
  };
  await clock.run(
    (async () => {
      await lanes.bulk(WRITE);
      const bulk = Array.from({ length: 5 }, () => send('bulk'));
      await clock.sleep(150);
      await Promise.all([...bulk, send('event'), send('event')]);
    })(),
  );
  expect(order).toEqual(['bulk', 'bulk', 'event', 'event', 'bulk', 'bulk', 'bulk']);
});

test('timers that go off late do not slow the line down', async () => {
  const clock = virtualClock();
  const { exchange, counts } = bucketOf(clock);
  const lanes = createLanes(exchange, { clock, pause: (delayMs) => clock.sleep(delayMs + 37) });
  await clock.run(sendMany(lanes.bulk, 2000));
  expect(counts.refused).toBe(0);
  expect(clock.now()).toBeLessThan(((2000 - 200) / 10) * 1000 * 1.02);
});

test('nobody waits in line for longer than an invocation can', async () => {
  const clock = virtualClock();
  const { lanes } = scripted(clock, [ok({ 'x-ms-ratelimit-remaining-subscription-writes': '0' })]);
  const answers = await clock.run(
    (async () => {
      await lanes.bulk(WRITE);
      return sendMany(lanes.bulk, 300, 300);
    })(),
  );
  expect(clock.now()).toBeLessThanOrEqual(20_000);
  const faults = answers.filter((answer) => 'code' in answer);
  expect(faults).toHaveLength(99);
  expect(faults[0]).toMatchObject({ code: 'throttled' });
});

test('a clock that is a moment behind its pauses keeps nobody waiting', async () => {
  let pauses = 0;
  const exchange: Exchange = async () => (pauses === 0 ? quota(2) : ok());
  const lanes = createLanes(exchange, {
    clock: { now: () => 0 },
    pause: async () => void (pauses += 1),
  });
  expect((await lanes.bulk(WRITE)).status).toBe(200);
  expect(pauses).toBe(1);
});
