import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AzureCloud, startAzureCloud } from '../../../local/azure/start.ts';
import { parseMachineId } from '../../../shared/ids.ts';
import type { World } from '../../../shared/words.ts';
import { createMachine, layGround, LOCATION, machinePath, networkPath, request } from '../../local/azure/fleet.ts';
import { composeOver, frontendEntry, scopeOf, tapEntry } from './composed.ts';

let cloud: AzureCloud;
beforeEach(async () => {
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2 });
  await layGround(cloud);
});
afterEach(() => cloud.stop());

const balancer = (name: string): string => networkPath(cloud, `loadBalancers/${name}`);
const pool = (name: string): string => `${balancer(name)}/backendAddressPools/pool`;

async function putBalancer(name: string, sku: string, rule: object): Promise<void> {
  const frontend = { id: `${balancer(name)}/frontendIPConfigurations/front` };
  const subnet = { id: networkPath(cloud, 'virtualNetworks/vnet/subnets/default') };
  const { status } = await request(cloud, 'PUT', balancer(name), {
    location: LOCATION,
    sku: { name: sku },
    properties: {
      frontendIPConfigurations: [{ name: 'front', properties: { subnet } }],
      backendAddressPools: [{ name: 'pool' }],
      loadBalancingRules: [
        {
          name: 'rule',
          properties: {
            frontendIPConfiguration: frontend,
            backendAddressPool: { id: pool(name) },
            protocol: 'Udp',
            frontendPort: 4789,
            backendPort: 4789,
            ...rule,
          },
        },
      ],
    },
  });
  expect(status).toBeLessThan(300);
}

/** An interface in another virtual network, or behind a load balancer. */
async function putInterface(name: string, network: string, configuration: object = {}): Promise<void> {
  const subnet = { id: networkPath(cloud, `virtualNetworks/${network}/subnets/default`) };
  const { status } = await request(cloud, 'PUT', networkPath(cloud, `networkInterfaces/${name}`), {
    location: LOCATION,
    properties: { ipConfigurations: [{ name: 'ip', properties: { subnet, ...configuration } }] },
  });
  expect(status).toBeLessThan(300);
}

const behind = (name: string): object => ({ loadBalancerBackendAddressPools: [{ id: pool(name) }] });

const unfitIn = ({ sources }: World): Readonly<Record<string, string | null>> =>
  Object.fromEntries(sources.map(({ id, unfit }) => [id.split('/').at(-1) ?? id, unfit]));

test('what keeps interfaces from being mirrored is told by two lists, for all of a subscription', async () => {
  await request(cloud, 'PUT', networkPath(cloud, 'virtualNetworks/sealed'), {
    location: LOCATION,
    properties: {
      addressSpace: { addressPrefixes: ['10.9.0.0/16'] },
      subnets: [{ name: 'default' }],
      encryption: { enabled: true, enforcement: 'AllowUnencrypted' },
    },
  });
  await putBalancer('old', 'Basic', {});
  await putBalancer('direct', 'Standard', { enableFloatingIP: true });
  await putBalancer('plain', 'Standard', {});
  await putBalancer('lb', 'Standard', {});
  await putInterface('sealed', 'sealed');
  await putInterface('basic', 'vnet', behind('old'));
  await putInterface('floating', 'vnet', behind('direct'));
  await putInterface('balanced', 'vnet', behind('plain'));
  await putInterface('sensor', 'vnet', behind('lb'));
  cloud.calls.reset();
  const deps = composeOver(cloud, [frontendEntry(cloud)]);
  const world = await deps.cloud.read(scopeOf(cloud), { kind: 'everything' });
  expect(unfitIn(world)).toEqual({
    sealed: expect.stringContaining('encryption') as string,
    basic: expect.stringContaining('Basic') as string,
    floating: expect.stringContaining('floating IP') as string,
    balanced: null,
    sensor: expect.stringContaining('collector') as string,
  });
  expect(world.incomplete).toEqual([]);
  const { 'LIST Microsoft.Network/virtualNetworks': networks, 'LIST Microsoft.Network/loadBalancers': balancers } =
    cloud.calls.counts();
  expect([networks, balancers]).toEqual([1, 1]);

  // What a sweep has read, an event of the next minutes need not.
  cloud.calls.reset();
  const [sensor] = world.sources.filter(({ id }) => id.endsWith('/sensor'));
  if (sensor === undefined) throw new Error('no sensor');
  const again = await deps.cloud.read(scopeOf(cloud), {
    kind: 'subjects',
    subjects: [{ kind: 'source', id: sensor.id }],
  });
  expect(again.sources).toEqual([sensor]);
  expect(cloud.calls.counts()).toEqual({ 'GET Microsoft.Network/networkInterfaces': 1 });
});

test('what may not be read speaks against no interface; a sweep says what is missing, an event does not', async () => {
  await putBalancer('old', 'Basic', {});
  await createMachine(cloud, 'vm1');
  await putInterface('basic', 'vnet', behind('old'));
  cloud.controls.deny('Microsoft.Network/virtualNetworks/read');
  cloud.controls.deny('Microsoft.Network/loadBalancers/read');
  const { cloud: azure } = composeOver(cloud, [tapEntry(cloud)]);
  const world = await azure.read(scopeOf(cloud), { kind: 'everything' });
  expect(unfitIn(world)).toEqual({ basic: null, 'vm1-nic': null });
  expect(world.incomplete.map(({ kind }) => kind)).toEqual(['surroundings', 'surroundings']);
  expect(world.incomplete.map(({ why }) => why).join()).toMatch(/virtualNetworks\/read.*loadBalancers\/read/s);
  const id = parseMachineId(machinePath(cloud, 'vm1'));
  cloud.calls.reset();
  const about = { kind: 'subjects', subjects: [{ kind: 'machine', id }] } as const;
  expect((await azure.read(scopeOf(cloud), about)).incomplete).toEqual([]);
  expect(cloud.calls.counts()).toEqual({
    'GET Microsoft.Compute/virtualMachines': 1,
    'GET Microsoft.Network/networkInterfaces': 1,
  });
});

test('a machine whose provisioning has failed is told so, with what to do, and does not pass for changing', async () => {
  await createMachine(cloud, 'vm1');
  const path = machinePath(cloud, 'vm1');
  const body = (await request(cloud, 'GET', path)).body;
  cloud.controls.failNext({
    action: 'Microsoft.Compute/virtualMachines/write',
    phase: 'operation',
    code: 'VMExtensionProvisioningError',
    message: 'x',
  });
  await request(cloud, 'PUT', path, body);
  await cloud.idle();
  const { cloud: azure } = composeOver(cloud, [tapEntry(cloud)]);
  const id = parseMachineId(path);
  for (const selection of [
    { kind: 'everything' },
    { kind: 'subjects', subjects: [{ kind: 'machine', id }] },
  ] as const) {
    const world = await azure.read(scopeOf(cloud), selection);
    expect(world.machines).toMatchObject([{ id, state: 'running' }]);
    expect(world.sources).toMatchObject([
      {
        state: 'attached',
        unfit: expect.stringContaining(`is Failed; put it right with: az vm reapply --ids ${id}`) as string,
      },
    ]);
  }
});
