import { describe, expect, test } from 'vitest';
import { findTap } from '../../../../functions/arm/destinations/tap.ts';
import { findBalancer } from '../../../../functions/arm/eligibility/balancer.ts';
import { balancersOf, findUnfit, type Neighbours } from '../../../../functions/arm/eligibility/fitness.ts';
import { findMachine, findSource } from '../../../../functions/arm/read/convert.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers';
const NETWORK = `${GROUP}/Microsoft.Network`;
const NIC = `${NETWORK}/networkInterfaces/nic`;
const VNET = `${NETWORK}/virtualNetworks/VNet`;
const LB = `${NETWORK}/loadBalancers/LB`;
const POOL = `${LB}/backendAddressPools/pool`;
const FRONT = `${LB}/frontendIPConfigurations/front`;

/** An interface of the network, with more in its only IP configuration. */
const nic = (configuration: object = {}, more: object = {}): unknown => ({
  id: NIC,
  properties: {
    ipConfigurations: [{ properties: { subnet: { id: `${VNET}/subnets/s` }, ...configuration } }],
    virtualMachine: { id: `${GROUP}/Microsoft.Compute/virtualMachines/vm` },
    ...more,
  },
});
const pooled = (...pools: readonly string[]): unknown =>
  nic({ loadBalancerBackendAddressPools: pools.map((id) => ({ id })) });

const rule = (pool: string, more: object = {}): object => ({
  name: 'web',
  properties: { frontendIPConfiguration: { id: FRONT }, backendAddressPool: { id: pool }, ...more },
});
const balancer = (properties: object, sku = 'Standard') => {
  const found = findBalancer({ id: LB.toUpperCase(), sku: { name: sku }, properties });
  if (found === null) throw new Error('no load balancer');
  return { balancers: new Map([[found.id, found]]) };
};
const tapTo = (name: 'LoadBalancerFrontEnd' | 'NetworkInterface', id: string): Pick<Neighbours, 'targets'> => {
  const tap = findTap({
    id: `${NETWORK}/virtualNetworkTaps/soc`,
    properties: { [`destination${name}IPConfiguration`]: { id } },
  });
  return { targets: tap === null ? [] : [tap.target] };
};

function unfit(body: unknown, around: Partial<Neighbours> = {}): string | null {
  const source = findSource(body);
  if (source === null) throw new Error('no interface');
  return findUnfit(source, body, { machine: null, networks: new Map(), balancers: new Map(), targets: [], ...around });
}

describe('an interface by itself', () => {
  test.each([
    ['nothing', {}, {}, null],
    ['IPv6 only', { privateIPAddressVersion: 'ipv6' }, {}, 'IPv6'],
    ['IPv4', { privateIPAddressVersion: 'IPv4' }, {}, null],
    ['a private endpoint', {}, { privateEndpoint: { id: `${NETWORK}/privateEndpoints/pe` } }, 'private endpoint'],
    ['a private link service', {}, { privateLinkService: { id: `${NETWORK}/privateLinkServices/s` } }, 'link service'],
    [
      'a uniform scale set',
      {},
      { virtualMachine: { id: `${GROUP}/Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/1` } },
      'uniform scale set',
    ],
  ])('with %s', (_, configuration, more, reason) => {
    const found = unfit(nic(configuration, more));
    expect(found).toEqual(reason === null ? null : expect.stringContaining(reason));
  });

  test('one of both versions is mirrored', () => {
    const ipConfigurations = ['IPv4', 'IPv6'].map((privateIPAddressVersion) => ({
      properties: { privateIPAddressVersion },
    }));
    expect(unfit(nic({}, { ipConfigurations }))).toBeNull();
  });
});

describe('its machine', () => {
  test.each([
    ['Standard_D2s_v6', 'v6'],
    ['standard_e4ads_V6', 'v6'],
    ['Standard_D2s_v6_Promo', 'v6'],
    ['Standard_DC4es_v6-cc', 'v6'],
    ['Standard_D2s_v5', null],
    ['Standard_D16s_v60', null],
    ['Standard_NV6', null],
  ])('%s', (vmSize, reason) => {
    const machine = findMachine({
      id: `${GROUP}/Microsoft.Compute/virtualMachines/vm`,
      properties: { hardwareProfile: { vmSize } },
    });
    expect(unfit(nic(), { machine })).toEqual(reason === null ? null : expect.stringContaining(reason));
  });
});

describe('its virtual network', () => {
  test.each(['encrypted', 'plain'] as const)('that is %s', (kind) => {
    const found = unfit(nic(), { networks: new Map([[VNET.toLowerCase(), kind]]) });
    expect(found).toEqual(kind === 'plain' ? null : expect.stringContaining('encryption'));
  });

  test('of which nothing is known', () => {
    expect(unfit(nic(), { networks: new Map([[`${VNET}2`.toLowerCase(), 'encrypted']]) })).toBeNull();
  });
});

describe('the load balancers in front of it', () => {
  const floating = { enableFloatingIP: true };

  test('are those of its pools and inbound NAT rules', () => {
    const nat = { loadBalancerInboundNatRules: [{ id: `${LB}2/inboundNatRules/ssh` }] };
    expect(balancersOf(nic(nat))).toEqual([`${LB}2`.toLowerCase()]);
    expect(balancersOf(pooled(POOL, `${LB}/backendAddressPools/other`))).toEqual([LB.toLowerCase()]);
    expect(balancersOf(nic())).toEqual([]);
  });

  test('a Basic one', () => {
    expect(unfit(pooled(POOL), balancer({}, 'basic'))).toContain('Basic');
    expect(unfit(pooled(POOL), balancer({}))).toBeNull();
    expect(unfit(nic(), balancer({}, 'Basic'))).toBeNull();
  });

  test.each([
    ['a rule of its pool', { loadBalancingRules: [rule(POOL, floating)] }, true],
    ['one of several rules', { loadBalancingRules: [rule(POOL), rule(POOL, floating)] }, true],
    [
      'a rule of several pools',
      { loadBalancingRules: [rule(`${POOL}2`, { ...floating, backendAddressPools: [{ id: POOL.toUpperCase() }] })] },
      true,
    ],
    ['a rule of another pool', { loadBalancingRules: [rule(`${POOL}2`, floating)] }, false],
    ['a NAT rule of its pool', { inboundNatRules: [{ id: `${LB}/inboundNatRules/r`, ...rule(POOL, floating) }] }, true],
    ['no rule', { loadBalancingRules: [rule(POOL, { enableFloatingIP: false })] }, false],
  ])('a floating IP in %s', (_, properties, isUnfit) => {
    const found = unfit(pooled(POOL), balancer(properties));
    expect(found).toEqual(isUnfit ? expect.stringContaining('the rule web of') : null);
  });

  test('a floating IP in its own inbound NAT rule', () => {
    const id = `${LB}/inboundNatRules/ssh`;
    const behind = nic({ loadBalancerInboundNatRules: [{ id }] });
    expect(unfit(behind, balancer({ inboundNatRules: [{ id, name: 'ssh', properties: floating }] }))).toContain('ssh');
    expect(unfit(behind, balancer({ inboundNatRules: [{ id, name: 'ssh', properties: {} }] }))).toBeNull();
  });
});

describe('a collector would mirror what was mirrored', () => {
  test('an interface that a VTAP sends to', () => {
    expect(unfit(nic(), tapTo('NetworkInterface', `${NIC}/ipConfigurations/ip`))).toContain('collector');
    expect(unfit(nic(), tapTo('NetworkInterface', `${NIC}2/ipConfigurations/ip`))).toBeNull();
  });

  test.each([
    ['in the pool of its rule', { loadBalancingRules: [rule(POOL)] }, true],
    ['in another pool', { loadBalancingRules: [rule(`${POOL}2`)] }, false],
    ['in a pool, and the frontend has no rule', {}, true],
  ])('a sensor behind the load balancer of a VTAP, %s', (_, properties, isUnfit) => {
    const found = unfit(pooled(POOL), { ...balancer(properties), ...tapTo('LoadBalancerFrontEnd', FRONT) });
    expect(found).toEqual(isUnfit ? expect.stringContaining('collector') : null);
  });

  test('also when the load balancer could not be read', () => {
    expect(unfit(pooled(POOL), tapTo('LoadBalancerFrontEnd', FRONT))).toContain('collector');
    expect(unfit(pooled(`${LB}2/backendAddressPools/pool`), tapTo('LoadBalancerFrontEnd', FRONT))).toBeNull();
  });
});
