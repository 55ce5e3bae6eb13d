import { newEtag, type Arm } from './arm.ts';
import { findText, toRecord } from './body.ts';
import type { ResourceType } from './path.ts';
import type { PlainResource, Properties } from './resource.ts';

/** The lists of each type whose elements are resources of their own; the service gives them ids. */
export const CHILD_LISTS = {
  'Microsoft.Network/virtualNetworks': ['subnets', 'virtualNetworkPeerings'],
  'Microsoft.Network/loadBalancers': [
    'frontendIPConfigurations',
    'backendAddressPools',
    'loadBalancingRules',
    'inboundNatRules',
    'probes',
  ],
  'Microsoft.Network/networkSecurityGroups': ['securityRules'],
  'Microsoft.Compute/availabilitySets': [],
  'Microsoft.Compute/virtualMachineScaleSets': [],
} as const satisfies Record<PlainResource['type'], readonly string[]>;

/** The types of those elements. */
export type ChildType = Extract<ResourceType, `${PlainResource['type']}/${string}`>;

/** A frontend has a private address, which it keeps. */
const addressPart = (arm: Arm, list: string, before: Properties): Properties =>
  list === 'frontendIPConfigurations' ? { privateIPAddress: before['privateIPAddress'] ?? arm.newAddress() } : {};

/** An element as the service completes it: an id, an etag, a state. */
export function completeChild(
  arm: Arm,
  parent: string,
  list: string,
  child: Properties,
  existing: Properties | null,
): Properties {
  return {
    ...child,
    id: `${parent}/${list}/${findText(child['name']) ?? ''}`,
    etag: newEtag(arm),
    properties: {
      ...addressPart(arm, list, toRecord(existing?.['properties'])),
      ...toRecord(child['properties']),
      provisioningState: 'Succeeded',
    },
  };
}
