import { refuse, type Answer } from './answer.ts';
import { everyOf, findOf, type Arm } from './arm.ts';
import { NOT_ON_FASTPATH } from './controls.ts';
import type { FailureOrder } from './failures.ts';
import type { NetworkInterface } from './resource.ts';

/**
 * A machine whose host it comes to while there is a VTAP can be a source; one that was there before the first VTAP has to be
 * stopped (deallocated) and started once (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview).
 */
export function isBornOnFastpath(arm: Arm, location: string): boolean {
  if (arm.settings.restartNeeded === 'never') return true;
  return everyOf(arm, 'Microsoft.Network/virtualNetworkTaps').some((tap) => tap.location === location);
}

function isOff(arm: Arm, nic: NetworkInterface): boolean {
  const machine = nic.machine === null ? null : findOf(arm, 'Microsoft.Compute/virtualMachines', nic.machine.id);
  // What is deallocated has no host: it comes to one when it is started.
  return machine !== null && !machine.isOnFastpath && machine.powerState !== 'deallocated';
}

/** The refusal of an attach to a machine that needs a restart, where it is the request that is refused. */
export function findOffFastpath(arm: Arm, nic: NetworkInterface): Answer | null {
  if (arm.settings.fastpathPhase !== 'request' || !isOff(arm, nic)) return null;
  return refuse(400, NOT_ON_FASTPATH.code, NOT_ON_FASTPATH.message);
}

/** What the operation of such an attach fails with, where it is the operation that fails. */
export function findDoom(arm: Arm, nic: NetworkInterface): Pick<FailureOrder, 'code' | 'message'> | null {
  return arm.settings.fastpathPhase === 'operation' && isOff(arm, nic) ? NOT_ON_FASTPATH : null;
}

/** Takes a machine off the fast path, until it is stopped and started. */
export function takeOffFastpath(arm: Arm, id: string): void {
  const machine = findOf(arm, 'Microsoft.Compute/virtualMachines', id);
  if (machine !== null) machine.isOnFastpath = false;
}
