import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { newActivity } from '../../../local/azure/activity.ts';
import { steppedClock } from '../../../local/azure/clock.ts';
import { repeat, toTimerFiring } from '../../../local/azure/host/timer-trigger.ts';
import { identify, TENANT_ID, toToken } from '../../../local/azure/identities.ts';
import { listen } from '../../../local/azure/listen.ts';
import { newGuid, opaqueText, seededRandom } from '../../../local/azure/random.ts';
import { MANAGEMENT_ENDPOINT, rewritingHttpClient } from '../../../local/azure/rewriting-http-client.ts';
import { parseTarget, toScopeId } from '../../../local/azure/arm/path.ts';

test('a stepped clock runs what falls due in order, also what was asked for meanwhile', () => {
  const clock = steppedClock(1000);
  const seen: [string, number][] = [];
  const see = (what: string) => () => void seen.push([what, clock.now()]);
  clock.after(20, see('late'));
  clock.after(10, () => {
    see('early')();
    clock.after(5, see('between'));
  });
  const cancel = clock.after(15, see('cancelled'));
  cancel();
  clock.advance(19);
  expect(seen).toEqual([
    ['early', 1010],
    ['between', 1015],
  ]);
  clock.advance(1);
  expect(seen.at(-1)).toEqual(['late', 1020]);
  expect(clock.now()).toBe(1020);
});

test('the same seed gives the same ids', () => {
  expect(newGuid(seededRandom(7))).toBe(newGuid(seededRandom(7)));
  expect(newGuid(seededRandom(7))).not.toBe(newGuid(seededRandom(8)));
  expect(newGuid(seededRandom(7))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(opaqueText(seededRandom(7), 40)).toMatch(/^[A-Za-z0-9_-]{40}$/);
});

test('an activity is idle when all that was entered is left', async () => {
  const activity = newActivity();
  await activity.idle();
  const [one, two] = [activity.enter(), activity.enter()];
  let isIdle = false;
  const waiting = activity.idle().then(() => (isIdle = true));
  one();
  one();
  await Promise.resolve();
  expect(isIdle).toBe(false);
  two();
  await waiting;
  expect(isIdle).toBe(true);
});

test('a token says who bears it; one that says nothing is a stranger’s', () => {
  const alice = { appId: 'a', objectId: 'b', tenantId: TENANT_ID, name: 'Alice' };
  expect(identify(toToken(alice), new Map())).toEqual(alice);
  expect(identify('known', new Map([['known', alice]]))).toEqual(alice);
  expect(identify('whatever', new Map()).appId).toBe('22222222-2222-2222-2222-222222222222');
  expect(identify('a.b.c', new Map()).objectId).toBe('33333333-3333-3333-3333-333333333333');
});

test('the rewriting client sends what is meant for Azure to loopback, and nothing else', async () => {
  const server = await listen(
    createServer((request, response) => {
      const { 'x-forwarded-proto': proto, 'x-forwarded-host': host } = request.headers;
      response.setHeader('x-seen', [proto, host, request.url].join(' '));
      response.end();
    }),
    0,
    'a server',
  );
  const client = rewritingHttpClient(MANAGEMENT_ENDPOINT, server.endpoint);
  const request = createPipelineRequest({ url: `${MANAGEMENT_ENDPOINT}/a%20b?c=%2F&d` });
  const response = await client.sendRequest(request);
  expect(response.headers.get('x-seen')).toBe('https management.azure.com /a%20b?c=%2F&d');
  expect(response.request).toBe(request);
  expect(request.url).toBe(`${MANAGEMENT_ENDPOINT}/a%20b?c=%2F&d`);
  const direct = createPipelineRequest({ url: `${server.endpoint}/x`, allowInsecureConnection: true });
  expect((await client.sendRequest(direct)).headers.get('x-seen')).toBe('/x');
  await server.close();
});

const SCOPE = '/subscriptions/s/resourceGroups/g';
test.each([
  ['/subscriptions', { kind: 'subscriptions' }],
  ['/subscriptions/s', { kind: 'subscription', subscription: 's' }],
  ['/SUBSCRIPTIONS/s/LOCATIONS', { kind: 'locations' }],
  ['/subscriptions/s/resourcegroups', { kind: 'groups' }],
  [SCOPE, { kind: 'group', group: 'g' }],
  ['/subscriptions/s/providers/microsoft.compute/VIRTUALMACHINES', { kind: 'collection', group: null, parents: [] }],
  [
    `${SCOPE}/providers/microsoft.network/networkinterfaces/N/tapconfigurations`,
    { kind: 'collection', type: 'Microsoft.Network/networkInterfaces/tapConfigurations', parents: ['N'] },
  ],
  [
    `${SCOPE}/providers/microsoft.network/networkinterfaces/N/tapconfigurations/T`,
    { kind: 'resource', type: 'Microsoft.Network/networkInterfaces/tapConfigurations', names: ['N', 'T'] },
  ],
  [`${SCOPE}/providers/Microsoft.Compute/virtualMachines/v/start`, { kind: 'action', action: 'start' }],
  [
    `${SCOPE}/providers/Microsoft.Compute/virtualMachines/v/providers/microsoft.resources/TAGS/default`,
    { kind: 'tags', scope: { kind: 'resource', names: ['v'] } },
  ],
  [`${SCOPE}/providers/Microsoft.Network/bastionHosts/b`, { kind: 'unknown', provider: 'Microsoft.Network' }],
  [`${SCOPE}/providers/Microsoft.Network`, { kind: 'unknown' }],
  [`${SCOPE}/providers/Microsoft.Network/a/b/c/d/e/f`, { kind: 'unknown' }],
  ['/', { kind: 'unknown', subscription: null }],
  ['/providers/x', { kind: 'unknown', subscription: null }],
])('%s is %j', (path, expected) => {
  expect(parseTarget(path)).toMatchObject(expected);
});

test('a scope is written in the service’s casing of types and the caller’s of names', () => {
  const path = `${SCOPE}/providers/microsoft.network/networkinterfaces/Nic/TapConfigurations/T`;
  expect(toScopeId(parseTarget(path))).toBe(
    `${SCOPE}/providers/Microsoft.Network/networkInterfaces/Nic/tapConfigurations/T`,
  );
});

test('a timer fires again and again, but not while it is running', async () => {
  const clock = steppedClock(0);
  const running: (() => void)[] = [];
  const stop = repeat(clock, 1000, () => new Promise((resolve) => running.push(resolve)));
  clock.advance(999);
  expect(running).toHaveLength(0);
  clock.advance(5001);
  expect(running).toHaveLength(1);
  running[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  expect(running).toHaveLength(2);
  running[1]?.();
  await stop();
  clock.advance(10_000);
  expect(running).toHaveLength(2);
});

test('a timer is told when it was last and is next to fire', () => {
  expect(JSON.parse(toTimerFiring(60_000, 1000).data.json ?? '')).toMatchObject({
    IsPastDue: false,
    ScheduleStatus: { Last: '1970-01-01T00:00:59.000Z', Next: '1970-01-01T00:01:01.000Z' },
  });
});
