import { describe, expect, test } from 'vitest';
import { compose } from '../../../functions/compose.ts';
import { findAt, findTextAt, listAt } from '../../../functions/json.ts';
import {
  findOwner,
  parseAccountId,
  parseAttachmentId,
  parseDestinationName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Attach, Detach, Retarget } from '../../../shared/plan/change.ts';
import type { Owner, RulesVersion, Scope } from '../../../shared/words.ts';
import { bodyOf, recorded } from '../../functions/arm/recorded.ts';
import { toConfig } from './composed.ts';
import { type Choose, type Recorded, recordedWire } from './recorded-wire.ts';

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const SCOPE: Scope = { cloud: 'azure', account: parseAccountId(SUBSCRIPTION), region: null };
const OWNER = findOwner('soc') as Owner;
const NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network`;
const SOURCE = parseSourceId(`${NETWORK}/networkInterfaces/sourcenic`);
const OURS = parseAttachmentId(`${SOURCE}/tapConfigurations/tapkeeper-v1-soc`);
const VTAP = parseTargetId(`${NETWORK}/virtualNetworkTaps/tap2`);

const settings = { target: VTAP, filter: null, number: null, packetLength: null, virtualNetworkId: null };
const wished = { source: SOURCE, machine: null, destination: parseDestinationName('sensor'), rules: [] };
const ATTACH: Attach = { kind: 'attach', ...wished, to: settings };
const RETARGET: Retarget = {
  kind: 'retarget',
  ...wished,
  attachment: OURS,
  from: { ...settings, target: parseTargetId(`${NETWORK}/virtualNetworkTaps/tap1`) },
  to: settings,
};
const DETACH: Detach = {
  kind: 'detach',
  source: SOURCE,
  machine: null,
  attachment: OURS,
  from: settings,
  because: 'unwished',
};

/** The function app over responses that were recorded, and how long it paused. */
function replay(responses: readonly Recorded[] | Choose) {
  const { httpClient, sent } = recordedWire(typeof responses === 'function' ? responses : (_, at) => responses[at]);
  const pauses: number[] = [];
  const { cloud } = compose(
    { TAPKEEPER_SUBSCRIPTIONS: SUBSCRIPTION },
    {
      credential: { getToken: async () => ({ token: 'token', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
      httpClient,
      pause: async (delayMs) => void pauses.push(delayMs),
      queues: { send: async () => undefined },
      rules: {
        followedBy: 'reader',
        load: async () => ({
          config: toConfig([{ kind: 'virtualNetworkTap', id: VTAP }]),
          version: 'v' as RulesVersion,
        }),
      },
    },
  );
  return { cloud, sent, pauses };
}

const responseOf = (name: string): Recorded => findAt(recorded(name), 'response');
const addressIn = (name: string): string =>
  findTextAt(recorded(name), 'response', 'headers', 'azure-asyncoperation') ?? '';

describe('writing, against what was recorded', () => {
  test('a PUT that creates: the body that was sent then, and the signed address as it was given', async () => {
    const exchange = recorded('tapconfig-put-create');
    const { cloud, sent, pauses } = replay([responseOf('tapconfig-put-create'), ...listAt(exchange, 'poll')]);
    expect(await cloud.apply(SCOPE, ATTACH, OWNER, 'event', null)).toEqual({
      kind: 'done',
      change: ATTACH,
      attachment: OURS,
    });
    const [put, poll] = sent;
    const tap = findTextAt(exchange, 'request', 'body', 'properties', 'virtualNetworkTap', 'id') ?? '';
    expect(put).toMatchObject({
      method: 'PUT',
      body: { properties: { virtualNetworkTap: { id: tap.toLowerCase() } } },
    });
    expect(put?.url).toBe(`https://management.azure.com${OURS}?api-version=2025-05-01`);
    expect(poll).toMatchObject({ method: 'GET', url: addressIn('tapconfig-put-create') });
    // Without Retry-After.
    expect(pauses).toEqual([500]);
  });

  test('a signed address of four kilobytes goes back as it came', async () => {
    const signed = `https://management.azure.com/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/eastus2/operations/8af568c1?api-version=2024-03-01&t=638670767450431005&c=${'MIIH-_hTCCBm2g%2F+='.repeat(230)}&s=a_b-C~d%3D&h=%2b/=`;
    const response = responseOf('tapconfig-put-create');
    const headers = { ...(findAt(response, 'headers') as object), 'azure-asyncoperation': signed };
    const { cloud, sent } = replay([
      { ...(response as object), headers },
      ...listAt(recorded('tapconfig-put-create'), 'poll'),
    ]);
    expect(await cloud.apply(SCOPE, ATTACH, OWNER, 'event', null)).toMatchObject({ kind: 'done' });
    expect(signed.length).toBeGreaterThan(4000);
    expect(sent[1]?.url).toBe(signed);
  });

  test('a PUT that changes nothing has an operation all the same', async () => {
    const succeeded = listAt(recorded('tapconfig-put-create'), 'poll');
    const { cloud, sent } = replay([responseOf('tapconfig-put-noop'), ...succeeded]);
    expect(await cloud.apply(SCOPE, RETARGET, OWNER, 'bulk', null)).toMatchObject({ kind: 'done' });
    expect(sent.map(({ method }) => method)).toEqual(['PUT', 'GET']);
    expect(sent[1]?.url).toContain('/operations/951baaa7-90b9-4201-b50e-1a1f9f452ed2');
  });

  test('a DELETE is followed by its operation, not by its result', async () => {
    const { cloud, sent, pauses } = replay([
      responseOf('tapconfig-delete'),
      ...listAt(recorded('tapconfig-delete'), 'poll'),
    ]);
    expect(await cloud.apply(SCOPE, DETACH, OWNER, 'event', null)).toMatchObject({ kind: 'done' });
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `DELETE https://management.azure.com${OURS}?api-version=2025-05-01`,
      `GET ${addressIn('tapconfig-delete')}`,
    ]);
    expect(pauses).toEqual([500]);
  });

  test('a DELETE of the older kind says how long to wait, in other casing', async () => {
    const response = responseOf('tapconfig-delete');
    const older = findAt(recorded('tapconfig-delete'), 'response_2019_headers') as Record<string, string>;
    const headers = Object.fromEntries(
      Object.entries(older).map(([name, value]) => [name, value.replace(/^\.\.\./, 'https://management.azure.com')]),
    );
    const { cloud, pauses } = replay([
      { ...(response as object), headers },
      ...listAt(recorded('tapconfig-delete'), 'poll'),
    ]);
    expect(await cloud.apply(SCOPE, DETACH, OWNER, 'event', null)).toMatchObject({ kind: 'done' });
    expect(pauses).toEqual([10_000]);
  });

  test.each(['tapconfig-get-404', 'resource-404-gateway'])('%s is gone, for each write', async (name) => {
    for (const change of [ATTACH, RETARGET, DETACH]) {
      const { cloud, sent } = replay([responseOf(name)]);
      expect(await cloud.apply(SCOPE, change, OWNER, 'event', null)).toMatchObject({ kind: 'gone' });
      expect(sent).toHaveLength(1);
    }
  });

  test('what stands there is what was recorded: after a lock nothing is written again', async () => {
    const locked = { status: 429, headers: {}, body: { error: { code: 'RetryableErrorDueToAnotherOperation' } } };
    const { cloud, sent } = replay([locked, findAt(recorded('tapconfig-put-create'), 'finalGet')]);
    expect(await cloud.apply(SCOPE, ATTACH, OWNER, 'event', null)).toMatchObject({ kind: 'done' });
    expect(sent.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  });
});

/** An inventory: this interface, the recorded VTAP, and a subscription without networks. */
const inventoryOf =
  (nic: Recorded): Choose =>
  (url) => {
    if (url.includes('/networkinterfaces/')) return nic;
    return url.includes('/virtualnetworktaps/')
      ? responseOf('vtap-get-lb-destination')
      : { status: 200, body: { value: [] } };
  };

test('reading an interface that was recorded, and the VTAP in front of a load balancer', async () => {
  const nic = { status: 200, body: bodyOf('nic-create-2019', 'response') };
  const { cloud } = replay(inventoryOf(nic));
  const world = await cloud.read(SCOPE, { kind: 'subjects', subjects: [{ kind: 'source', id: SOURCE }] });
  expect(world.sources).toMatchObject([
    { id: SOURCE, region: 'westcentralus', machine: null, tags: { testtag: 'testval' } },
  ]);
  expect(world.attachments).toEqual([]);
  expect(world.targets).toMatchObject([
    {
      id: VTAP,
      region: 'eastus2',
      unhealthy: null,
      reaches: `${NETWORK}/loadBalancers/lb/frontendIPConfigurations/LoadBalancerFrontEnd`.toLowerCase(),
    },
  ]);
});

test.each(['tapconfig-get-404', 'resource-404-gateway'])(
  'reading what is answered with %s finds it absent',
  async (name) => {
    const { cloud } = replay(inventoryOf(responseOf(name)));
    const world = await cloud.read(SCOPE, { kind: 'subjects', subjects: [{ kind: 'source', id: SOURCE }] });
    expect(world.sources).toEqual([]);
    expect(world.incomplete).toEqual([]);
  },
);
