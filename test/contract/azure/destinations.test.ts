import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AzureCloud, type AzureOptions, startAzureCloud } from '../../../local/azure/start.ts';
import { parseEndpointId, parseTargetId } from '../../../shared/ids.ts';
import type { World } from '../../../shared/words.ts';
import { createNic, layGround, LOCATION, networkPath, request } from '../../local/azure/fleet.ts';
import { composeOver, frontendEntry, scopeOf, tapEntry } from './composed.ts';

const [OURS, THEIRS] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;

let cloud: AzureCloud;
async function start(options: AzureOptions = {}): Promise<void> {
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, subscriptions: [OURS, THEIRS], ...options });
  await layGround(cloud);
}
beforeEach(() => start());
afterEach(() => cloud.stop());

const groupOf = (subscription: string): string => `/subscriptions/${subscription}/resourceGroups/sensors`;
const pathOf = (subscription: string, rest: string): string =>
  `${groupOf(subscription)}/providers/Microsoft.Network/${rest}`;

async function put(path: string, body: object): Promise<void> {
  const { status } = await request(cloud, 'PUT', path, { location: LOCATION, ...body });
  expect(status).toBeLessThan(300);
  await cloud.idle();
}

const tapTo = (id: string): object => ({ properties: { destinationLoadBalancerFrontEndIPConfiguration: { id } } });

type Entries = Parameters<typeof composeOver>[1];
const readWith = (entries: Entries): Promise<World> =>
  composeOver(cloud, entries).cloud.read(scopeOf(cloud), { kind: 'everything' });

describe('a load balancer of another subscription', () => {
  const FRONT = pathOf(THEIRS, 'loadBalancers/lb/frontendIPConfigurations/front');
  const entry = { kind: 'loadBalancerFrontend', id: parseEndpointId(FRONT) } as const;

  beforeEach(async () => {
    await put(groupOf(THEIRS), {});
    await put(pathOf(THEIRS, 'loadBalancers/lb'), {
      sku: { name: 'Standard' },
      properties: { frontendIPConfigurations: [{ name: 'front' }] },
    });
  });

  test.each([
    ['its own', THEIRS],
    ["the sources'", OURS],
  ])('has a VTAP in %s subscription in front of it', async (_, subscription) => {
    await put(groupOf(subscription), {});
    const id = pathOf(subscription, 'virtualNetworkTaps/t');
    await put(id, tapTo(FRONT));
    const world = await readWith([entry]);
    expect(world.targets.filter(({ reaches }) => reaches === entry.id)).toMatchObject([{ id: parseTargetId(id) }]);
    expect(world.incomplete).toEqual([]);
  });

  test('has none that can be seen, and it is said where one could not be looked for', async () => {
    cloud.controls.deny('Microsoft.Network/virtualNetworkTaps/read');
    const world = await readWith([entry]);
    expect(world.targets).toEqual([]);
    expect(world.incomplete.map(({ kind }) => kind)).toEqual(['targets', 'targets']);
    expect(world.incomplete.map(({ why }) => why).join()).toContain(`/subscriptions/${THEIRS}`);
  });
});

test('several VTAPs in front of one frontend are all there', async () => {
  await put(networkPath(cloud, 'virtualNetworkTaps/second'), tapTo(frontendEntry(cloud).id));
  const world = await readWith([frontendEntry(cloud)]);
  const names = world.targets.map(({ id }) => id.split('/').at(-1));
  expect(new Set(names)).toEqual(new Set(['second', 'tap']));
});

test('a collector is found by its IP configuration', async () => {
  await createNic(cloud, 'collector');
  const id = networkPath(cloud, 'networkInterfaces/collector/ipConfigurations/ip');
  await put(networkPath(cloud, 'virtualNetworkTaps/to-nic'), {
    properties: { destinationNetworkInterfaceIPConfiguration: { id } },
  });
  const world = await readWith([{ kind: 'collectorIpConfiguration', id: parseEndpointId(id) }]);
  expect(world.targets.map(({ reaches }) => reaches)).toContain(parseEndpointId(id));
});

test('a VTAP of another tenant is unread, and what Azure says of the tenant is told', async () => {
  await cloud.stop();
  await start({ tenants: { [THEIRS]: '99999999-9999-4999-8999-999999999999' } });
  const id = parseTargetId(pathOf(THEIRS, 'virtualNetworkTaps/t'));
  const world = await readWith([{ kind: 'virtualNetworkTap', id }, tapEntry(cloud)]);
  expect(world.targets.map((target) => target.id)).toEqual([tapEntry(cloud).id]);
  expect(world.incomplete).toMatchObject([{ kind: 'targets', why: expect.stringContaining('tenant') as string }]);
});

test('a VTAP that is being changed or has failed says so', async () => {
  const path = networkPath(cloud, 'virtualNetworkTaps/tap');
  cloud.controls.failNext({
    action: 'Microsoft.Network/virtualNetworkTaps/write',
    phase: 'operation',
    code: 'InternalServerError',
    message: 'x',
  });
  cloud.controls.slowNext('Microsoft.Network/virtualNetworkTaps/write', 200);
  await request(cloud, 'PUT', path, { location: LOCATION, ...tapTo(frontendEntry(cloud).id) });
  expect((await readWith([tapEntry(cloud)])).targets).toMatchObject([
    { unhealthy: expect.stringContaining('Updating') as string },
  ]);
  await cloud.idle();
  expect((await readWith([tapEntry(cloud)])).targets).toMatchObject([
    { unhealthy: expect.stringContaining('is Failed') as string },
  ]);
});
