import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { TENANT_ID, toToken } from '../../../../local/azure/identities.ts';
import { startAzureCloud, type AzureCloud, type AzureOptions } from '../../../../local/azure/start.ts';
import { groupPath, LOCATION, machinePath, networkPath, putPlainGround, putPlainMachine, request } from '../fleet.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
const JOIN = 'Microsoft.Network/virtualNetworkTaps/join/action';
const ELSEWHERE = '22222222-2222-4222-8222-222222222222';
const OTHER_TENANT = '66666666-6666-4666-8666-666666666666';
const HOME = '11111111-1111-4111-8111-111111111111';
let clock: SteppedClock;
let cloud: AzureCloud;

async function start(options: AzureOptions = {}): Promise<void> {
  cloud = await startAzureCloud({ clock, operationMs: 1000, settleMs: 1000, ...options });
  await putPlainGround(cloud);
  clock.advance(1000);
  await putPlainMachine(cloud, 'vm');
  clock.advance(1000);
}
async function restart(options: AzureOptions): Promise<void> {
  await cloud.stop();
  await start(options);
}
beforeEach(async () => {
  clock = steppedClock(0);
  await start();
});
afterEach(() => cloud.stop());

const nicId = (): string => networkPath(cloud, 'networkInterfaces/vm-nic');
const path = (): string => `${nicId()}/tapConfigurations/x`;
const tapId = (): string => networkPath(cloud, 'virtualNetworkTaps/tap');
const attach = (tap = tapId(), headers = {}) =>
  request(cloud, 'PUT', path(), { properties: { virtualNetworkTap: { id: tap } } }, headers);
const detach = () => request(cloud, 'DELETE', path());
const get = (id: string) => request(cloud, 'GET', id);
const codeOf = async (answer: Promise<{ readonly status: number; readonly body: { error: { code: string } } }>) => {
  const { status, body } = await answer;
  return [status, body.error.code];
};
async function poll(address: string | null) {
  const response = await fetch(address ?? '', { headers: { authorization: 'Bearer x' } });
  return { status: response.status, body: (await response.json()) as { status?: string; error?: object } };
}
const addressOf = (answer: { readonly headers: Headers }): string => answer.headers.get('azure-asyncoperation') ?? '';

test('a failure is for so many calls, and for one resource where it is ordered so', async () => {
  const failure = { action: WRITE, phase: 'request', code: 'Ordered', message: 'no' } as const;
  cloud.controls.failNext({ ...failure, times: 2 });
  expect(await codeOf(attach())).toEqual([400, 'Ordered']);
  expect(await codeOf(attach())).toEqual([400, 'Ordered']);
  cloud.controls.failNext({ ...failure, on: networkPath(cloud, 'networkInterfaces/other-nic') });
  expect((await attach()).status).toBe(201);
  clock.advance(1000);
  const additionalInfo = [{ type: 'Hint', info: { a: 1 } }];
  cloud.controls.failNext({ ...failure, on: nicId().toUpperCase(), status: 403, additionalInfo });
  expect((await attach()).body).toMatchObject({ error: { code: 'Ordered', additionalInfo } });
});

test('an operation can be canceled, and leave behind what was there before', async () => {
  const order = { action: WRITE, phase: 'operation', code: 'Canceled', message: 'superseded' } as const;
  cloud.controls.failNext({ ...order, ends: 'Canceled', leaves: 'as-it-was' });
  const { headers } = await attach();
  clock.advance(1000);
  expect((await poll(addressOf({ headers }))).body).toMatchObject({ status: 'Canceled', error: { code: 'Canceled' } });
  expect(cloud.state.tapConfigurations).toEqual([]);
  cloud.controls.failNext(order);
  await attach();
  clock.advance(1000);
  expect(cloud.state.tapConfigurations).toMatchObject([{ provisioningState: 'Failed' }]);
});

test('a detach that fails half-way leaves a configuration, Failed or as it was', async () => {
  await attach();
  clock.advance(1000);
  const order = { action: WRITE.replace('write', 'delete'), phase: 'operation', code: 'Oops', message: 'no' } as const;
  for (const [leaves, provisioningState] of [
    ['as-it-was', 'Succeeded'],
    ['failed', 'Failed'],
  ] as const) {
    cloud.controls.failNext({ ...order, leaves });
    expect((await detach()).status).toBe(202);
    clock.advance(1000);
    expect(cloud.state.tapConfigurations).toMatchObject([{ provisioningState }]);
  }
});

test('a retarget that fails half-way leaves the old VTAP where it is ordered so', async () => {
  await attach();
  clock.advance(1000);
  const destination = {
    destinationLoadBalancerFrontendIPConfiguration: {
      id: networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front'),
    },
  };
  const other = networkPath(cloud, 'virtualNetworkTaps/other');
  await request(cloud, 'PUT', other, { location: LOCATION, properties: destination });
  clock.advance(1000);
  cloud.controls.failNext({ action: WRITE, phase: 'operation', code: 'Oops', message: 'no', leaves: 'as-it-was' });
  await attach(other);
  clock.advance(1000);
  expect(cloud.state.tapConfigurations).toMatchObject([{ tap: tapId(), provisioningState: 'Succeeded' }]);
});

test('an operation can take longer, and its address can lead nowhere', async () => {
  cloud.controls.slowNext(WRITE, 5000);
  cloud.controls.loseNext(WRITE.replace('write', 'delete'));
  const { headers } = await attach();
  clock.advance(4999);
  expect((await poll(addressOf({ headers }))).body.status).toBe('InProgress');
  clock.advance(1);
  expect((await poll(addressOf({ headers }))).body.status).toBe('Succeeded');
  const removed = await detach();
  expect(await poll(addressOf(removed))).toMatchObject({ status: 404, body: { error: { code: 'OperationNotFound' } } });
  clock.advance(1000);
  expect(cloud.state.tapConfigurations).toEqual([]);
});

test('a test can draw what fails, and how operations go', async () => {
  const asked: string[] = [];
  cloud.controls.disturb({
    request: ({ action, subject }) => {
      asked.push(`${action} ${subject}`);
      return asked.length > 1 ? null : { action, phase: 'request', code: 'Drawn', message: 'no', status: 503 };
    },
    operation: ({ action }) => ({ afterMs: 10, failure: { action, phase: 'operation', code: 'Half', message: 'no' } }),
  });
  expect(await codeOf(attach())).toEqual([503, 'Drawn']);
  expect((await attach()).status).toBe(201);
  clock.advance(10);
  expect(cloud.state.tapConfigurations).toMatchObject([{ provisioningState: 'Failed' }]);
  expect(asked).toEqual(Array(2).fill(`${WRITE} ${path()}`));
  cloud.controls.disturb(null);
  await attach();
  clock.advance(1000);
  expect(cloud.state.tapConfigurations).toMatchObject([{ provisioningState: 'Succeeded' }]);
});

test('a lock is for a scope and all that is in it', async () => {
  await attach();
  clock.advance(1000);
  cloud.controls.lock(groupPath(cloud).toUpperCase(), 'CanNotDelete');
  const refused = await detach();
  expect([refused.status, refused.body.error.code]).toEqual([409, 'ScopeLocked']);
  expect(refused.body.error.message).toContain(`'${groupPath(cloud).toUpperCase()}'`);
  expect((await attach()).status).toBe(200);
  cloud.controls.unlock(groupPath(cloud));
  cloud.controls.lock(nicId(), 'ReadOnly');
  expect(await codeOf(attach())).toEqual([409, 'ScopeLocked']);
  expect((await get(path())).status).toBe(200);
  expect((await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/deallocate`)).status).toBe(202);
  cloud.controls.unlock(nicId());
  clock.advance(1000);
  expect((await detach()).status).toBe(202);
});

test('a policy names its assignment where clients look for it', async () => {
  const policyAssignmentId = `/subscriptions/${HOME}/providers/Microsoft.Authorization/policyAssignments/no-taps`;
  cloud.controls.forbid({ action: WRITE, scope: groupPath(cloud), policyAssignmentId });
  expect(await attach()).toMatchObject({
    status: 403,
    body: {
      error: {
        code: 'RequestDisallowedByPolicy',
        additionalInfo: [{ type: 'PolicyViolation', info: { policyAssignmentId, policyAssignmentName: 'no-taps' } }],
      },
    },
  });
  cloud.controls.permit(policyAssignmentId);
  expect((await attach()).status).toBe(201);
});

test('the join on a VTAP can be denied for one VTAP or for a subscription', async () => {
  for (const scope of [tapId(), `/subscriptions/${HOME}`]) {
    cloud.controls.deny(JOIN, scope);
    const refused = await attach();
    expect([refused.status, refused.body.error.code]).toEqual([403, 'LinkedAuthorizationFailed']);
    expect(refused.body.error.message).toContain(`'${tapId()}'`);
    cloud.controls.allow(JOIN, scope);
  }
  cloud.controls.deny(JOIN, networkPath(cloud, 'virtualNetworkTaps/tap2'));
  expect((await attach()).status).toBe(201);
});

test('a permission can be denied in one group only', async () => {
  // The name of this group begins like that of ours.
  cloud.controls.deny(WRITE, groupPath(cloud).slice(0, -1));
  expect((await attach()).status).toBe(201);
  clock.advance(1000);
  cloud.controls.deny(WRITE, groupPath(cloud));
  expect(await codeOf(attach())).toEqual([403, 'AuthorizationFailed']);
});

test('a provider that is not registered takes no calls, until it is', async () => {
  const provider = `/subscriptions/${HOME}/providers/microsoft.network`;
  cloud.controls.unregister(HOME, 'Microsoft.Network');
  expect(await codeOf(attach())).toEqual([409, 'MissingSubscriptionRegistration']);
  expect((await get(provider)).body).toMatchObject({
    namespace: 'Microsoft.Network',
    registrationState: 'NotRegistered',
  });
  expect((await request(cloud, 'POST', `${provider}/register`)).status).toBe(200);
  expect((await get(provider)).body).toMatchObject({ registrationState: 'Registered' });
  expect((await attach()).status).toBe(201);
  expect(await codeOf(get(`/subscriptions/${HOME}/providers/Microsoft.Nothing`))).toEqual([
    404,
    'InvalidResourceNamespace',
  ]);
});

test('a feature that is not registered refuses VTAPs and what is attached to them', async () => {
  const feature = `/subscriptions/${HOME}/providers/Microsoft.Features/providers/Microsoft.Network/features/AllowVirtualNetworkTap`;
  cloud.controls.unregister(HOME, 'Microsoft.Network/AllowVirtualNetworkTap');
  expect(await codeOf(attach())).toEqual([403, 'SubscriptionNotRegisteredForFeature']);
  expect((await get(feature)).body).toMatchObject({
    name: 'Microsoft.Network/AllowVirtualNetworkTap',
    properties: { state: 'NotRegistered' },
  });
  await request(cloud, 'POST', `${feature}/register`);
  expect((await get(feature)).body).toMatchObject({ properties: { state: 'Registered' } });
  expect((await attach()).status).toBe(201);
});

test('a region without the feature refuses, and the provider does not list it for VTAPs', async () => {
  cloud.controls.disableRegion('EastUS');
  expect(await codeOf(attach())).toEqual([400, 'RegionNotEnabledForFeature']);
  const { body } = await get(`/subscriptions/${HOME}/providers/Microsoft.Network`);
  const types = (body as unknown as { resourceTypes: { resourceType: string; locations: string[] }[] }).resourceTypes;
  const locationsOf = (name: string) => types.find(({ resourceType }) => resourceType === name)?.locations;
  expect(locationsOf('virtualNetworkTaps')).not.toContain('eastus');
  expect(locationsOf('networkInterfaces')).toContain('eastus');
  cloud.controls.enableRegion('eastus');
  expect((await attach()).status).toBe(201);
});

test.each(['request', 'operation'] as const)(
  'a machine off the fast path cannot be a source until it is deallocated and started: %s',
  async (fastpathPhase) => {
    await restart({ fastpathPhase });
    const act = async (name: string): Promise<void> => {
      await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/${name}`);
      clock.advance(1000);
    };
    const attempt = async () => {
      const { status } = await attach();
      clock.advance(1000);
      return [status, cloud.state.tapConfigurations[0]?.provisioningState ?? null];
    };
    const refused = fastpathPhase === 'request' ? [400, null] : [201, 'Failed'];
    cloud.takeOffFastpath(machinePath(cloud, 'VM'));
    expect(await attempt()).toEqual(refused);
    await detach();
    clock.advance(1000);
    for (const name of ['powerOff', 'start', 'restart']) await act(name);
    expect(await attempt()).toEqual(refused);
    await detach();
    clock.advance(1000);
    await act('deallocate');
    await act('start');
    expect(await attempt()).toEqual([201, 'Succeeded']);
  },
);

test('a machine that was there before the first VTAP of its region needs a restart, one that came later does not', async () => {
  await cloud.stop();
  cloud = await startAzureCloud({ clock, operationMs: 1, settleMs: 1, restartNeeded: 'after-first-tap' });
  await request(cloud, 'PUT', groupPath(cloud), { location: LOCATION });
  await request(cloud, 'PUT', networkPath(cloud, 'virtualNetworks/vnet'), {
    location: LOCATION,
    properties: { subnets: [{ name: 'default' }] },
  });
  await putPlainMachine(cloud, 'vm');
  await putPlainGround(cloud);
  await putPlainMachine(cloud, 'late');
  clock.advance(10);
  await attach();
  const late = `${networkPath(cloud, 'networkInterfaces/late-nic')}/tapConfigurations/x`;
  await request(cloud, 'PUT', late, { properties: { virtualNetworkTap: { id: tapId() } } });
  clock.advance(10);
  expect(cloud.state.tapConfigurations.map(({ provisioningState }) => provisioningState)).toEqual([
    'Failed',
    'Succeeded',
  ]);
});

test('a VTAP takes so many sources, and what it has already counts once', async () => {
  await restart({ tapCapacity: 1 });
  await putPlainMachine(cloud, 'second');
  await attach();
  clock.advance(1000);
  const second = `${networkPath(cloud, 'networkInterfaces/second-nic')}/tapConfigurations/x`;
  const body = { properties: { virtualNetworkTap: { id: tapId() } } };
  expect(await codeOf(request(cloud, 'PUT', second, body))).toEqual([400, 'VirtualNetworkTapSourceLimitReached']);
  expect((await attach()).status).toBe(200);
  await detach();
  clock.advance(1000);
  expect((await request(cloud, 'PUT', second, body)).status).toBe(201);
});

test.each([
  ['free', 'Succeeded', 201],
  ['updating', 'Updating', 201],
  ['locked', 'Updating', 429],
] as const)('while a source is written a VTAP is %s', async (tapWhileWritten, state, status) => {
  await restart({ tapWhileWritten });
  await putPlainMachine(cloud, 'second');
  await attach();
  expect((await get(tapId())).body.properties.provisioningState).toBe(state);
  const second = `${networkPath(cloud, 'networkInterfaces/second-nic')}/tapConfigurations/x`;
  const answer = await request(cloud, 'PUT', second, { properties: { virtualNetworkTap: { id: tapId() } } });
  expect(answer.status).toBe(status);
  clock.advance(1000);
  expect((await get(tapId())).body.properties.provisioningState).toBe('Succeeded');
});

test('what befalls answers: not heard, not answered, cut off, not JSON, late', async () => {
  cloud.controls.befallNext(WRITE, { kind: 'unheard' });
  await expect(attach()).rejects.toThrow('fetch failed');
  expect(cloud.state.tapConfigurations).toEqual([]);

  cloud.controls.befallNext(WRITE, { kind: 'unanswered' });
  await expect(attach()).rejects.toThrow('fetch failed');
  clock.advance(1000);
  expect(cloud.state.tapConfigurations).toHaveLength(1);

  cloud.controls.befallNext('Microsoft.Network/networkInterfaces/read', { kind: 'cut-off' });
  await expect(get(nicId())).rejects.toThrow('terminated');
  cloud.controls.befallNext('Microsoft.Network/networkInterfaces/read', { kind: 'not-json' });
  await expect(get(nicId())).rejects.toThrow('JSON');

  const { headers } = await attach();
  cloud.controls.befallNext('operations/read', { kind: 'cut-off' }, 2);
  for (let left = 2; left > 0; left -= 1) await expect(poll(addressOf({ headers }))).rejects.toThrow('terminated');
  expect((await poll(addressOf({ headers }))).status).toBe(200);

  const drawn: string[] = [];
  cloud.controls.befall(({ action }) => {
    drawn.push(action);
    return drawn.length > 1 ? null : { kind: 'late', delayMs: 500 };
  });
  let isAnswered = false;
  const late = get(nicId()).then(() => (isAnswered = true));
  while (drawn.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect((await get(tapId())).status).toBe(200);
  expect(isAnswered).toBe(false);
  clock.advance(500);
  await late;
  expect(drawn).toEqual(['Microsoft.Network/networkInterfaces/read', 'Microsoft.Network/virtualNetworkTaps/read']);
  cloud.controls.befall(null);
});

test('subscriptions have states, and one that is disabled can only be read', async () => {
  cloud.controls.setSubscriptionState(HOME, 'Disabled');
  expect((await get('/subscriptions')).body).toMatchObject({ value: [{ subscriptionId: HOME, state: 'Disabled' }] });
  expect(await codeOf(attach())).toEqual([409, 'ReadOnlyDisabledSubscription']);
  expect((await get(nicId())).status).toBe(200);
});

test('a subscription of another tenant is not listed, not called and not linked to', async () => {
  await restart({ subscriptions: [HOME, ELSEWHERE], tenants: { [ELSEWHERE]: OTHER_TENANT } });
  const listed = async (headers = {}) =>
    (
      (await request(cloud, 'GET', '/subscriptions', undefined, headers)).body as unknown as {
        value: { subscriptionId: string }[];
      }
    ).value.map(({ subscriptionId }) => subscriptionId);
  const stranger = { appId: 'app', objectId: 'object', tenantId: OTHER_TENANT, name: 'Somebody' };
  expect(await listed()).toEqual([HOME]);
  expect(await listed({ authorization: `Bearer ${toToken(stranger)}` })).toEqual([ELSEWHERE]);
  const refused = await get(`/subscriptions/${ELSEWHERE}`);
  expect([refused.status, refused.body.error.code]).toEqual([401, 'InvalidAuthenticationTokenTenant']);
  expect(refused.body.error.message).toContain(TENANT_ID);
  const linked = await attach(tapId().replace(HOME, ELSEWHERE));
  expect([linked.status, linked.body.error.code]).toEqual([403, 'LinkedAuthorizationFailed']);
  expect(linked.body.error.message).toContain(`not authorized to access linked subscription '${ELSEWHERE}'`);
  const nowhere = await attach(tapId().replace(HOME, '33333333-3333-4333-8333-333333333333'));
  expect(nowhere.body.error.message).toContain('was not found');
});

test('asking for an operation can be denied and fail, too', async () => {
  const { headers } = await attach();
  const action = 'Microsoft.Network/locations/operations/read';
  cloud.controls.deny(action);
  const refused = await poll(addressOf({ headers }));
  expect(refused).toMatchObject({ status: 403, body: { error: { code: 'AuthorizationFailed' } } });
  cloud.controls.allow(action);
  cloud.controls.failNext({ action, phase: 'request', status: 503, code: 'ServerBusy', message: 'later' });
  expect((await poll(addressOf({ headers }))).status).toBe(503);
  expect((await poll(addressOf({ headers }))).body.status).toBe('InProgress');
});
