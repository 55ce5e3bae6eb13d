import { children } from './children.ts';
import type { Kind } from './kind.ts';
import { networkInterfaces } from './network-interfaces.ts';
import type { ResourceType } from './path.ts';
import { plainResources } from './plain-resources.ts';
import { tapConfigurations } from './tap-configurations.ts';
import { virtualMachines } from './virtual-machines.ts';
import { virtualNetworkTaps } from './virtual-network-taps.ts';

/** What can be done to resources, by type. */
export const KINDS: Readonly<Record<ResourceType, Kind>> = {
  'Microsoft.Compute/virtualMachines': virtualMachines,
  'Microsoft.Compute/availabilitySets': plainResources('Microsoft.Compute/availabilitySets'),
  'Microsoft.Compute/virtualMachineScaleSets': plainResources('Microsoft.Compute/virtualMachineScaleSets'),
  'Microsoft.Network/networkInterfaces': networkInterfaces,
  'Microsoft.Network/networkInterfaces/tapConfigurations': tapConfigurations,
  'Microsoft.Network/virtualNetworkTaps': virtualNetworkTaps,
  'Microsoft.Network/loadBalancers': plainResources('Microsoft.Network/loadBalancers'),
  'Microsoft.Network/loadBalancers/frontendIPConfigurations': children(
    'Microsoft.Network/loadBalancers/frontendIPConfigurations',
  ),
  'Microsoft.Network/loadBalancers/backendAddressPools': children(
    'Microsoft.Network/loadBalancers/backendAddressPools',
  ),
  'Microsoft.Network/loadBalancers/loadBalancingRules': children('Microsoft.Network/loadBalancers/loadBalancingRules'),
  'Microsoft.Network/loadBalancers/inboundNatRules': children('Microsoft.Network/loadBalancers/inboundNatRules'),
  'Microsoft.Network/loadBalancers/probes': children('Microsoft.Network/loadBalancers/probes'),
  'Microsoft.Network/virtualNetworks': plainResources('Microsoft.Network/virtualNetworks'),
  'Microsoft.Network/virtualNetworks/subnets': children('Microsoft.Network/virtualNetworks/subnets'),
  'Microsoft.Network/virtualNetworks/virtualNetworkPeerings': children(
    'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
  ),
  'Microsoft.Network/networkSecurityGroups': plainResources('Microsoft.Network/networkSecurityGroups'),
  'Microsoft.Network/networkSecurityGroups/securityRules': children(
    'Microsoft.Network/networkSecurityGroups/securityRules',
  ),
};
