import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../shared/config/parse.ts';
import { AZURE, parseBicepFiles, readBicepFiles } from '../bicep/files.ts';
import { checkParameterFiles } from '../bicep/checks/parameter-files.ts';
import { deployWith, getWrite, SENSORS, SOURCES, writesOf } from './deployed.ts';

const network = (subscription: string, group: string, rest: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/${rest}`;
const SUBNET = network(SENSORS, 'security', 'virtualNetworks/security/subnets/sensors');
const FRONTEND = network(SENSORS, 'security', 'loadBalancers/theirs/frontendIPConfigurations/front');
const COLLECTOR = network(SENSORS, 'security', 'networkInterfaces/collector-2/ipConfigurations/ipconfig1');

const newLoadBalancer = (more: object = {}): object => ({
  kind: 'newLoadBalancer',
  name: 'lb',
  subnet: SUBNET,
  ...more,
});

describe('the load balancer', () => {
  const balancerOf = (more: object = {}) => getWrite(deployWith({ entry: newLoadBalancer(more) }), 'loadBalancers');

  it('is a Standard one, and passes on every port of one private address', () => {
    const { id, body } = balancerOf();
    expect(body).toMatchObject({
      sku: { name: 'Standard' },
      properties: {
        frontendIPConfigurations: [
          { name: 'sensors', properties: { subnet: { id: SUBNET }, privateIPAllocationMethod: 'Dynamic' } },
        ],
        loadBalancingRules: [
          {
            properties: {
              protocol: 'All',
              frontendPort: 0,
              backendPort: 0,
              enableFloatingIP: false,
              frontendIPConfiguration: { id: `${id}/frontendIPConfigurations/sensors` },
              backendAddressPool: { id: `${id}/backendAddressPools/sensors` },
              probe: { id: `${id}/probes/sensors` },
            },
          },
        ],
      },
    });
    expect(JSON.stringify(body)).not.toContain('publicIPAddress');
  });

  it('asks sensors on TCP 22, or on the port that is given', () => {
    const probesOf = (more: object): unknown => balancerOf(more).body['properties'];
    expect(probesOf({})).toMatchObject({ probes: [{ properties: { protocol: 'Tcp', port: 22 } }] });
    expect(probesOf({ probePort: 443 })).toMatchObject({ probes: [{ properties: { port: 443 } }] });
  });

  it('takes a fixed address, or says nothing of one', () => {
    expect(JSON.stringify(balancerOf().body)).not.toContain('"privateIPAddress"');
    expect(balancerOf({ address: '10.0.0.9' }).body['properties']).toMatchObject({
      frontendIPConfigurations: [{ properties: { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.0.9' } }],
    });
  });

  it('is in the zones that are given, or says nothing of any', () => {
    expect(JSON.stringify(balancerOf().body)).not.toContain('zones');
    const zones = ['1', '2', '3'];
    expect(balancerOf({ zones }).body['properties']).toMatchObject({ frontendIPConfigurations: [{ zones }] });
  });

  it('says nothing of the members of its pool, which stand on the NICs', () => {
    expect(balancerOf().body['properties']).toMatchObject({ backendAddressPools: [{ name: 'sensors' }] });
    expect(JSON.stringify(balancerOf().body)).not.toContain('loadBalancerBackendAddresses');
  });

  it('is only created for a new one', () => {
    expect(writesOf(deployWith({ entry: { kind: 'loadBalancerFrontend', id: FRONTEND } }), 'loadBalancers')).toEqual(
      [],
    );
  });
});

describe('the VTAP', () => {
  const tapOf = (entry: object): unknown => getWrite(deployWith({ entry }), 'virtualNetworkTaps').body['properties'];

  it('stands in front of one thing: the new load balancer, the one that there is, or the collector', () => {
    const ours = network(SENSORS, 'security', 'loadBalancers/lb/frontendIPConfigurations/sensors');
    expect(tapOf(newLoadBalancer())).toEqual({
      destinationLoadBalancerFrontEndIPConfiguration: { id: ours },
      destinationPort: 4789,
    });
    expect(tapOf({ kind: 'loadBalancerFrontend', id: FRONTEND })).toEqual({
      destinationLoadBalancerFrontEndIPConfiguration: { id: FRONTEND },
      destinationPort: 4789,
    });
    expect(tapOf({ kind: 'collectorIpConfiguration', id: COLLECTOR })).toEqual({
      destinationNetworkInterfaceIPConfiguration: { id: COLLECTOR },
      destinationPort: 4789,
    });
  });

  it('cannot be given both', async () => {
    const { templates, parameterFiles } = await readBicepFiles();
    const file = `${AZURE}/destination/example.bicepparam`;
    const text = parameterFiles.get(file)?.text ?? '';
    const problemsOf = async (changed: string) =>
      checkParameterFiles({ templates, parameterFiles: (await parseBicepFiles([[file, changed]])).parameterFiles });
    expect(await problemsOf(text)).toEqual([]);
    const both = text.replace("kind: 'newLoadBalancer'", "kind: 'collectorIpConfiguration'\n  id: 'x'");
    expect((await problemsOf(both)).join()).toContain('is not');
    const neither = text.replace("kind: 'newLoadBalancer'\n", '');
    expect((await problemsOf(neither)).join()).toContain('is not');
  });

  it('comes after the peerings', () => {
    const types = deployWith().writes.map(({ type }) => type.split('/').at(-1));
    expect(types.filter((type) => /Peerings|Taps/.test(type ?? ''))).toEqual([
      'virtualNetworkPeerings',
      'virtualNetworkPeerings',
      'virtualNetworkTaps',
    ]);
  });
});

describe('the security rules', () => {
  const rulesOf = (params: object): readonly object[] =>
    writesOf(deployWith(params as Readonly<Record<string, unknown>>), 'networkSecurityGroups/securityRules').map(
      ({ id, body }) => ({
        name: id.split('/').at(-1),
        ...(body['properties'] as object),
      }),
    );

  it('let VXLAN in from the virtual network, and the probe from the load balancer', () => {
    expect(rulesOf({ sourceAddresses: undefined })).toMatchObject([
      {
        name: 'allow-mirrored-packets',
        direction: 'Inbound',
        access: 'Allow',
        protocol: 'Udp',
        sourceAddressPrefix: 'VirtualNetwork',
        destinationPortRange: '4789',
        priority: 200,
      },
      {
        name: 'allow-probes',
        direction: 'Inbound',
        access: 'Allow',
        protocol: 'Tcp',
        sourceAddressPrefix: 'AzureLoadBalancer',
        destinationPortRange: '22',
        priority: 201,
      },
    ]);
  });

  it('let VXLAN in from the CIDRs of the sources', () => {
    const cidrs = ['10.1.0.0/16', '10.2.0.0/16'];
    expect(rulesOf({ sourceAddresses: cidrs })).toMatchObject([{ sourceAddressPrefixes: cidrs }, {}]);
    expect(JSON.stringify(rulesOf({ sourceAddresses: cidrs })[0])).not.toContain('sourceAddressPrefix"');
  });

  it('let the probe in on its port, and no probe where there is no load balancer', () => {
    expect(rulesOf({ entry: newLoadBalancer({ probePort: 443 }) })).toMatchObject([
      {},
      { destinationPortRange: '443' },
    ]);
    expect(rulesOf({ entry: { kind: 'collectorIpConfiguration', id: COLLECTOR } })).toMatchObject([
      { name: 'allow-mirrored-packets' },
    ]);
  });

  it('stand in a group of their own, in one that there is, or nowhere', () => {
    const groupsOf = (securityGroup: unknown) =>
      deployWith({ securityGroup }).writes.filter(({ type }) => /Group/.test(type));
    expect(groupsOf({ kind: 'existingSecurityGroup', name: 'nsg', priority: 300 })).toMatchObject([
      { id: network(SENSORS, 'security', 'networkSecurityGroups/nsg/securityRules/allow-mirrored-packets') },
      { body: { properties: { priority: 301 } } },
    ]);
    expect(groupsOf({ kind: 'newSecurityGroup', name: 'nsg' })).toMatchObject([
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        body: { properties: { securityRules: [{ name: 'allow-mirrored-packets' }, { name: 'allow-probes' }] } },
      },
    ]);
    expect(groupsOf(null)).toEqual([]);
  });
});

describe('the peerings', () => {
  const peeringsOf = (params: Readonly<Record<string, unknown>> = {}) =>
    writesOf(deployWith(params), 'virtualNetworks/virtualNetworkPeerings');
  const named = (id: string): string => id.split('/').at(-1) ?? '';

  it('have names of their own, also where networks share one or have long ones', () => {
    const longest = `virtualNetworks/${'n'.repeat(64)}`;
    const sources = [network(SOURCES, 'one', longest), network(SOURCES, 'other', longest)];
    const both = peeringsOf({
      peering: { sensors: network(SENSORS, 'security', 'virtualNetworks/security'), sources },
    });
    const names = both.slice(2).map(({ id }) => named(id));
    expect(new Set(names).size).toBe(2);
    expect(names.filter((name) => name.length > 80)).toEqual([]);
  });

  it('have names that the case of an id does not change', () => {
    const ofSources = (source: string) =>
      peeringsOf({ peering: { sensors: network(SENSORS, 'security', 'virtualNetworks/security'), sources: [source] } });
    const source = network(SOURCES, 'WorkLoads', 'virtualNetworks/spoke');
    const [, here] = ofSources(source);
    const [, there] = ofSources(source.replace('WorkLoads', 'workloads'));
    expect(named(there?.id ?? '')).toBe(named(here?.id ?? ' '));
  });

  it('lead both ways, across resource groups and subscriptions', () => {
    const sensors = network(SENSORS, 'security', 'virtualNetworks/security');
    const sources = network(SOURCES, 'workloads', 'virtualNetworks/workloads');
    const peerings = peeringsOf();
    expect(peerings.map(({ id }) => id.slice(0, -'-0123456789abc'.length))).toEqual([
      `${sources}/virtualNetworkPeerings/mirroring-to-security`,
      `${sensors}/virtualNetworkPeerings/mirroring-to-workloads`,
    ]);
    expect(peerings).toMatchObject([
      {
        body: { properties: { remoteVirtualNetwork: { id: sensors }, allowVirtualNetworkAccess: true } },
      },
      {
        body: { properties: { remoteVirtualNetwork: { id: sources }, allowVirtualNetworkAccess: true } },
      },
    ]);
  });

  it('are left out where they are not asked for', () => {
    expect(peeringsOf({ peering: null })).toEqual([]);
  });
});

describe('the outputs', () => {
  it('are lines that the rules file takes', () => {
    const lines = deployWith().outputs['rulesFile'] as readonly string[];
    const destination = lines.map((line) => `    ${line}`).join('\n');
    const rules = '  - { name: tagged, when: { tag: mirror }, mirror: [sensors] }';
    const parsed = parseConfig(`version: 1\nowner: soc\ndestinations:\n  sensors:\n${destination}\nrules:\n${rules}\n`);
    expect(parsed).toMatchObject({
      kind: 'valid',
      config: { destinations: [{ entry: { kind: 'virtualNetworkTap' } }] },
    });
  });

  it('tell how each sensor joins the pool, and nothing where there is no new load balancer', () => {
    const pool = network(SENSORS, 'security', 'loadBalancers/sensors-eastus/backendAddressPools/sensors');
    expect(deployWith().outputs['joinCommands']).toEqual(
      ['sensor-1-nic', 'sensor-2-nic'].map(
        (nic) =>
          `az network nic ip-config address-pool add --subscription ${SENSORS} --resource-group security --nic-name ${nic} --ip-config-name ipconfig1 --address-pool ${pool}`,
      ),
    );
    expect(deployWith({ entry: { kind: 'loadBalancerFrontend', id: FRONTEND } }).outputs['joinCommands']).toEqual([]);
  });

  it('name the security group only where it is new', () => {
    expect(deployWith({ securityGroup: { kind: 'newSecurityGroup', name: 'nsg' } }).outputs['securityGroupId']).toBe(
      network(SENSORS, 'security', 'networkSecurityGroups/nsg'),
    );
    expect(deployWith().outputs['securityGroupId']).toBeNull();
  });
});
