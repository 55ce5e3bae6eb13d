import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newNetworkLimits } from '../../../../local/azure/arm/network-limits.ts';
import { newQuota, type Quota, type Spending } from '../../../../local/azure/arm/quota.ts';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';
import { groupPath, LOCATION, networkPath, request } from '../fleet.ts';

let clock: SteppedClock;
beforeEach(() => {
  clock = steppedClock(0);
});

const PUT: Spending = { method: 'PUT', subscription: 'one', caller: 'me', provider: 'microsoft.network' };
const GET: Spending = { ...PUT, method: 'GET' };

/** Of so many calls, how many are let through. */
const countThrough = (times: number, isRefused: () => boolean): number =>
  Array.from({ length: times }, isRefused).filter((refused) => !refused).length;
const spending = (quota: Quota, call: Spending) => () => quota.spend(call).refused !== null;

describe('the buckets of Resource Manager', () => {
  test.each([
    ['writes', PUT, 200, 10],
    ['deletes', { ...PUT, method: 'DELETE' }, 200, 10],
    ['reads', GET, 250, 25],
  ])('let %s pass at once, and then so many more every second', (_name, call, size, perSecond) => {
    const quota = newQuota(clock, 'documented');
    expect(countThrough(300, spending(quota, call))).toBe(size);
    clock.advance(1000);
    expect(countThrough(300, spending(quota, call))).toBe(perSecond);
    clock.advance(3_600_000);
    expect(countThrough(300, spending(quota, call))).toBe(size);
  });

  test('who comes before the time that was told is told anew', () => {
    const quota = newQuota(clock, 'documented');
    countThrough(200, spending(quota, PUT));
    expect(quota.spend(PUT).refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    clock.advance(500);
    expect(quota.spend(PUT).refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    clock.advance(500);
    expect(quota.spend(PUT).refused).toBeNull();
  });

  test('are one for each subscription, caller and kind of call', () => {
    const quota = newQuota(clock, 'documented');
    countThrough(201, spending(quota, PUT));
    expect(quota.spend(PUT).refused).not.toBeNull();
    for (const other of [{ ...PUT, subscription: 'two' }, { ...PUT, caller: 'you' }, GET, { ...PUT, method: 'DELETE' }])
      expect(quota.spend(other).refused).toBeNull();
    expect(quota.spend({ ...PUT, subscription: null }).refused).toBeNull();
  });

  test('are shared by 15 callers of a subscription', () => {
    const quota = newQuota(clock, 'documented');
    const callers = Array.from({ length: 16 }, (_, index) => ({ ...PUT, caller: `caller-${index}` }));
    expect(callers.map((call) => countThrough(200, spending(quota, call)))).toEqual([
      ...Array.from({ length: 15 }, () => 200),
      0,
    ]);
  });

  test('refuse nothing unless they are asked to', () => {
    const quota = newQuota(clock, 'none');
    expect(countThrough(1000, spending(quota, PUT))).toBe(1000);
    expect(quota.spend(PUT).headers['x-ms-ratelimit-remaining-subscription-writes']).toBe('0');
  });
});

test('Microsoft.Network has limits of its own, for five minutes', () => {
  const limits = newNetworkLimits(clock, 'documented');
  const isRefused = (call: Spending) => () => limits.spend(call) !== null;
  expect(countThrough(1001, isRefused(PUT))).toBe(1000);
  expect(countThrough(10_001, isRefused(GET))).toBe(10_000);
  clock.advance(100_000);
  expect(limits.spend(PUT)).toMatchObject({ status: 429, headers: { 'retry-after': '200' } });
  expect(limits.spend({ ...PUT, provider: 'microsoft.compute' })).toBeNull();
  expect(limits.spend({ ...PUT, subscription: 'two' })).toBeNull();
  clock.advance(200_000);
  expect(limits.spend(PUT)).toBeNull();
});

describe('over HTTP', () => {
  let cloud: AzureCloud;
  beforeEach(async () => {
    cloud = await startAzureCloud({ clock, buckets: 'documented' });
  });
  afterEach(() => cloud.stop());
  const write = () => request(cloud, 'PUT', groupPath(cloud), { location: LOCATION });

  test('what is left is told with every answer', async () => {
    const first = await write();
    expect(first.headers.get('x-ms-ratelimit-remaining-subscription-writes')).toBe('199');
    expect(first.headers.get('x-ms-ratelimit-remaining-subscription-global-writes')).toBe('2999');
    const read = await request(cloud, 'GET', groupPath(cloud));
    expect(read.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('249');
    expect(read.headers.get('x-ms-ratelimit-remaining-subscription-global-reads')).toBe('3749');
    const deleted = await request(cloud, 'DELETE', networkPath(cloud, 'virtualNetworkTaps/none'));
    expect(deleted.headers.get('x-ms-ratelimit-remaining-subscription-deletes')).toBe('199');
    expect(deleted.headers.get('x-ms-ratelimit-remaining-subscription-global-deletes')).toBe('2999');
    const around = await request(cloud, 'GET', '/subscriptions');
    expect(around.headers.get('x-ms-ratelimit-remaining-tenant-reads')).toBe('249');
  });

  test('asking for an operation is a read', async () => {
    await write();
    const made = await request(cloud, 'PUT', networkPath(cloud, 'networkInterfaces/nic'), { location: LOCATION });
    const polled = await fetch(made.headers.get('azure-asyncoperation') ?? '', {
      headers: { authorization: 'Bearer anything' },
    });
    expect(polled.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('249');
  });

  test('a call too many is refused, counted apart, and has changed nothing', async () => {
    await Promise.all(Array.from({ length: 200 }, () => write()));
    const refused = await request(cloud, 'PUT', networkPath(cloud, 'networkInterfaces/nic'), { location: LOCATION });
    expect([refused.status, refused.body.error.code, refused.headers.get('retry-after')]).toEqual([
      429,
      'SubscriptionRequestsThrottled',
      '1',
    ]);
    expect(refused.headers.get('x-ms-ratelimit-remaining-subscription-writes')).toBe('0');
    expect(refused.headers.get('x-ms-failure-cause')).toBe('gateway');
    expect(cloud.state.nics).toEqual([]);
    expect(cloud.calls.counts()).toEqual({
      'PUT Microsoft.Resources/subscriptions/resourceGroups': 200,
      'THROTTLED PUT': 1,
    });
  });
});
