import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';
import { request } from '../fleet.ts';

/**
 * Real exchanges, sent again: the local cloud has to answer with the same status, the same names of headers and bodies of the
 * same shape. The recordings are of one subscription and group, so the fleet is laid under their names.
 */
const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network`;
const NIC = `${NETWORK}/networkInterfaces/sourcenic`;

interface Recording {
  readonly request?: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly response: { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown };
  readonly finalGet?: { readonly status: number; readonly headers: Record<string, string>; readonly body: unknown };
}

const recordingOf = (name: string): Recording =>
  JSON.parse(readFileSync(new URL(`../../../payloads/azure/${name}.json`, import.meta.url), 'utf8')) as Recording;

/** Values that differ from one run to the next. */
const UNSTABLE: Readonly<Record<string, string>> = {
  etag: 'an etag',
  resourceGuid: 'a guid',
  privateIPAddress: 'an address',
};
const steady = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body, (key, value: unknown) => (key in UNSTABLE ? UNSTABLE[key] : value))) as unknown;

let clock: SteppedClock;
let cloud: AzureCloud;

beforeEach(async () => {
  clock = steppedClock(Date.parse('2024-11-13T00:00:00Z'));
  cloud = await startAzureCloud({ clock, subscriptions: [SUBSCRIPTION], operationMs: 1000 });
  const put = (path: string, body: object) => request(cloud, 'PUT', path, { location: 'eastus2', ...body });
  await put(`/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`, {});
  await put(`${NETWORK}/virtualNetworks/vnet`, { properties: { subnets: [{ name: 'subnet' }] } });
  await put(`${NETWORK}/loadBalancers/lb`, {
    properties: { frontendIPConfigurations: [{ name: 'LoadBalancerFrontEnd' }] },
  });
  const destination = { id: `${NETWORK}/loadBalancers/lb/frontendIPConfigurations/LoadBalancerFrontEnd` };
  await put(`${NETWORK}/virtualNetworkTaps/tap2`, {
    properties: { destinationLoadBalancerFrontEndIPConfiguration: destination },
  });
  clock.advance(1000);
  await put(NIC, {});
});
afterEach(() => cloud.stop());

/** Sends what was recorded, less the api-version, which is the test's own. */
const send = ({ request: sent }: Recording) =>
  request(cloud, sent?.method ?? '', (sent?.path ?? '').split('?')[0] ?? '', sent?.body);

function expectHeaders(headers: Headers, recorded: Readonly<Record<string, string>> = {}): void {
  expect([...headers.keys()]).toEqual(expect.arrayContaining(Object.keys(recorded).map((name) => name.toLowerCase())));
}

test('a tap configuration is created', async () => {
  const recorded = recordingOf('arm-tapconfig-put-create');
  const answer = await send(recorded);
  expect(answer.status).toBe(recorded.response.status);
  expectHeaders(answer.headers, recorded.response.headers);
  expect(steady(answer.body)).toEqual(steady(recorded.response.body));

  clock.advance(1000);
  const final = await request(cloud, 'GET', (recorded.request?.path ?? '').split('?')[0] ?? '');
  expect(steady(final.body)).toEqual(steady(recorded.finalGet?.body));
  expectHeaders(final.headers, recorded.finalGet?.headers);
  expect(final.headers.get('etag')).not.toBe(answer.body.etag);
});

test('writing the same again is 200, an operation and a new etag', async () => {
  const recorded = recordingOf('arm-tapconfig-put-noop');
  await send(recorded);
  clock.advance(1000);
  const before = (await request(cloud, 'GET', (recorded.request?.path ?? '').split('?')[0] ?? '')).body.etag;
  const answer = await send(recorded);
  expect(answer.status).toBe(recorded.response.status);
  expectHeaders(answer.headers, recorded.response.headers);
  expect(answer.headers.get('retry-after')).toBeNull();
  expect(steady(answer.body)).toEqual(steady(recorded.response.body));
  expect(answer.body.etag).not.toBe(before);
});

test('a tap configuration is deleted', async () => {
  await send(recordingOf('arm-tapconfig-put-create'));
  clock.advance(1000);
  const recorded = recordingOf('arm-tapconfig-delete');
  const answer = await send(recorded);
  expect(answer.status).toBe(recorded.response.status);
  expectHeaders(answer.headers, recorded.response.headers);
  expect(answer.body).toBeNull();
  clock.advance(1000);
  expect(cloud.state.tapConfigurations).toEqual([]);
});

test('an absent child is the provider’s 404', async () => {
  const recorded = recordingOf('arm-tapconfig-get-404');
  const answer = await request(cloud, 'GET', `${NIC}/tapConfigurations/ps3807`);
  expect([answer.status, answer.body]).toEqual([recorded.response.status, recorded.response.body]);
});

test('an absent resource is the gateway’s 404', async () => {
  const recorded = recordingOf('arm-resource-404-gateway');
  const answer = await request(cloud, 'GET', `${NETWORK}/virtualNetworks/ps143`);
  expect(answer.status).toBe(recorded.response.status);
  expect(answer.headers.get('x-ms-failure-cause')).toBe(recorded.response.headers?.['x-ms-failure-cause']);
  expect(Object.keys(answer.body.error)).toEqual(['code', 'message']);
  expect(answer.body.error.code).toBe('ResourceNotFound');
  expect(answer.body.error.message).toContain(
    "The Resource 'Microsoft.Network/virtualNetworks/ps143' under resource group",
  );
});

test('a VTAP is written in the casing of the service', async () => {
  const recorded = recordingOf('arm-vtap-get-lb-destination');
  const answer = await request(cloud, 'GET', `${NETWORK}/virtualNetworkTaps/tap2`);
  expect(answer.status).toBe(recorded.response.status);
  expectHeaders(answer.headers, recorded.response.headers);
  expect(steady(answer.body)).toMatchObject(steady(recorded.response.body) as object);
});

test('a network interface is created with everything that a recorded one has', async () => {
  const recorded = recordingOf('arm-nic-create-2019');
  const subnet = { id: `${NETWORK}/virtualNetworks/vnet/subnets/subnet` };
  const answer = await request(cloud, 'PUT', `${NETWORK}/networkInterfaces/other`, {
    location: 'eastus2',
    tags: { testtag: 'testval' },
    properties: { ipConfigurations: [{ name: 'ps9995', properties: { subnet } }] },
  });
  expect(answer.status).toBe(recorded.response.status);
  const body = recorded.response.body as { readonly properties: Record<string, unknown> };
  const own = answer.body;
  expect(Object.keys(own)).toEqual(expect.arrayContaining(Object.keys(body)));
  expect(Object.keys(own.properties)).toEqual(expect.arrayContaining(Object.keys(body.properties)));
  const shape = (properties: Readonly<Record<string, unknown>>): unknown =>
    Object.keys((properties['ipConfigurations'] as { properties: object }[])[0]?.properties ?? {}).sort();
  expect(shape(own.properties)).toEqual(shape(body.properties));
});
