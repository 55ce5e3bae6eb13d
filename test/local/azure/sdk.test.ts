import { afterEach, beforeEach, expect, test } from 'vitest';
import { startAzureCloud, type AzureCloud } from '../../../local/azure/start.ts';
import { NOT_ON_FASTPATH } from '../../../local/azure/arm/controls.ts';
import { attach, clientsOf, collect, createMachine, createNic, GROUP, layGround, networkPath, QUICK } from './fleet.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
let cloud: AzureCloud;

beforeEach(async () => {
  cloud = await startAzureCloud({ operationMs: 5, settleMs: 5, pageSize: 2 });
  await layGround(cloud);
});
afterEach(() => cloud.stop());

test('the official client attaches and detaches a tap configuration', async () => {
  const { network } = clientsOf(cloud);
  await createNic(cloud, 'nic');

  const made = await attach(cloud, 'nic', 'tapkeeper-v1-soc');
  expect(made.provisioningState).toBe('Succeeded');
  expect(made.virtualNetworkTap?.id).toBe(networkPath(cloud, 'virtualNetworkTaps/tap'));
  expect(cloud.state.tapConfigurations).toMatchObject([{ name: 'tapkeeper-v1-soc', provisioningState: 'Succeeded' }]);
  expect((await network.networkInterfaces.get(GROUP, 'NIC')).tapConfigurations).toHaveLength(1);
  expect((await network.virtualNetworkTaps.get(GROUP, 'tap')).networkInterfaceTapConfigurations).toHaveLength(1);

  await network.networkInterfaceTapConfigurations.delete(GROUP, 'nic', 'tapkeeper-v1-soc', QUICK);
  expect(cloud.state.tapConfigurations).toEqual([]);
  expect((await network.virtualNetworkTaps.get(GROUP, 'tap')).networkInterfaceTapConfigurations).toBeUndefined();
});

test('a virtual machine is created, deallocated, started and deleted', async () => {
  const { compute, network } = clientsOf(cloud);
  const made = await createMachine(cloud, 'vm1', { mirror: 'soc' });
  expect(made.provisioningState).toBe('Succeeded');
  expect(cloud.state.vms).toMatchObject([{ name: 'vm1', powerState: 'running', tags: { mirror: 'soc' } }]);

  await compute.virtualMachines.deallocate(GROUP, 'vm1', QUICK);
  const view = await compute.virtualMachines.instanceView(GROUP, 'vm1');
  expect(view.statuses?.map(({ code }) => code)).toContain('PowerState/deallocated');
  await compute.virtualMachines.start(GROUP, 'vm1', QUICK);
  const expanded = await compute.virtualMachines.get(GROUP, 'vm1', { expand: 'instanceView' });
  expect(expanded.instanceView?.statuses?.map(({ code }) => code)).toContain('PowerState/running');

  await compute.virtualMachines.delete(GROUP, 'vm1', QUICK);
  expect(cloud.state.vms).toEqual([]);
  expect((await network.networkInterfaces.get(GROUP, 'vm1-nic')).virtualMachine).toBeUndefined();
});

test('lists come in pages, with the resource group of machines in capitals', async () => {
  const { compute, network } = clientsOf(cloud);
  for (const name of ['a', 'b', 'c']) await createMachine(cloud, name);
  cloud.calls.reset();

  const machines = await collect(compute.virtualMachines.listAll());
  expect(machines.map(({ id }) => id?.split('/')[4])).toEqual(['SOC-LAB', 'SOC-LAB', 'SOC-LAB']);
  const nics = await collect(network.networkInterfaces.listAll());
  expect(nics.map(({ virtualMachine }) => virtualMachine?.id?.split('/')[4])).toEqual([
    'soc-Lab',
    'soc-Lab',
    'soc-Lab',
  ]);
  expect(cloud.calls.counts()).toEqual({
    'LIST Microsoft.Compute/virtualMachines': 2,
    'LIST Microsoft.Network/networkInterfaces': 2,
  });

  const statuses = await collect(compute.virtualMachines.listAll({ statusOnly: 'true' }));
  expect(statuses[0]?.instanceView?.statuses).toHaveLength(2);
  expect(statuses[0]?.hardwareProfile).toBeUndefined();
});

test('the official client loses the destination that the service writes in its own casing', async () => {
  const tap = await clientsOf(cloud).network.virtualNetworkTaps.get(GROUP, 'tap');
  expect(tap.destinationLoadBalancerFrontEndIPConfiguration).toBeUndefined();
  expect(cloud.state.taps[0]?.destination).toMatch(/\/frontendIPConfigurations\/front$/);
});

test('an operation that was ordered to fail fails, and what it made stays behind', async () => {
  await createNic(cloud, 'nic');
  cloud.controls.failNext({ action: WRITE, phase: 'operation', ...NOT_ON_FASTPATH });
  await expect(attach(cloud, 'nic', 'x')).rejects.toThrow('NIC is not on fastpath');
  expect(cloud.state.tapConfigurations).toMatchObject([{ name: 'x', provisioningState: 'Failed' }]);
  await attach(cloud, 'nic', 'x');
  expect(cloud.state.tapConfigurations).toMatchObject([{ name: 'x', provisioningState: 'Succeeded' }]);
});

test('a denied action names itself, the scope and the caller', async () => {
  await createNic(cloud, 'nic');
  cloud.controls.deny(WRITE);
  await expect(attach(cloud, 'nic', 'x')).rejects.toMatchObject({ statusCode: 403, code: 'AuthorizationFailed' });
  cloud.controls.allow(WRITE);
  await attach(cloud, 'nic', 'x');
});

test('a port that is taken is an error that names the port', async () => {
  const port = Number(new URL(cloud.endpoint).port);
  await expect(startAzureCloud({ port })).rejects.toThrow(`the port ${port} is taken`);
});

test('the official client changes tags, lists what is there and restarts', async () => {
  const { compute, network } = clientsOf(cloud);
  await createMachine(cloud, 'vm');
  await attach(cloud, 'vm-nic', 'x');
  expect((await network.networkInterfaces.updateTags(GROUP, 'vm-nic', { tags: { a: '1' } })).tags).toEqual({ a: '1' });
  expect((await network.virtualNetworkTaps.updateTags(GROUP, 'tap', { tags: { b: '2' } })).tags).toEqual({ b: '2' });
  const updated = await compute.virtualMachines.update(GROUP, 'vm', { tags: { c: '3' } }, QUICK);
  expect([updated.tags, updated.hardwareProfile?.vmSize]).toEqual([{ c: '3' }, 'Standard_D2s_v5']);
  await compute.virtualMachines.restart(GROUP, 'vm', QUICK);
  await compute.virtualMachines.powerOff(GROUP, 'vm', QUICK);
  const expanded = await collect(compute.virtualMachines.list(GROUP, { expand: 'instanceView' }));
  expect(expanded[0]?.instanceView?.statuses?.at(-1)?.code).toBe('PowerState/stopped');

  const lists = [
    network.networkInterfaceTapConfigurations.list(GROUP, 'vm-nic'),
    network.virtualNetworkTaps.listAll(),
    network.virtualNetworkTaps.listByResourceGroup(GROUP),
    network.networkInterfaces.list(GROUP),
    network.loadBalancers.listAll(),
    network.virtualNetworks.list(GROUP),
  ];
  for (const list of lists) expect(await collect<{ name?: string }>(list)).toHaveLength(1);
  expect((await network.loadBalancers.get(GROUP, 'lb')).frontendIPConfigurations?.[0]?.privateIPAddress).toMatch(
    /^10\./,
  );
});
