import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { seededRandom } from '../../../../local/azure/random.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';
import { GROUP, groupPath, LOCATION, machinePath, networkPath, request } from '../fleet.ts';

let clock: SteppedClock;
let cloud: AzureCloud;

beforeEach(async () => {
  clock = steppedClock(Date.parse('2026-11-20T10:00:00Z'));
  cloud = await startAzureCloud({ clock, random: seededRandom(1), operationMs: 1000, settleMs: 5000 });
  await put(groupPath(cloud), { location: 'East US' });
  await put(networkPath(cloud, 'virtualNetworks/vnet'), {
    location: LOCATION,
    properties: { subnets: [{ name: 'default' }] },
  });
  await put(networkPath(cloud, 'loadBalancers/lb'), {
    location: LOCATION,
    properties: { frontendIPConfigurations: [{ name: 'front' }] },
  });
  await putTap('tap');
  await putNic('nic');
});
afterEach(() => cloud.stop());

const put = (path: string, body: unknown, headers = {}) => request(cloud, 'PUT', path, body, headers);
const get = (path: string) => request(cloud, 'GET', path);
const tapId = (name: string): string => networkPath(cloud, `virtualNetworkTaps/${name}`);

const FRONTEND = 'loadBalancers/lb/frontendIPConfigurations/front';
async function putTap(name: string, destination: string = networkPath(cloud, FRONTEND)) {
  const properties = { destinationLoadBalancerFrontEndIPConfiguration: { id: destination } };
  const answer = await put(tapId(name), { location: LOCATION, properties });
  clock.advance(1000);
  return answer;
}
const putNic = (name: string, tags = {}) =>
  put(networkPath(cloud, `networkInterfaces/${name}`), {
    location: LOCATION,
    tags,
    properties: {
      ipConfigurations: [
        { name: 'ip', properties: { subnet: { id: networkPath(cloud, 'virtualNetworks/vnet/subnets/default') } } },
      ],
    },
  });
const configuration = (name: string, nic = 'nic'): string =>
  networkPath(cloud, `networkInterfaces/${nic}/tapConfigurations/${name}`);
const attach = (name: string, tap = 'tap', nic = 'nic', headers = {}) =>
  put(configuration(name, nic), { properties: { virtualNetworkTap: { id: tapId(tap) } } }, headers);

/** Polls an operation at the very address that was given out. */
async function poll(address: string | null) {
  const response = await fetch(address ?? '', { headers: { authorization: 'Bearer x' } });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? null : JSON.parse(text)) as unknown,
  };
}

test('without a token, nothing is answered but 401', async () => {
  const response = await fetch(`${cloud.endpoint}${groupPath(cloud)}?api-version=2021-04-01`);
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('invalid_token');
  expect(await response.json()).toEqual({
    error: { code: 'AuthenticationFailed', message: "Authentication failed. The 'Authorization' header is missing." },
  });
});

test('without an api-version, and with a body that is not JSON, the call is refused', async () => {
  const response = await fetch(`${cloud.endpoint}${groupPath(cloud)}`, { headers: { authorization: 'Bearer x' } });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: 'MissingApiVersionParameter' } });
  expect(await put(tapId('x'), '{"location":')).toMatchObject({
    status: 400,
    body: { error: { code: 'InvalidRequestContent' } },
  });
});

test('an operation is polled verbatim at an address of about 4 KB', async () => {
  const { headers, status, body } = await attach('a');
  expect([status, body.properties.provisioningState]).toEqual([201, 'Updating']);
  const address = headers.get('azure-asyncoperation') ?? '';
  expect(address.length).toBeGreaterThan(3800);
  expect([...new URL(address).searchParams.keys()]).toEqual(['api-version', 't', 'c', 's', 'h']);
  expect(headers.get('retry-after')).toBeNull();

  expect((await poll(address)).body).toEqual({ status: 'InProgress' });
  expect((await poll(address.slice(0, -1))).status).toBe(404);
  expect((await poll(address.replace('/operations/', '/Operations/'))).status).toBe(404);
  clock.advance(1000);
  expect((await poll(address)).body).toEqual({ status: 'Succeeded' });
  expect((await get(configuration('A'))).body.properties.provisioningState).toBe('Succeeded');
});

test('an operation that fails says why, with its details', async () => {
  const details = [{ code: 'Inner', message: 'why' }];
  const action = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
  cloud.controls.failNext({ action, phase: 'operation', code: 'Outer', message: 'what', details });
  const { headers } = await attach('a');
  clock.advance(1000);
  expect((await poll(headers.get('azure-asyncoperation'))).body).toEqual({
    status: 'Failed',
    error: { code: 'Outer', message: 'what', details },
  });
});

test('with a Retry-After the service says so until the operation is over', async () => {
  await cloud.stop();
  cloud = await startAzureCloud({ clock, retryAfterSeconds: 10, operationMs: 1000 });
  await put(groupPath(cloud), { location: LOCATION });
  await put(networkPath(cloud, 'loadBalancers/lb'), {
    location: LOCATION,
    properties: { frontendIPConfigurations: [{ name: 'front' }] },
  });
  const body = {
    location: LOCATION,
    properties: { destinationLoadBalancerFrontEndIPConfiguration: { id: networkPath(cloud, FRONTEND) } },
  };
  const { headers } = await put(tapId('tap'), body);
  expect(headers.get('retry-after')).toBe('10');
  expect((await poll(headers.get('azure-asyncoperation'))).headers.get('retry-after')).toBe('10');
  clock.advance(1000);
  expect((await poll(headers.get('azure-asyncoperation'))).headers.get('retry-after')).toBeNull();
});

test('two codes for what is not there: the provider and Resource Manager each have their own', async () => {
  const child = await get(configuration('none'));
  expect([child.status, child.body.error.code, child.headers.get('x-ms-failure-cause')]).toEqual([
    404,
    'NotFound',
    null,
  ]);
  const parent = await get(configuration('none', 'nobody'));
  expect([parent.status, parent.body.error.code, parent.headers.get('x-ms-failure-cause')]).toEqual([
    404,
    'ResourceNotFound',
    'gateway',
  ]);
  expect((await get(`/subscriptions/${cloud.subscription}/resourceGroups/none`)).body.error.code).toBe(
    'ResourceGroupNotFound',
  );
  expect((await get('/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups')).body.error.code).toBe(
    'SubscriptionNotFound',
  );
  expect((await get(networkPath(cloud, 'bastionHosts/x'))).body.error.code).toBe('InvalidResourceType');
});

test('a reference of the wrong type is refused in the details, one to nothing by its own code', async () => {
  const wrong = { properties: { virtualNetworkTap: { id: networkPath(cloud, 'networkInterfaces/nic') } } };
  expect((await put(configuration('a'), wrong)).body.error).toMatchObject({
    code: 'InvalidRequestFormat',
    details: [{ code: 'InvalidJsonReferenceWrongType' }],
  });
  expect((await putTap('t2', networkPath(cloud, 'loadBalancers/lb'))).body.error.details[0]?.code).toBe(
    'InvalidJsonReferenceWrongType',
  );
  expect((await attach('a', 'nothing')).body.error.code).toBe('InvalidResourceReference');
});

test('a second configuration on an interface is refused, and so is an interface that a VTAP sends to', async () => {
  await attach('a');
  clock.advance(1000);
  expect(await attach('b')).toMatchObject({ status: 400, body: { error: { details: [] } } });
  await putNic('sensor');
  const properties = {
    destinationNetworkInterfaceIPConfiguration: {
      id: networkPath(cloud, 'networkInterfaces/sensor/ipConfigurations/ip'),
    },
  };
  expect((await put(tapId('direct'), { location: LOCATION, properties })).status).toBe(201);
  clock.advance(1000);
  expect((await attach('a', 'tap', 'sensor')).status).toBe(400);
});

test('while an interface is busy other writes are refused', async () => {
  await attach('a');
  expect(await attach('a')).toMatchObject({ status: 409, body: { error: { code: 'AnotherOperationInProgress' } } });
  expect((await putNic('nic')).status).toBe(409);
  expect((await get(networkPath(cloud, 'networkInterfaces/nic'))).body.properties.provisioningState).toBe('Updating');
  clock.advance(1000);
  expect((await putNic('nic')).status).toBe(200);
});

test('a VTAP in use, and an interface in use, cannot be deleted', async () => {
  await attach('a');
  clock.advance(1000);
  expect((await request(cloud, 'DELETE', tapId('tap'))).status).toBe(400);
  await put(machinePath(cloud, 'vm'), {
    location: LOCATION,
    properties: { networkProfile: { networkInterfaces: [{ id: networkPath(cloud, 'networkInterfaces/nic') }] } },
  });
  expect((await request(cloud, 'DELETE', networkPath(cloud, 'networkInterfaces/nic'))).body.error.code).toBe(
    'NicInUse',
  );
  await request(cloud, 'DELETE', configuration('a'));
  clock.advance(1000);
  expect((await request(cloud, 'DELETE', tapId('tap'))).status).toBe(202);
  clock.advance(1000);
  expect((await get(tapId('tap'))).status).toBe(404);
});

test('an etag that no longer holds is 412, and nothing has changed', async () => {
  const { etag } = (await attach('a')).body;
  clock.advance(1000);
  const refused = await attach('a', 'tap', 'nic', { 'if-match': etag });
  expect([refused.status, refused.body.error.code]).toEqual([412, 'PreconditionFailed']);
  const now = (await get(configuration('a'))).body.etag;
  expect((await attach('a', 'tap', 'nic', { 'if-match': now })).status).toBe(200);
});

test('a retarget is one PUT of the same name', async () => {
  await attach('a');
  clock.advance(1000);
  await putTap('other');
  const { status, body } = await attach('a', 'other');
  expect([status, body.properties.provisioningState]).toEqual([200, 'Updating']);
  clock.advance(1000);
  expect(cloud.state.tapConfigurations).toMatchObject([{ tap: tapId('other'), provisioningState: 'Succeeded' }]);
  expect((await get(tapId('tap'))).body.properties).not.toHaveProperty('networkInterfaceTapConfigurations');
});

test('paths are case-insensitive and quotas are told', async () => {
  const { status, headers } = await get(networkPath(cloud, 'networkInterfaces/nic').toUpperCase());
  expect(status).toBe(200);
  expect(Number(headers.get('x-ms-ratelimit-remaining-subscription-reads'))).toBeLessThan(250);
  expect(headers.get('x-ms-ratelimit-remaining-subscription-global-reads')).not.toBeNull();
  expect(headers.get('x-ms-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get('x-ms-correlation-request-id')).not.toBeNull();
});

test('the Tags API replaces, merges and deletes tags, whose names are case-insensitive', async () => {
  await putNic('tagged', { Mirror: 'a' });
  const path = `${networkPath(cloud, 'networkInterfaces/tagged')}/providers/Microsoft.Resources/tags/default`;
  const patch = (operation: string, tags: object) => request(cloud, 'PATCH', path, { operation, properties: { tags } });
  expect((await patch('Merge', { mirror: 'b', env: 'prod' })).body.properties.tags).toEqual({
    Mirror: 'b',
    env: 'prod',
  });
  expect((await patch('Delete', { MIRROR: 'other', ENV: 'prod' })).body.properties.tags).toEqual({ Mirror: 'b' });
  expect((await patch('Replace', { x: 'y' })).body.properties.tags).toEqual({ x: 'y' });
  expect((await patch('Explode', {})).status).toBe(400);
  expect((await put(path, { properties: { tags: { z: '1' } } })).body.type).toBe('Microsoft.Resources/tags');
  expect((await request(cloud, 'DELETE', path)).status).toBe(200);
  expect((await get(path)).body.properties.tags).toEqual({});
});

test('a machine is being created until it has settled', async () => {
  const answer = await put(machinePath(cloud, 'vm'), {
    location: LOCATION,
    properties: { osProfile: { adminPassword: 's' } },
  });
  expect([answer.status, answer.body.properties.provisioningState]).toEqual([201, 'Creating']);
  expect(JSON.stringify(answer.body)).not.toContain('adminPassword');
  expect(cloud.state.vms).toMatchObject([{ powerState: null }]);
  expect((await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/start`)).status).toBe(409);
  clock.advance(5000);
  expect((await get(`${machinePath(cloud, 'vm')}/deallocate`)).status).toBe(405);
  expect((await get(`${machinePath(cloud, 'vm')}/instanceView`)).body).toHaveProperty('statuses');
  expect((await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/explode`)).status).toBe(404);
  expect(cloud.state.vms).toMatchObject([{ powerState: 'running', provisioningState: 'Succeeded' }]);
  expect((await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/deallocate`)).status).toBe(202);
  expect(cloud.state.vms).toMatchObject([{ powerState: 'deallocating' }]);
  clock.advance(5000);
  expect(cloud.state.vms).toMatchObject([{ powerState: 'deallocated' }]);
  expect((await request(cloud, 'PATCH', machinePath(cloud, 'vm'), { tags: { a: 'b' } })).status).toBe(200);
  clock.advance(5000);
  expect(cloud.state.vms).toMatchObject([{ powerState: 'deallocated', tags: { a: 'b' } }]);
});

test('listeners are told of every change', async () => {
  let changes = 0;
  const end = cloud.onChange(() => (changes += 1));
  await attach('a');
  expect(changes).toBeGreaterThan(0);
  const before = changes;
  clock.advance(1000);
  expect(changes).toBeGreaterThan(before);
  end();
});

test('there is the group that was made, under the name it was made with', async () => {
  const { body } = await get(`/subscriptions/${cloud.subscription}/resourcegroups`);
  expect(body.value.map(({ name, location }) => [name, location])).toEqual([[GROUP, 'eastus']]);
});
