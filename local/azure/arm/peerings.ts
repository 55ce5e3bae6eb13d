import { findOf, type Arm } from './arm.ts';
import { findReference, toRecord, toRecords } from './body.ts';
import type { PlainResource, Properties } from './resource.ts';

/** `Initiated` until the other network has a peering, too; `Disconnected` when that is deleted (https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview). */
type PeeringState = 'Initiated' | 'Connected' | 'Disconnected';

const LIST = 'virtualNetworkPeerings';

const remoteOf = (peering: Properties): string =>
  findReference(toRecord(peering['properties'])['remoteVirtualNetwork'])?.toLowerCase() ?? '';

const findNetwork = (arm: Arm, id: string): PlainResource | null =>
  findOf(arm, 'Microsoft.Network/virtualNetworks', id);

const peeringsOf = ({ properties }: PlainResource): readonly Properties[] => toRecords(properties[LIST]);

const hasPeeringTo = (network: PlainResource, id: string): boolean =>
  peeringsOf(network).some((peering) => remoteOf(peering) === id.toLowerCase());

function setStates(network: PlainResource, stateOf: (peering: Properties) => PeeringState | null): void {
  const changed = peeringsOf(network).map((peering) => {
    const peeringState = stateOf(peering);
    if (peeringState === null) return peering;
    const properties = { ...toRecord(peering['properties']), peeringState, peeringSyncLevel: 'FullyInSync' };
    return { ...peering, properties };
  });
  network.properties = { ...network.properties, [LIST]: changed };
}

/** Connects the peerings of a network with those that lead back to it. */
export function meet(arm: Arm, network: PlainResource): void {
  setStates(network, (peering) => {
    const remote = findNetwork(arm, remoteOf(peering));
    if (remote === null || !hasPeeringTo(remote, network.id)) return 'Initiated';
    setStates(remote, (back) => (remoteOf(back) === network.id.toLowerCase() ? 'Connected' : null));
    return 'Connected';
  });
}

/** Disconnects the peering that led back over one that is deleted. */
export function part(arm: Arm, network: PlainResource, deleted: Properties): void {
  const remote = findNetwork(arm, remoteOf(deleted));
  if (remote === null) return;
  setStates(remote, (back) => (remoteOf(back) === network.id.toLowerCase() ? 'Disconnected' : null));
}
