/** One kind of request to Azure Resource Manager, with the permissions that it needs. */
export interface Call {
  /** For messages: what is attempted, to be followed by the resource. */
  readonly attempt: string;
  readonly client: 'network' | 'compute';
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** The API version, pinned, so that an update of the SDK does not change what is read. */
  readonly query: string;
  /** https://learn.microsoft.com/azure/role-based-access-control/permissions/networking and …/permissions/compute */
  readonly needs: Readonly<Record<Side, readonly string[]>>;
}

/** Where a permission is checked: in the subscription whose machines are mirrored, or on the VTAP, which may be in another. */
export type Side = 'source' | 'tap';

const onSource = (...source: readonly string[]): Call['needs'] => ({ source, tap: [] });

const NETWORK = 'api-version=2025-05-01';
const COMPUTE = 'api-version=2024-07-01';
const RESOURCES = 'api-version=2022-12-01';

/** Every request that tapkeeper makes; least-privilege roles and messages are made from this. */
export const CALLS = {
  getInterface: {
    attempt: 'reading the interface',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    needs: onSource('Microsoft.Network/networkInterfaces/read'),
  },
  listInterfaces: {
    attempt: 'listing the interfaces of',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    needs: onSource('Microsoft.Network/networkInterfaces/read'),
  },
  listTapConfigurations: {
    attempt: 'listing the TAP configurations of',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    needs: onSource('Microsoft.Network/networkInterfaces/tapConfigurations/read'),
  },
  getTap: {
    attempt: 'reading the VTAP',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    needs: { source: [], tap: ['Microsoft.Network/virtualNetworkTaps/read'] },
  },
  listTaps: {
    attempt: 'listing the VTAPs of',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    // In front of a load balancer or a collector it is looked for beside the sources, too.
    needs: {
      source: ['Microsoft.Network/virtualNetworkTaps/read'],
      tap: ['Microsoft.Network/virtualNetworkTaps/read'],
    },
  },
  listNetworks: {
    attempt: 'listing the virtual networks of',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    needs: onSource('Microsoft.Network/virtualNetworks/read'),
  },
  listLoadBalancers: {
    attempt: 'listing the load balancers of',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    needs: onSource('Microsoft.Network/loadBalancers/read'),
  },
  listSubscriptions: {
    attempt: 'listing the subscriptions that can be seen at',
    client: 'network',
    method: 'GET',
    query: RESOURCES,
    needs: onSource('Microsoft.Resources/subscriptions/read'),
  },
  getMachine: {
    attempt: 'reading the virtual machine',
    client: 'compute',
    method: 'GET',
    // The instance view holds the power state, at no further call.
    query: `${COMPUTE}&$expand=instanceView`,
    needs: onSource('Microsoft.Compute/virtualMachines/read', 'Microsoft.Compute/virtualMachines/instanceView/read'),
  },
  listMachines: {
    attempt: 'listing the virtual machines of',
    client: 'compute',
    method: 'GET',
    query: COMPUTE,
    needs: onSource('Microsoft.Compute/virtualMachines/read'),
  },
  listMachineStates: {
    attempt: 'listing the power states of the virtual machines of',
    client: 'compute',
    method: 'GET',
    query: `${COMPUTE}&statusOnly=true`,
    needs: onSource('Microsoft.Compute/virtualMachines/read'),
  },
  putTapConfiguration: {
    attempt: 'writing the TAP configuration',
    client: 'network',
    method: 'PUT',
    query: NETWORK,
    // The join is checked on the VTAP that the body names (LinkedAuthorizationFailed).
    needs: {
      source: ['Microsoft.Network/networkInterfaces/tapConfigurations/write'],
      tap: ['Microsoft.Network/virtualNetworkTaps/join/action'],
    },
  },
  getTapConfiguration: {
    attempt: 'reading the TAP configuration',
    client: 'network',
    method: 'GET',
    query: NETWORK,
    needs: onSource('Microsoft.Network/networkInterfaces/tapConfigurations/read'),
  },
  deleteTapConfiguration: {
    attempt: 'deleting the TAP configuration',
    client: 'network',
    method: 'DELETE',
    query: NETWORK,
    needs: onSource('Microsoft.Network/networkInterfaces/tapConfigurations/delete'),
  },
  getOperation: {
    attempt: 'asking for the state of the operation',
    client: 'network',
    method: 'GET',
    // Never added: the address of an operation is signed and followed as it is.
    query: NETWORK,
    needs: onSource('Microsoft.Network/locations/operations/read', 'Microsoft.Network/locations/operationResults/read'),
  },
} as const satisfies Record<string, Call>;

/** Everything that a request needs, wherever it is checked. */
export const needsOf = ({ needs: { source, tap } }: Call): readonly string[] => [...new Set([...source, ...tap])];

/** What the identity must be allowed on one side, sorted, each once. */
export const permissionsOn = (side: Side): readonly string[] =>
  [...new Set(Object.values<Call>(CALLS).flatMap(({ needs }) => needs[side]))].sort();
