import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';
import { groupPath, LOCATION, machinePath, networkPath, putPlainGround, putPlainMachine, request } from '../fleet.ts';

let clock: SteppedClock;
let cloud: AzureCloud;
beforeEach(async () => {
  clock = steppedClock(0);
  cloud = await startAzureCloud({ clock, operationMs: 1000, settleMs: 1000 });
  await putPlainGround(cloud);
  clock.advance(1000);
});
afterEach(() => cloud.stop());

const put = (path: string, properties: object, more = {}) =>
  request(cloud, 'PUT', path, { location: LOCATION, properties, ...more });
const get = (path: string) => request(cloud, 'GET', path);
const compute = (rest: string): string => `${groupPath(cloud)}/providers/Microsoft.Compute/${rest}`;
const network = (rest: string): string => networkPath(cloud, rest);
const SUBNET = 'virtualNetworks/vnet/subnets/default';

/** An interface whose one IP configuration has these properties. */
const putNic = (name: string, ip: object, properties = {}) =>
  put(network(`networkInterfaces/${name}`), {
    ...properties,
    ipConfigurations: [{ name: 'ip', properties: { subnet: { id: network(SUBNET) }, ...ip } }],
  });

test('a load balancer knows its members by what their interfaces say', async () => {
  const lb = network('loadBalancers/app');
  const made = await put(
    lb,
    {
      frontendIPConfigurations: [{ name: 'front' }],
      backendAddressPools: [{ name: 'pool' }],
      loadBalancingRules: [
        { name: 'udp', properties: { protocol: 'Udp', frontendPort: 4789, enableFloatingIP: true } },
      ],
      inboundNatRules: [{ name: 'ssh', properties: { frontendPort: 22, enableFloatingIP: false } }],
    },
    { sku: { name: 'Standard' } },
  );
  expect([made.status, (made.body as unknown as { sku: object }).sku]).toEqual([
    201,
    { name: 'Standard', tier: 'Regional' },
  ]);
  await putNic('member', {
    loadBalancerBackendAddressPools: [{ id: `${lb}/backendAddressPools/pool` }],
    loadBalancerInboundNatRules: [{ id: `${lb}/inboundNatRules/ssh` }],
  });
  const ip = `${network('networkInterfaces/member')}/ipConfigurations/ip`;
  expect((await get(lb)).body.properties).toMatchObject({
    backendAddressPools: [{ name: 'pool', properties: { backendIPConfigurations: [{ id: ip }] } }],
    inboundNatRules: [{ name: 'ssh', properties: { backendIPConfiguration: { id: ip } } }],
    loadBalancingRules: [{ id: `${lb}/loadBalancingRules/udp`, properties: { enableFloatingIP: true } }],
    probes: [],
  });
  expect((await get(`${lb}/backendAddressPools/POOL`)).body).toMatchObject({
    type: 'Microsoft.Network/loadBalancers/backendAddressPools',
    properties: { backendIPConfigurations: [{ id: ip }] },
  });
  expect(
    ((await get(network('networkInterfaces/member'))).body.properties['ipConfigurations'] as object[])[0],
  ).toMatchObject({ properties: { loadBalancerBackendAddressPools: [{ id: `${lb}/backendAddressPools/pool` }] } });
});

test('addresses stay when an interface or a load balancer is written again', async () => {
  const addressOf = (body: { properties: Record<string, unknown> }, list: string): unknown =>
    (body.properties[list] as { properties: { privateIPAddress: string } }[])[0]?.properties.privateIPAddress;
  const first = await putNic('nic', {});
  const again = await putNic('nic', {}, { enableAcceleratedNetworking: true });
  expect(addressOf(again.body, 'ipConfigurations')).toBe(addressOf(first.body, 'ipConfigurations'));
  expect(again.body.properties['enableAcceleratedNetworking']).toBe(true);
  const balancer = { frontendIPConfigurations: [{ name: 'front' }] };
  const made = await put(network('loadBalancers/lb2'), balancer);
  const rewritten = await put(network('loadBalancers/lb2'), balancer);
  expect(addressOf(rewritten.body, 'frontendIPConfigurations')).toBe(addressOf(made.body, 'frontendIPConfigurations'));
  expect(addressOf(made.body, 'frontendIPConfigurations')).toMatch(/^10\./);
});

test('networks keep their encryption, and their subnets and peerings are resources of their own', async () => {
  const encryption = { enabled: true, enforcement: 'AllowUnencrypted' };
  await put(network('virtualNetworks/spoke'), { encryption, subnets: [{ name: 'a' }] });
  expect((await get(network('virtualNetworks/spoke'))).body.properties).toMatchObject({
    encryption,
    virtualNetworkPeerings: [],
  });
  const made = await put(network('virtualNetworks/spoke/subnets/b'), { addressPrefix: '10.1.0.0/24' });
  expect(made).toMatchObject({ status: 201, body: { properties: { provisioningState: 'Succeeded' } } });
  const names = (await get(network('virtualNetworks/spoke/subnets'))).body.value.map(({ name }) => name);
  expect(names).toEqual(['a', 'b']);
  expect((await get(network('virtualNetworks/spoke/subnets/none'))).body.error.code).toBe('NotFound');
  expect((await get(network('virtualNetworks/none/subnets/a'))).body.error.code).toBe('ResourceNotFound');
  expect((await request(cloud, 'DELETE', network('virtualNetworks/spoke/subnets/a'))).status).toBe(200);
  expect((await request(cloud, 'DELETE', network('virtualNetworks/spoke/subnets/a'))).status).toBe(204);
});

test('a peering is connected when the other network has one, too, and disconnected when that goes', async () => {
  await put(network('virtualNetworks/spoke'), { subnets: [] });
  const peer = (from: string, to: string) =>
    put(network(`virtualNetworks/${from}/virtualNetworkPeerings/to-${to}`), {
      remoteVirtualNetwork: { id: network(`virtualNetworks/${to}`) },
      allowVirtualNetworkAccess: true,
    });
  const stateOf = async (from: string, to: string): Promise<unknown> =>
    (await get(network(`virtualNetworks/${from}/virtualNetworkPeerings/to-${to}`))).body.properties['peeringState'];
  expect((await peer('vnet', 'spoke')).body.properties['peeringState']).toBe('Initiated');
  expect((await peer('spoke', 'vnet')).body.properties['peeringState']).toBe('Connected');
  expect(await stateOf('vnet', 'spoke')).toBe('Connected');
  expect((await peer('vnet', 'none')).body.error.code).toBe('InvalidResourceReference');
  await put(network('virtualNetworks/vnet'), { subnets: [{ name: 'default' }] });
  expect(await stateOf('vnet', 'spoke')).toBe('Connected');
  await request(cloud, 'DELETE', network('virtualNetworks/spoke/virtualNetworkPeerings/to-vnet'));
  expect(await stateOf('vnet', 'spoke')).toBe('Disconnected');
});

test('an availability set names its machines in capitals, and they name it so', async () => {
  const set = compute('availabilitySets/web');
  expect((await put(set, { platformFaultDomainCount: 2 }, { sku: { name: 'Aligned' } })).status).toBe(200);
  await putPlainMachine(cloud, 'vm', { availabilitySet: { id: set } });
  const group = `/subscriptions/${cloud.subscription}/resourceGroups/SOC-LAB/providers/Microsoft.Compute`;
  expect((await get(set)).body).toMatchObject({
    sku: { name: 'Aligned' },
    properties: { virtualMachines: [{ id: `${group}/virtualMachines/VM` }] },
  });
  expect((await get(set)).body).not.toHaveProperty('etag');
  expect((await get(machinePath(cloud, 'vm'))).body.properties['availabilitySet']).toEqual({
    id: `${group}/availabilitySets/WEB`,
  });
  const scaleSet = compute('virtualMachineScaleSets/flex');
  expect((await put(scaleSet, { orchestrationMode: 'Flexible' })).status).toBe(201);
  await putPlainMachine(cloud, 'instance', { virtualMachineScaleSet: { id: scaleSet } });
  expect((await get(machinePath(cloud, 'instance'))).body.properties['virtualMachineScaleSet']).toEqual({
    id: scaleSet,
  });
});

test('a PATCH of a machine changes its tags, its size and its interfaces, and nothing else', async () => {
  await putPlainMachine(cloud, 'vm', { osProfile: { computerName: 'vm', adminPassword: 'secret' } });
  clock.advance(1000);
  const path = machinePath(cloud, 'vm');
  await request(cloud, 'PATCH', path, { tags: { a: '1' } });
  clock.advance(1000);
  const resized = { properties: { hardwareProfile: { vmSize: 'Standard_D4s_v6' } } };
  expect((await request(cloud, 'PATCH', path, resized)).body.properties.provisioningState).toBe('Updating');
  clock.advance(1000);
  expect(cloud.state.vms).toMatchObject([{ size: 'Standard_D4s_v6', tags: { a: '1' }, powerState: 'running' }]);
  expect((await get(path)).body.properties['osProfile']).toEqual({ computerName: 'vm' });
  await putNic('second', {});
  const ids = ['vm-nic', 'second'].map((name) => ({ id: network(`networkInterfaces/${name}`) }));
  await request(cloud, 'PATCH', path, { properties: { networkProfile: { networkInterfaces: ids } } });
  expect(cloud.state.vms[0]?.nics).toHaveLength(2);
});

test('an interface moves to another machine when the first lets go of it', async () => {
  await putPlainMachine(cloud, 'old');
  await putPlainMachine(cloud, 'new');
  clock.advance(1000);
  const nicsOf = (...names: string[]) => ({
    networkProfile: {
      networkInterfaces: names.map((name, index) => ({
        id: network(`networkInterfaces/${name}`),
        properties: { primary: index === 0 },
      })),
    },
  });
  const move = () => put(machinePath(cloud, 'new'), nicsOf('new-nic', 'old-nic'));
  expect((await move()).body.error.code).toBe('NicInUse');
  await put(machinePath(cloud, 'old'), nicsOf());
  expect((await move()).status).toBe(200);
  expect((await get(network('networkInterfaces/old-nic'))).body.properties).toMatchObject({
    virtualMachine: { id: machinePath(cloud, 'new') },
    primary: false,
  });
});

test('a machine goes through all power states', async () => {
  await putPlainMachine(cloud, 'vm');
  clock.advance(1000);
  const codes = async (): Promise<string> => {
    const { body } = await get(`${machinePath(cloud, 'vm')}/instanceView`);
    const { statuses } = body as unknown as { statuses: { code: string }[] };
    return statuses.map(({ code }) => code).at(-1) ?? '';
  };
  const seen: string[] = [];
  for (const action of ['powerOff', 'start', 'deallocate', 'start']) {
    await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/${action}`);
    seen.push(await codes());
    clock.advance(1000);
    seen.push(await codes());
  }
  expect(seen.map((code) => code.replace('PowerState/', ''))).toEqual([
    'stopping',
    'stopped',
    'starting',
    'running',
    'deallocating',
    'deallocated',
    'starting',
    'running',
  ]);
});

test('an interface that a VTAP sends to, and a VTAP with sources, cannot be deleted', async () => {
  await putNic('sensor', {});
  const tap = network('virtualNetworkTaps/direct');
  const id = `${network('networkInterfaces/sensor')}/ipConfigurations/ip`;
  await put(tap, { destinationNetworkInterfaceIPConfiguration: { id } });
  clock.advance(1000);
  expect((await request(cloud, 'DELETE', network('networkInterfaces/sensor'))).body.error.code).toBe('NicInUse');
  await request(cloud, 'DELETE', tap);
  clock.advance(1000);
  expect((await request(cloud, 'DELETE', network('networkInterfaces/sensor'))).status).toBe(202);
});

test('a VTAP that is made again under its name has no sources', async () => {
  await putPlainMachine(cloud, 'vm');
  const configuration = network('networkInterfaces/vm-nic/tapConfigurations/x');
  await put(configuration, { virtualNetworkTap: { id: network('virtualNetworkTaps/tap') } });
  clock.advance(1000);
  expect((await request(cloud, 'DELETE', network('virtualNetworkTaps/tap'))).status).toBe(400);
  await request(cloud, 'DELETE', configuration);
  clock.advance(1000);
  await request(cloud, 'DELETE', network('virtualNetworkTaps/tap'));
  expect((await get(network('virtualNetworkTaps/tap'))).body.properties.provisioningState).toBe('Deleting');
  clock.advance(1000);
  await putPlainGround(cloud);
  expect((await get(network('virtualNetworkTaps/tap'))).body.properties).toMatchObject({
    provisioningState: 'Updating',
  });
});

test('security groups and their rules are there to be read', async () => {
  const group = network('networkSecurityGroups/nsg');
  const rule = { protocol: 'Udp', destinationPortRange: '4789', access: 'Allow', direction: 'Inbound', priority: 100 };
  await put(group, { securityRules: [{ name: 'vxlan', properties: rule }] });
  expect((await get(group)).body.properties).toMatchObject({ securityRules: [{ properties: rule }] });
  expect((await put(`${group}/securityRules/second`, { ...rule, priority: 200 })).status).toBe(201);
  expect((await get(`${group}/securityRules`)).body.value.map(({ name }) => name)).toEqual(['vxlan', 'second']);
  const nic = await putNic('nic', {}, { networkSecurityGroup: { id: group } });
  expect(nic.body.properties['networkSecurityGroup']).toEqual({ id: group });
});
