import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { startAzureCloud, type AzureCloud, type AzureOptions } from '../../../../local/azure/start.ts';

/**
 * Real exchanges, sent again: the local cloud has to answer with the same status, the same headers and the same body, field by
 * field. Only what is new in every run is compared by its shape: GUIDs, times, addresses, signatures. The recordings are of one
 * subscription and group, so the fleet is laid under their names; where each comes from is said in `_source`.
 */
const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const NETWORK = `${GROUP}/providers/Microsoft.Network`;
const NIC = `${NETWORK}/networkInterfaces/sourcenic`;
const TAP = `${NETWORK}/virtualNetworkTaps/tap2`;

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}
interface Recording {
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly response: Answer;
  readonly response_2019_headers?: Record<string, string>;
  readonly poll: readonly Answer[];
  readonly finalGet: Answer;
}

const recordingOf = (name: string): Recording =>
  JSON.parse(readFileSync(new URL(`../../../payloads/azure/${name}.json`, import.meta.url), 'utf8')) as Recording;

let clock: SteppedClock;
let cloud: AzureCloud;

async function start(options: AzureOptions = {}): Promise<void> {
  clock = steppedClock(Date.parse('2024-11-13T00:00:00Z'));
  cloud = await startAzureCloud({ clock, subscriptions: [SUBSCRIPTION], operationMs: 1000, ...options });
  const lay = (path: string, properties = {}) =>
    send('PUT', `${path}?api-version=2024-03-01`, { location: 'eastus2', properties });
  await lay(GROUP);
  await lay(`${NETWORK}/virtualNetworks/vnet`, { subnets: [{ name: 'subnet' }] });
  await lay(`${NETWORK}/loadBalancers/lb`, { frontendIPConfigurations: [{ name: 'LoadBalancerFrontEnd' }] });
  const destination = { id: `${NETWORK}/loadBalancers/lb/frontendIPConfigurations/LoadBalancerFrontEnd` };
  await lay(TAP, { destinationLoadBalancerFrontEndIPConfiguration: destination });
  clock.advance(1000);
  await lay(NIC);
}
/** How the service said the same in 2019. */
const AS_IN_2019 = { retryAfterSeconds: 10, operationAddresses: 'plain' } as const;

beforeEach(() => start());
afterEach(() => cloud.stop());

async function send(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer & { headers: Record<string, string> }> {
  const response = await fetch(`${cloud.endpoint}${path}`, {
    method,
    headers: { authorization: 'Bearer anything', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // The recordings write an empty body as an empty text.
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: text === '' ? '' : (JSON.parse(text) as unknown),
  };
}
const replay = ({ request: { method, path, body } }: Recording) => send(method, path, body);

/** Values that are new in every run, by the name of their property. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  etag: /^W\/"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"$/,
  resourceGuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  privateIPAddress: /^10\.\d+\.\d+\.\d+$/,
  internalDomainNameSuffix: /^\w+\.\w+\.internal\.cloudapp\.net$/,
};
const shapeOf = (name: string, value: unknown): unknown =>
  name in SHAPES && typeof value === 'string' ? (SHAPES[name]?.test(value) === true ? `<${name}>` : value) : value;
const steady = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body, (name, value: unknown) => shapeOf(name, value))) as unknown;

/** An address by its path, whose elisions stand for anything, and the names in its query. */
function expectAddress(address: string | undefined, recorded: string): void {
  const [path = '', query = ''] = recorded.replace('https://management.azure.com', cloud.endpoint).split('?');
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = escaped.replaceAll('\\.\\.\\.', '.*').replace(/[0-9a-f]{8}-([0-9a-f-]{27}|\.\*)$/, '[0-9a-f-]{36}');
  expect(address?.split('?')[0]).toMatch(new RegExp(`^${pattern}$`));
  if (query === '') return;
  const sent = new URLSearchParams(address?.split('?')[1]);
  expect([...sent.keys()]).toEqual([...new URLSearchParams(query).keys()]);
  expect(sent.get('api-version')).toBe(new URLSearchParams(query).get('api-version'));
}

const ADDRESS = /^(azure-asyncoperation|location)$/;
function expectHeaders(
  headers: Readonly<Record<string, string>>,
  recorded: Readonly<Record<string, string>> = {},
): void {
  for (const [written, value] of Object.entries(recorded)) {
    const name = written.toLowerCase();
    if (ADDRESS.test(name)) expectAddress(headers[name], value);
    else if (name === 'etag') expect(headers[name]).toMatch(SHAPES['etag'] ?? /^$/);
    else if (name.endsWith('request-id')) expect(headers[name]).toMatch(SHAPES['resourceGuid'] ?? /^$/);
    // How much is left of a quota depends on what was called before.
    else if (name.includes('ratelimit')) expect(Number(headers[name])).toBeLessThanOrEqual(Number(value));
    else expect([name, headers[name]]).toEqual([name, value]);
  }
}

function expectLike(answer: Answer & { headers: Record<string, string> }, recorded: Answer): void {
  expect(answer.status).toBe(recorded.status);
  expect(steady(answer.body)).toEqual(steady(recorded.body));
  expectHeaders(answer.headers, recorded.headers);
}
const etagOf = ({ body }: Answer): string => (body as { readonly etag: string }).etag;

test('a tap configuration is created', async () => {
  const recorded = recordingOf('arm-tapconfig-put-create');
  const answer = await replay(recorded);
  expectLike(answer, recorded.response);
  expect(answer.headers).not.toHaveProperty('retry-after');
  clock.advance(1000);
  const address = new URL(answer.headers['azure-asyncoperation'] ?? '');
  for (const poll of recorded.poll) expectLike(await send('GET', `${address.pathname}${address.search}`), poll);
  const final = await send('GET', recorded.request.path);
  expectLike(final, recorded.finalGet);
  expect(etagOf(final)).not.toBe(etagOf(answer));
  expect(final.headers['etag']).toBe(etagOf(final));
});

test('writing the same again is 200, an operation and a new etag', async () => {
  const recorded = recordingOf('arm-tapconfig-put-noop');
  await cloud.stop();
  await start(AS_IN_2019);
  await replay(recorded);
  clock.advance(1000);
  const before = await send('GET', recorded.request.path);
  const answer = await replay(recorded);
  expectLike(answer, recorded.response);
  expect(answer.headers).not.toHaveProperty('retry-after');
  expect(etagOf(answer)).not.toBe(etagOf(before));
});

test.each([
  ['2024', {}, undefined],
  ['2019', AS_IN_2019, '10'],
] as const)('a tap configuration is deleted, as in %s', async (year, options, retryAfter) => {
  await cloud.stop();
  await start(options);
  await replay(recordingOf('arm-tapconfig-put-create'));
  clock.advance(1000);
  const recorded = recordingOf('arm-tapconfig-delete');
  const answer = await replay(recorded);
  const headers = year === '2024' ? recorded.response.headers : recorded.response_2019_headers;
  expectLike(answer, { ...recorded.response, ...(headers === undefined ? {} : { headers }) });
  expect(answer.headers['retry-after']).toBe(retryAfter);
  clock.advance(1000);
  const address = new URL(answer.headers['azure-asyncoperation'] ?? '');
  for (const poll of recorded.poll) expectLike(await send('GET', `${address.pathname}${address.search}`), poll);
  expect(cloud.state.tapConfigurations).toEqual([]);
});

test('an absent child is the provider’s 404', async () => {
  const recorded = recordingOf('arm-tapconfig-get-404');
  const answer = await send('GET', `${NIC}/tapConfigurations/ps3807?api-version=2019-02-01`);
  expectLike(answer, recorded.response);
  expect(answer.headers).not.toHaveProperty('x-ms-failure-cause');
});

test('an absent resource is the gateway’s 404', async () => {
  const recorded = recordingOf('arm-resource-404-gateway');
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/ps6243`;
  await send('PUT', `${group}?api-version=2019-02-01`, { location: 'eastus2' });
  const path = `${group}/providers/Microsoft.Network/virtualNetworks/ps143?api-version=2019-02-01`;
  const answer = await send('GET', path);
  expectLike(answer, recorded.response);
  expect(answer.headers).not.toHaveProperty('etag');
});

test('a VTAP is written in the casing of the service, without sources and without a GUID', async () => {
  const answer = await send('GET', `${TAP}?api-version=2024-03-01`);
  expectLike(answer, recordingOf('arm-vtap-get-lb-destination').response);
  expect(answer.headers['etag']).toBe(etagOf(answer));
});

test('a network interface is created as one of 2019', async () => {
  const recorded = recordingOf('arm-nic-create-2019');
  await send('PUT', `${NETWORK}/virtualNetworks/vnet?api-version=2019-02-01`, {
    location: 'westcentralus',
    properties: { subnets: [{ name: 'subnet' }] },
  });
  await send('DELETE', `${NIC}?api-version=2019-02-01`);
  clock.advance(1000);
  const answer = await send('PUT', `${NIC}?api-version=2019-02-01`, {
    location: 'westcentralus',
    tags: { testtag: 'testval' },
    properties: {
      ipConfigurations: [
        { name: 'ps9995', properties: { subnet: { id: `${NETWORK}/virtualNetworks/vnet/subnets/subnet` } } },
      ],
    },
  });
  // The recording was shortened: its name is another one than that in its id.
  expectLike(answer, { ...recorded.response, body: { ...(recorded.response.body as object), name: 'sourcenic' } });
  const { properties } = answer.body as { properties: { ipConfigurations: { etag: string }[] } };
  expect(properties.ipConfigurations[0]?.etag).toBe(etagOf(answer));
});
