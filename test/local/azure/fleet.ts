import { ComputeManagementClient } from '@azure/arm-compute';
import { NetworkManagementClient } from '@azure/arm-network';
import type { AzureCloud } from '../../../local/azure/start.ts';
import { credentialOf, TENANT_ID, type Identity } from '../../../local/azure/identities.ts';

export const ALICE: Identity = {
  appId: 'aaaaaaaa-0000-4000-8000-000000000001',
  objectId: 'aaaaaaaa-0000-4000-8000-000000000002',
  tenantId: TENANT_ID,
  name: 'Alice Example',
};

export const GROUP = 'soc-Lab';
export const LOCATION = 'eastus';
/** Pollers of a test do not wait. */
export const QUICK = { updateIntervalInMs: 1 } as const;

/** The official clients, pointed at a local cloud. */
export function clientsOf(cloud: AzureCloud, identity: Identity = ALICE) {
  const options = { httpClient: cloud.httpClient, retryOptions: { maxRetries: 0 } };
  return {
    network: new NetworkManagementClient(credentialOf(identity), cloud.subscription, options),
    compute: new ComputeManagementClient(credentialOf(identity), cloud.subscription, options),
  };
}

/** What tests read of an answer; an empty one is `null` all the same. */
export interface ArmBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: readonly { readonly code: string }[];
  };
  readonly etag: string;
  readonly type: string;
  readonly value: readonly { readonly name: string; readonly location: string }[];
  readonly properties: {
    readonly provisioningState: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly [name: string]: unknown;
  };
}

/** A plain request, as `curl` would send it. */
export async function request(cloud: AzureCloud, method: string, path: string, body?: unknown, headers = {}) {
  const separator = path.includes('?') ? '&' : '?';
  const response = await fetch(`${cloud.endpoint}${path}${separator}api-version=2024-05-01`, {
    method,
    headers: { authorization: 'Bearer anything', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? null : JSON.parse(text)) as ArmBody,
  };
}

export const groupPath = (cloud: AzureCloud): string => `/subscriptions/${cloud.subscription}/resourceGroups/${GROUP}`;
export const networkPath = (cloud: AzureCloud, rest: string): string =>
  `${groupPath(cloud)}/providers/Microsoft.Network/${rest}`;
export const machinePath = (cloud: AzureCloud, name: string): string =>
  `${groupPath(cloud)}/providers/Microsoft.Compute/virtualMachines/${name}`;

/** A resource group, a network, a load balancer with a frontend, and a VTAP in front of it. */
export async function layGround(cloud: AzureCloud): Promise<void> {
  const { network } = clientsOf(cloud);
  await request(cloud, 'PUT', groupPath(cloud), { location: LOCATION });
  await network.virtualNetworks.createOrUpdate(
    GROUP,
    'vnet',
    { location: LOCATION, addressSpace: { addressPrefixes: ['10.0.0.0/8'] }, subnets: [{ name: 'default' }] },
    QUICK,
  );
  await network.loadBalancers.createOrUpdate(
    GROUP,
    'lb',
    {
      location: LOCATION,
      sku: { name: 'Standard' },
      frontendIPConfigurations: [
        { name: 'front', subnet: { id: networkPath(cloud, 'virtualNetworks/vnet/subnets/default') } },
      ],
    },
    QUICK,
  );
  await network.virtualNetworkTaps.createOrUpdate(
    GROUP,
    'tap',
    {
      location: LOCATION,
      destinationLoadBalancerFrontEndIPConfiguration: {
        id: networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front'),
      },
    },
    QUICK,
  );
}

export async function createNic(cloud: AzureCloud, name: string, tags: Record<string, string> = {}) {
  return clientsOf(cloud).network.networkInterfaces.createOrUpdate(
    GROUP,
    name,
    {
      location: LOCATION,
      tags,
      ipConfigurations: [{ name: 'ip', subnet: { id: networkPath(cloud, 'virtualNetworks/vnet/subnets/default') } }],
    },
    QUICK,
  );
}

export async function createMachine(cloud: AzureCloud, name: string, tags: Record<string, string> = {}) {
  await createNic(cloud, `${name}-nic`);
  return clientsOf(cloud).compute.virtualMachines.createOrUpdate(
    GROUP,
    name,
    {
      location: LOCATION,
      tags,
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      networkProfile: { networkInterfaces: [{ id: networkPath(cloud, `networkInterfaces/${name}-nic`) }] },
    },
    QUICK,
  );
}

/** A tap configuration of a network interface, pointing at the VTAP `tap`. */
export const attach = (cloud: AzureCloud, nic: string, name: string, tap = 'tap') =>
  clientsOf(cloud).network.networkInterfaceTapConfigurations.createOrUpdate(
    GROUP,
    nic,
    name,
    { virtualNetworkTap: { id: networkPath(cloud, `virtualNetworkTaps/${tap}`) } },
    QUICK,
  );

/** All items of a paged list. */
export async function collect<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** The same ground by plain requests, for a cloud whose clock stands still: pollers would wait for ever. The VTAP is `Updating`. */
export async function putPlainGround(cloud: AzureCloud): Promise<void> {
  const put = (path: string, properties: object) =>
    request(cloud, 'PUT', path, { location: LOCATION, sku: { name: 'Standard' }, properties });
  await put(groupPath(cloud), {});
  await put(networkPath(cloud, 'virtualNetworks/vnet'), { subnets: [{ name: 'default' }] });
  await put(networkPath(cloud, 'loadBalancers/lb'), {
    frontendIPConfigurations: [
      { name: 'front', properties: { subnet: { id: networkPath(cloud, 'virtualNetworks/vnet/subnets/default') } } },
    ],
  });
  await put(networkPath(cloud, 'virtualNetworkTaps/tap'), {
    destinationLoadBalancerFrontEndIPConfiguration: {
      id: networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front'),
    },
  });
}

/** A machine `Creating`, with an interface `<name>-nic`. */
export async function putPlainMachine(cloud: AzureCloud, name: string, properties: object = {}) {
  const nic = networkPath(cloud, `networkInterfaces/${name}-nic`);
  const subnet = { id: networkPath(cloud, 'virtualNetworks/vnet/subnets/default') };
  const ipConfigurations = [{ name: 'ip', properties: { subnet } }];
  await request(cloud, 'PUT', nic, { location: LOCATION, properties: { ipConfigurations } });
  return request(cloud, 'PUT', machinePath(cloud, name), {
    location: LOCATION,
    properties: {
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      networkProfile: { networkInterfaces: [{ id: nic }] },
      ...properties,
    },
  });
}
