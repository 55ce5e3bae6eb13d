import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { TENANT_ID, toToken } from '../../../../local/azure/identities.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';
import { groupPath, LOCATION, networkPath, request } from '../fleet.ts';

const SUBSCRIPTIONS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;
let clock: SteppedClock;
let cloud: AzureCloud;

beforeEach(async () => {
  clock = steppedClock(0);
  cloud = await startAzureCloud({ clock, buckets: 'documented', subscriptions: [...SUBSCRIPTIONS] });
});
afterEach(() => cloud.stop());

const bearer = (objectId: string) => ({
  authorization: `Bearer ${toToken({ appId: 'app', objectId, tenantId: TENANT_ID, name: 'Somebody' })}`,
});
const write = (headers = {}, path = groupPath(cloud)) => request(cloud, 'PUT', path, { location: LOCATION }, headers);
/** Sends so many at once; gives how many were let through. */
async function countThrough(times: number, send: () => Promise<{ readonly status: number }>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: times }, () => send()));
  return answers.filter(({ status }) => status !== 429).length;
}

test('200 writes pass at once, then ten more every second', async () => {
  expect(await countThrough(230, write)).toBe(200);
  clock.advance(1000);
  expect(await countThrough(30, write)).toBe(10);
  clock.advance(3_600_000);
  expect(await countThrough(230, write)).toBe(200);
  expect(cloud.calls.counts()).toEqual({
    'PUT Microsoft.Resources/subscriptions/resourceGroups': 410,
    'THROTTLED PUT': 80,
  });
});

test('a refusal tells how long to wait, and who comes too early is told anew', async () => {
  expect(await countThrough(200, write)).toBe(200);
  const refused = await write();
  expect([refused.status, refused.body.error.code, refused.headers.get('retry-after')]).toEqual([
    429,
    'SubscriptionRequestsThrottled',
    '1',
  ]);
  expect(refused.headers.get('x-ms-ratelimit-remaining-subscription-writes')).toBe('0');
  expect(refused.headers.get('x-ms-failure-cause')).toBe('gateway');
  clock.advance(500);
  expect(await write()).toMatchObject({ status: 429 });
  clock.advance(500);
  expect((await write()).status).toBe(200);
});

test('what is left is told with every answer', async () => {
  const first = await write();
  expect(first.headers.get('x-ms-ratelimit-remaining-subscription-writes')).toBe('199');
  expect(first.headers.get('x-ms-ratelimit-remaining-subscription-global-writes')).toBe('2999');
  const second = await request(cloud, 'GET', groupPath(cloud));
  expect(second.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('249');
  expect(second.headers.get('x-ms-ratelimit-remaining-subscription-global-reads')).toBe('3749');
  const deleted = await request(cloud, 'DELETE', networkPath(cloud, 'virtualNetworkTaps/none'));
  expect(deleted.headers.get('x-ms-ratelimit-remaining-subscription-deletes')).toBe('199');
  expect(deleted.headers.get('x-ms-ratelimit-remaining-subscription-global-deletes')).toBe('2999');
  const around = await request(cloud, 'GET', '/subscriptions');
  expect(around.headers.get('x-ms-ratelimit-remaining-tenant-reads')).toBe('249');
});

test('subscriptions, callers and kinds of calls each have buckets of their own', async () => {
  expect(await countThrough(201, write)).toBe(200);
  expect((await write(bearer('somebody-else'))).status).toBe(200);
  expect((await write({}, groupPath(cloud).replace(SUBSCRIPTIONS[0], SUBSCRIPTIONS[1]))).status).toBe(201);
  expect((await request(cloud, 'GET', groupPath(cloud))).status).toBe(200);
  expect(await countThrough(1, write)).toBe(0);
});

test('asking for an operation is a read', async () => {
  await write();
  const made = await request(cloud, 'PUT', networkPath(cloud, 'networkInterfaces/nic'), { location: LOCATION });
  const address = made.headers.get('azure-asyncoperation') ?? '';
  const poll = () => fetch(address, { headers: { authorization: 'Bearer anything' } });
  expect(await countThrough(260, poll)).toBe(250);
});

test('Microsoft.Network has limits of its own, for five minutes', async () => {
  await cloud.stop();
  cloud = await startAzureCloud({ clock, networkLimits: 'documented' });
  await write();
  const writeNic = () => write({}, networkPath(cloud, 'networkInterfaces/nic'));
  expect(await countThrough(1001, writeNic)).toBe(1000);
  clock.advance(100_000);
  const refused = await writeNic();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '200']);
  expect((await write()).status).toBe(200);
  clock.advance(200_000);
  expect((await writeNic()).status).toBe(200);
});
