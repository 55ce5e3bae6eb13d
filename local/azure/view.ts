import { findProperty, findReference, findText, toRecord } from './arm/body.ts';
import type {
  ArmTags,
  NetworkInterface,
  ProvisioningState,
  Resource,
  VirtualMachine,
  VirtualNetworkTap,
} from './arm/resource.ts';

export interface VmView {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly location: string;
  readonly size: string | null;
  readonly tags: ArmTags;
  readonly provisioningState: ProvisioningState;
  /** `null` while it is being created. */
  readonly powerState: VirtualMachine['powerState'];
  /** Ids of its network interfaces. */
  readonly nics: readonly string[];
}

export interface NicView {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: ArmTags;
  readonly vm: string | null;
  readonly isPrimary: boolean;
}

export interface TapView {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly provisioningState: ProvisioningState;
  /** The id of the IP configuration or load balancer frontend that it sends to. */
  readonly destination: string | null;
}

export interface TapConfigurationView {
  readonly id: string;
  readonly name: string;
  readonly nic: string;
  readonly tap: string;
  readonly provisioningState: ProvisioningState;
  /** Whether its VTAP lists it. */
  readonly isListed: boolean;
}

/** What is there, to look at; each property is read anew. */
export interface StateView {
  readonly vms: readonly VmView[];
  readonly nics: readonly NicView[];
  readonly taps: readonly TapView[];
  readonly tapConfigurations: readonly TapConfigurationView[];
}

const toVm = (machine: VirtualMachine, nics: readonly NetworkInterface[]): VmView => ({
  id: machine.id,
  name: machine.name,
  group: machine.group,
  location: machine.location,
  size: findText(toRecord(machine.properties['hardwareProfile'])['vmSize']),
  tags: machine.tags,
  provisioningState: machine.provisioningState,
  powerState: machine.powerState,
  nics: nics.map(({ id }) => id),
});

const toNic = ({ id, name, location, tags, machine }: NetworkInterface): NicView => ({
  id,
  name,
  location,
  tags,
  vm: machine?.id ?? null,
  isPrimary: machine?.isPrimary ?? false,
});

const toTap = ({ id, name, location, provisioningState, properties }: VirtualNetworkTap): TapView => ({
  id,
  name,
  location,
  provisioningState,
  destination:
    findReference(findProperty(properties, 'destinationNetworkInterfaceIPConfiguration')) ??
    findReference(findProperty(properties, 'destinationLoadBalancerFrontendIPConfiguration')),
});

/** A view of resources as they are when it is looked at. */
export function viewOf(resources: ReadonlyMap<string, Resource>): StateView {
  const all = () => [...resources.values()];
  const nics = () => all().filter((resource) => resource.type === 'Microsoft.Network/networkInterfaces');

  const machines = (): readonly VmView[] => {
    const byMachine = Map.groupBy(nics(), ({ machine }) => machine?.id.toLowerCase() ?? '');
    return all()
      .filter((resource) => resource.type === 'Microsoft.Compute/virtualMachines')
      .map((machine) => toVm(machine, byMachine.get(machine.id.toLowerCase()) ?? []));
  };

  return {
    get vms() {
      return machines();
    },
    get nics() {
      return nics().map(toNic);
    },
    get taps() {
      return all()
        .filter((resource) => resource.type === 'Microsoft.Network/virtualNetworkTaps')
        .map(toTap);
    },
    get tapConfigurations() {
      return nics().flatMap((nic) =>
        [...nic.tapConfigurations.values()].map(({ id, name, tap, provisioningState, isListed }) => ({
          id,
          name,
          nic: nic.id,
          tap,
          provisioningState,
          isListed,
        })),
      );
    },
  };
}
