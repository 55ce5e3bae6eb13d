import { NetworkManagementClient } from '@azure/arm-network';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NOT_ON_FASTPATH } from '../../../local/azure/arm/controls.ts';
import { credentialOf } from '../../../local/azure/identities.ts';
import { startAzureCloud, type AzureCloud } from '../../../local/azure/start.ts';
import {
  ALICE,
  attach,
  clientsOf,
  createMachine,
  createNic,
  GROUP,
  layGround,
  LOCATION,
  machinePath,
  networkPath,
  QUICK,
} from '../../local/azure/fleet.ts';

/** The clients with models of `@azure/arm-network` and `@azure/arm-compute`, unchanged, for every operation that the endpoint has. */
const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
let cloud: AzureCloud;
let network: ReturnType<typeof clientsOf>['network'];
let compute: ReturnType<typeof clientsOf>['compute'];

beforeEach(async () => {
  cloud = await startAzureCloud({ operationMs: 5, settleMs: 5, pageSize: 2 });
  ({ network, compute } = clientsOf(cloud));
  await layGround(cloud);
});
afterEach(() => cloud.stop());

async function namesOf(list: AsyncIterable<{ readonly name?: string }>): Promise<readonly (string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for await (const { name } of list) names.push(name);
  return names;
}
const refusalOf = (promise: PromiseLike<unknown>): Promise<Record<string, unknown>> =>
  Promise.resolve(promise).then(
    () => Promise.reject(new Error('it was not rejected')),
    (thrown: unknown) => thrown as Record<string, unknown>,
  );
const SUBNET = 'virtualNetworks/vnet/subnets/default';

describe('what is mirrored', () => {
  test('VTAPs are created, read, listed, tagged and deleted', async () => {
    const { virtualNetworkTaps } = network;
    await createNic(cloud, 'collector');
    const id = networkPath(cloud, 'networkInterfaces/collector/ipConfigurations/ip');
    const made = await virtualNetworkTaps.createOrUpdate(
      GROUP,
      'direct',
      { location: LOCATION, destinationNetworkInterfaceIPConfiguration: { id } },
      QUICK,
    );
    expect(made).toMatchObject({ name: 'direct', provisioningState: 'Succeeded', destinationPort: 4789 });
    expect((await virtualNetworkTaps.get(GROUP, 'DIRECT')).destinationNetworkInterfaceIPConfiguration?.id).toBe(id);
    await virtualNetworkTaps.createOrUpdate(
      GROUP,
      'third',
      { location: LOCATION, destinationNetworkInterfaceIPConfiguration: { id } },
      QUICK,
    );
    expect(await namesOf(virtualNetworkTaps.listAll())).toEqual(['direct', 'tap', 'third']);
    expect(await namesOf(virtualNetworkTaps.listByResourceGroup(GROUP))).toEqual(['direct', 'tap', 'third']);
    expect((await virtualNetworkTaps.updateTags(GROUP, 'direct', { tags: { a: '1' } })).tags).toEqual({ a: '1' });
    await virtualNetworkTaps.delete(GROUP, 'direct', QUICK);
    expect(await refusalOf(virtualNetworkTaps.get(GROUP, 'direct'))).toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });

  test('TAP configurations are created, written again, read, listed and deleted', async () => {
    const { networkInterfaceTapConfigurations: configurations } = network;
    await createNic(cloud, 'nic');
    const made = await attach(cloud, 'nic', 'x');
    expect(made).toMatchObject({ name: 'x', provisioningState: 'Succeeded' });
    const again = await attach(cloud, 'nic', 'x');
    expect(again.etag).not.toBe(made.etag);
    expect((await configurations.get(GROUP, 'nic', 'x')).virtualNetworkTap?.id).toBe(
      networkPath(cloud, 'virtualNetworkTaps/tap'),
    );
    expect(await namesOf(configurations.list(GROUP, 'nic'))).toEqual(['x']);
    await configurations.delete(GROUP, 'nic', 'x', QUICK);
    await configurations.delete(GROUP, 'nic', 'x', QUICK);
    expect(await refusalOf(configurations.get(GROUP, 'nic', 'x'))).toMatchObject({ statusCode: 404 });
  });

  test('an old etag is refused', async () => {
    await createNic(cloud, 'nic');
    const { etag = '' } = await attach(cloud, 'nic', 'x');
    await attach(cloud, 'nic', 'x');
    const options = { ...QUICK, requestOptions: { headers: { 'if-match': etag } } };
    const tap = { virtualNetworkTap: { id: networkPath(cloud, 'virtualNetworkTaps/tap') } };
    expect(
      await refusalOf(network.networkInterfaceTapConfigurations.createOrUpdate(GROUP, 'nic', 'x', tap, options)),
    ).toMatchObject({ statusCode: 412, code: 'PreconditionFailed' });
  });
});

describe('where it is', () => {
  test('virtual machines are created, started, stopped, tagged, resized, listed and deleted', async () => {
    const { virtualMachines } = compute;
    for (const name of ['a', 'b', 'c']) await createMachine(cloud, name);
    expect(await namesOf(virtualMachines.listAll())).toEqual(['a', 'b', 'c']);
    expect(await namesOf(virtualMachines.list(GROUP))).toEqual(['a', 'b', 'c']);
    const powerOf = async (): Promise<string | undefined> =>
      (await virtualMachines.instanceView(GROUP, 'a')).statuses?.at(-1)?.code;
    await virtualMachines.deallocate(GROUP, 'a', QUICK);
    expect(await powerOf()).toBe('PowerState/deallocated');
    await virtualMachines.start(GROUP, 'a', QUICK);
    expect(await powerOf()).toBe('PowerState/running');
    await virtualMachines.powerOff(GROUP, 'a', QUICK);
    expect(await powerOf()).toBe('PowerState/stopped');
    await virtualMachines.restart(GROUP, 'a', QUICK);
    const update = { tags: { a: '1' }, hardwareProfile: { vmSize: 'Standard_D4s_v5' } };
    expect(await virtualMachines.update(GROUP, 'a', update, QUICK)).toMatchObject(update);
    await virtualMachines.delete(GROUP, 'a', QUICK);
    expect(await refusalOf(virtualMachines.get(GROUP, 'a'))).toMatchObject({ code: 'ResourceNotFound' });
  });

  test('network interfaces are created, read, tagged, listed and deleted', async () => {
    const { networkInterfaces } = network;
    for (const name of ['a', 'b', 'c']) await createNic(cloud, name);
    expect(await networkInterfaces.get(GROUP, 'a')).toMatchObject({
      provisioningState: 'Succeeded',
      tapConfigurations: [],
      ipConfigurations: [{ privateIPAddressVersion: 'IPv4', primary: true }],
    });
    expect((await networkInterfaces.updateTags(GROUP, 'a', { tags: { a: '1' } })).tags).toEqual({ a: '1' });
    expect(await namesOf(networkInterfaces.listAll())).toEqual(['a', 'b', 'c']);
    expect(await namesOf(networkInterfaces.list(GROUP))).toEqual(['a', 'b', 'c']);
    await networkInterfaces.delete(GROUP, 'a', QUICK);
    expect(await refusalOf(networkInterfaces.get(GROUP, 'a'))).toMatchObject({ code: 'ResourceNotFound' });
  });

  test('networks, subnets and peerings are created, read, listed and deleted', async () => {
    const { virtualNetworks, subnets, virtualNetworkPeerings } = network;
    const encryption = { enabled: true, enforcement: 'AllowUnencrypted' };
    await virtualNetworks.createOrUpdate(GROUP, 'spoke', { location: LOCATION, encryption }, QUICK);
    expect((await virtualNetworks.get(GROUP, 'spoke')).encryption).toEqual(encryption);
    expect((await virtualNetworks.updateTags(GROUP, 'spoke', { tags: { a: '1' } })).tags).toEqual({ a: '1' });
    expect(await namesOf(virtualNetworks.listAll())).toEqual(['spoke', 'vnet']);
    await subnets.createOrUpdate(GROUP, 'spoke', 'apps', { addressPrefix: '10.1.0.0/24' }, QUICK);
    expect((await subnets.get(GROUP, 'spoke', 'apps')).addressPrefix).toBe('10.1.0.0/24');
    expect(await namesOf(subnets.list(GROUP, 'spoke'))).toEqual(['apps']);
    const peer = (from: string, to: string) =>
      virtualNetworkPeerings.createOrUpdate(
        GROUP,
        from,
        `to-${to}`,
        { remoteVirtualNetwork: { id: networkPath(cloud, `virtualNetworks/${to}`) }, allowVirtualNetworkAccess: true },
        QUICK,
      );
    await peer('vnet', 'spoke');
    expect(await peer('spoke', 'vnet')).toMatchObject({ peeringState: 'Connected', peeringSyncLevel: 'FullyInSync' });
    expect(await namesOf(virtualNetworkPeerings.list(GROUP, 'vnet'))).toEqual(['to-spoke']);
    await virtualNetworkPeerings.delete(GROUP, 'spoke', 'to-vnet', QUICK);
    expect((await virtualNetworkPeerings.get(GROUP, 'vnet', 'to-spoke')).peeringState).toBe('Disconnected');
    await subnets.delete(GROUP, 'spoke', 'apps', QUICK);
    await virtualNetworks.delete(GROUP, 'spoke', QUICK);
    expect(await namesOf(virtualNetworks.list(GROUP))).toEqual(['vnet']);
  });

  test('load balancers are created with rules and pools, read in parts, listed and deleted', async () => {
    const { loadBalancers, loadBalancerBackendAddressPools, loadBalancerLoadBalancingRules } = network;
    const lb = networkPath(cloud, 'loadBalancers/app');
    const made = await loadBalancers.createOrUpdate(
      GROUP,
      'app',
      {
        location: LOCATION,
        sku: { name: 'Standard' },
        frontendIPConfigurations: [{ name: 'front', subnet: { id: networkPath(cloud, SUBNET) } }],
        backendAddressPools: [{ name: 'pool' }],
        probes: [{ name: 'tcp', protocol: 'Tcp', port: 80 }],
        loadBalancingRules: [
          {
            name: 'vxlan',
            protocol: 'Udp',
            frontendPort: 4789,
            backendPort: 4789,
            enableFloatingIP: true,
            frontendIPConfiguration: { id: `${lb}/frontendIPConfigurations/front` },
            backendAddressPool: { id: `${lb}/backendAddressPools/pool` },
          },
        ],
      },
      QUICK,
    );
    expect(made).toMatchObject({ sku: { name: 'Standard' }, loadBalancingRules: [{ enableFloatingIP: true }] });
    await network.networkInterfaces.createOrUpdate(
      GROUP,
      'member',
      {
        location: LOCATION,
        ipConfigurations: [
          {
            name: 'ip',
            subnet: { id: networkPath(cloud, SUBNET) },
            loadBalancerBackendAddressPools: [{ id: `${lb}/backendAddressPools/pool` }],
          },
        ],
      },
      QUICK,
    );
    const pool = await loadBalancerBackendAddressPools.get(GROUP, 'app', 'pool');
    expect(pool.backendIPConfigurations?.map(({ id }) => id)).toEqual([
      networkPath(cloud, 'networkInterfaces/member/ipConfigurations/ip'),
    ]);
    expect(await namesOf(loadBalancerLoadBalancingRules.list(GROUP, 'app'))).toEqual(['vxlan']);
    expect(await namesOf(network.loadBalancerFrontendIPConfigurations.list(GROUP, 'app'))).toEqual(['front']);
    expect((await loadBalancers.updateTags(GROUP, 'app', { tags: { a: '1' } })).tags).toEqual({ a: '1' });
    expect(await namesOf(loadBalancers.listAll())).toEqual(['app', 'lb']);
    await loadBalancers.delete(GROUP, 'app', QUICK);
    expect(await namesOf(loadBalancers.list(GROUP))).toEqual(['lb']);
  });

  test('security groups and their rules are created, read, listed and deleted', async () => {
    const { networkSecurityGroups, securityRules } = network;
    await networkSecurityGroups.createOrUpdate(GROUP, 'nsg', { location: LOCATION }, QUICK);
    const rule = {
      protocol: 'Udp',
      access: 'Allow',
      direction: 'Inbound',
      priority: 100,
      destinationPortRange: '4789',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
    };
    await securityRules.createOrUpdate(GROUP, 'nsg', 'vxlan', rule, QUICK);
    expect(await securityRules.get(GROUP, 'nsg', 'vxlan')).toMatchObject(rule);
    expect((await networkSecurityGroups.get(GROUP, 'nsg')).securityRules).toMatchObject([{ name: 'vxlan' }]);
    await securityRules.delete(GROUP, 'nsg', 'vxlan', QUICK);
    expect(await namesOf(securityRules.list(GROUP, 'nsg'))).toEqual([]);
    await networkSecurityGroups.delete(GROUP, 'nsg', QUICK);
    expect(await namesOf(networkSecurityGroups.listAll())).toEqual([]);
  });

  test('availability sets and flexible scale sets hold machines', async () => {
    const { availabilitySets, virtualMachineScaleSets, virtualMachines } = compute;
    const set = await availabilitySets.createOrUpdate(GROUP, 'web', { location: LOCATION, sku: { name: 'Aligned' } });
    const scaleSet = await virtualMachineScaleSets.createOrUpdate(
      GROUP,
      'flex',
      { location: LOCATION, orchestrationMode: 'Flexible' },
      QUICK,
    );
    await createMachine(cloud, 'vm');
    const { networkProfile } = await virtualMachines.get(GROUP, 'vm');
    const base = { location: LOCATION, ...(networkProfile === undefined ? {} : { networkProfile }) };
    const id = set.id ?? '';
    await virtualMachines.createOrUpdate(GROUP, 'vm', { ...base, availabilitySet: { id } }, QUICK);
    const members = (await availabilitySets.get(GROUP, 'web')).virtualMachines?.map((vm) => vm.id?.toLowerCase());
    expect(members).toEqual([machinePath(cloud, 'vm').toLowerCase()]);
    const flexible = { ...base, virtualMachineScaleSet: { id: scaleSet.id ?? '' } };
    await virtualMachines.createOrUpdate(GROUP, 'vm', flexible, QUICK);
    expect((await virtualMachines.get(GROUP, 'vm')).virtualMachineScaleSet?.id).toBe(scaleSet.id);
    expect(await namesOf(availabilitySets.list(GROUP))).toEqual(['web']);
    expect(await namesOf(virtualMachineScaleSets.listAll())).toEqual(['flex']);
    await availabilitySets.delete(GROUP, 'web');
    await virtualMachineScaleSets.delete(GROUP, 'flex', QUICK);
    expect(await namesOf(availabilitySets.list(GROUP))).toEqual([]);
  });
});

/** Why tapkeeper reads raw JSON through the pipeline of the same packages instead of their clients with models. */
describe('what the clients with models lose', () => {
  const destinationOf = async (client: NetworkManagementClient) => {
    const tap = await client.virtualNetworkTaps.get(GROUP, 'tap');
    return tap.destinationLoadBalancerFrontEndIPConfiguration;
  };

  test('the frontend that a VTAP sends to, since the service writes it in another casing', async () => {
    expect(await destinationOf(network)).toBeUndefined();
    expect(cloud.state.taps[0]?.destination).toBe(
      networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front'),
    );
  });

  test('the code of an operation that failed: it is a part of a text', async () => {
    await createNic(cloud, 'nic');
    const details = [{ code: 'InnerCode', message: 'inner words' }];
    cloud.controls.failNext({ action: WRITE, phase: 'operation', ...NOT_ON_FASTPATH, details });
    const thrown = await refusalOf(attach(cloud, 'nic', 'x'));
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown['code']).toBeUndefined();
    expect(thrown['details']).toBeUndefined();
    expect(String(thrown['message'])).toContain(NOT_ON_FASTPATH.code);
    expect(String(thrown['message'])).not.toContain('InnerCode');
  });

  test('the details of a write that is refused', async () => {
    await createNic(cloud, 'nic');
    const thrown = await refusalOf(attach(cloud, 'nic', 'x', '../networkInterfaces/nic'));
    expect(thrown).toMatchObject({ statusCode: 400, code: 'InvalidRequestFormat' });
    expect(JSON.stringify(thrown['details'] ?? null)).not.toContain('InvalidJsonReferenceWrongType');
  });

  test.each([
    [429, 'RetryableErrorDueToAnotherOperation', 2],
    [429, 'TooManyRequests', 2],
    [409, 'AnotherOperationInProgress', 1],
  ])('whether a lock or a quota refuses: a %i %s is sent %i times', async (status, code, times) => {
    await createNic(cloud, 'nic');
    const usual = new NetworkManagementClient(credentialOf(ALICE), cloud.subscription, {
      httpClient: cloud.httpClient,
    });
    cloud.controls.failNext({
      action: WRITE,
      phase: 'request',
      status,
      code,
      message: 'not now',
      headers: { 'retry-after': '0' },
    });
    cloud.calls.reset();
    const tap = { virtualNetworkTap: { id: networkPath(cloud, 'virtualNetworkTaps/tap') } };
    const put = usual.networkInterfaceTapConfigurations.createOrUpdate(GROUP, 'nic', 'x', tap, QUICK);
    await Promise.resolve(put).catch(() => undefined);
    expect(cloud.calls.counts()['PUT Microsoft.Network/networkInterfaces/tapConfigurations']).toBe(times);
  });
});
