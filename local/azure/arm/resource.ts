import type { ResourceType } from './path.ts';

/** Tags as the service keeps them: names compare case-insensitively and keep the casing of their first writer. */
export type ArmTags = Readonly<Record<string, string>>;

/** The properties of a body, as they were sent. */
export type Properties = Readonly<Record<string, unknown>>;

export type ProvisioningState = 'Creating' | 'Succeeded' | 'Updating' | 'Deleting' | 'Failed' | 'Canceled';

interface Tracked {
  /** In the casing in which it was created. */
  readonly id: string;
  readonly name: string;
  readonly subscription: string;
  readonly group: string;
  readonly location: string;
  tags: ArmTags;
  etag: string;
  provisioningState: ProvisioningState;
  properties: Properties;
}

export type PowerState = 'starting' | 'running' | 'stopping' | 'stopped' | 'deallocating' | 'deallocated' | 'unknown';

export interface VirtualMachine extends Tracked {
  readonly type: 'Microsoft.Compute/virtualMachines';
  readonly vmId: string;
  /** When it was created, ISO 8601. */
  readonly createdAt: string;
  /** `null` while it is being created. */
  powerState: PowerState | null;
  /** Whether it came to its host when there was a VTAP. */
  isOnFastpath: boolean;
}

export interface NetworkInterface extends Tracked {
  readonly type: 'Microsoft.Network/networkInterfaces';
  readonly resourceGuid: string;
  /** The virtual machine's id as it was created, and whether this is its primary interface. */
  machine: { readonly id: string; readonly isPrimary: boolean } | null;
  /** By lower-cased name. */
  readonly tapConfigurations: Map<string, TapConfiguration>;
  /** The operation that holds this interface; another write is refused meanwhile. */
  busyWith: string | null;
}

/** A child of a network interface: it has no location and no tags. */
export interface TapConfiguration {
  readonly id: string;
  readonly name: string;
  etag: string;
  provisioningState: ProvisioningState;
  /** The VTAP's id, as it was sent. */
  tap: string;
  /** Whether its VTAP lists it. */
  isListed: boolean;
}

export interface VirtualNetworkTap extends Tracked {
  readonly type: 'Microsoft.Network/virtualNetworkTaps';
  /** How many operations on its sources are going on. */
  writing: number;
}

/** A resource that is kept as it was sent: others refer to it. */
export interface PlainResource extends Tracked {
  readonly type:
    | 'Microsoft.Network/loadBalancers'
    | 'Microsoft.Network/virtualNetworks'
    | 'Microsoft.Network/networkSecurityGroups'
    | 'Microsoft.Compute/availabilitySets'
    | 'Microsoft.Compute/virtualMachineScaleSets';
  readonly resourceGuid: string;
  readonly sku: unknown;
}

export type Resource = VirtualMachine | NetworkInterface | VirtualNetworkTap | PlainResource;

export interface ResourceGroup {
  readonly id: string;
  readonly name: string;
  readonly subscription: string;
  readonly location: string;
  tags: ArmTags;
}

type Holding<Candidate extends Resource, Type> = Candidate extends Resource
  ? Type extends Candidate['type']
    ? Candidate
    : never
  : never;

/** The resource that has a given type. */
export type ResourceOf<Type extends ResourceType> = Holding<Resource, Type>;
