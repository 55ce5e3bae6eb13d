import { refuse, type Answer } from './answer.ts';
import { everyOf, findOf, type Arm } from './arm.ts';
import type { NetworkInterface, TapConfiguration } from './resource.ts';
import { findDestinationNic, sourcesOf } from './virtual-network-taps.ts';

const VTAP = 'Microsoft.Network/virtualNetworkTaps';

/** Limits of the feature whose codes are not documented; `null`: none is touched. */
export function findLimit(
  arm: Arm,
  nic: NetworkInterface,
  existing: TapConfiguration | null,
  tap: string,
): Answer | null {
  return findLoop(arm, nic) ?? findSecond(nic, existing) ?? findFull(arm, existing, tap);
}

function findLoop(arm: Arm, nic: NetworkInterface): Answer | null {
  const isDestination = everyOf(arm, VTAP).some(
    (tap) => findDestinationNic(tap)?.toLowerCase() === nic.id.toLowerCase(),
  );
  return isDestination
    ? refuse(
        400,
        'NetworkInterfaceIsTapDestination',
        `Network interface ${nic.id} is the destination of a virtual network tap and cannot be a source.`,
      )
    : null;
}

const findSecond = (nic: NetworkInterface, existing: TapConfiguration | null): Answer | null =>
  existing === null && nic.tapConfigurations.size > 0
    ? refuse(
        400,
        'NetworkInterfaceTapConfigurationLimitReached',
        `Network interface ${nic.id} cannot have more than 1 tap configuration.`,
      )
    : null;

/** So many sources to a VTAP (https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#virtual-network-tap). */
function findFull(arm: Arm, existing: TapConfiguration | null, id: string): Answer | null {
  const { tapCapacity } = arm.settings;
  const isCounted = existing?.tap.toLowerCase() === id.toLowerCase();
  const tap = findOf(arm, VTAP, id);
  if (tapCapacity === null || isCounted || tap === null || sourcesOf(arm, tap).length < tapCapacity) return null;
  return refuse(
    400,
    'VirtualNetworkTapSourceLimitReached',
    `Virtual network tap ${tap.id} cannot have more than ${tapCapacity} sources.`,
  );
}
