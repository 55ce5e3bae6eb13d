import { everyOf, type Arm } from './arm.ts';
import { findReference, toRecord, toRecords } from './body.ts';
import type { PlainResource, Properties } from './resource.ts';

/** The properties of a resource with what the service works out from others that refer to it. */
export function derive(arm: Arm, resource: PlainResource): Properties {
  switch (resource.type) {
    case 'Microsoft.Network/loadBalancers':
      return withMembers(arm, resource);
    case 'Microsoft.Compute/availabilitySets':
      return { ...resource.properties, virtualMachines: machinesOf(arm, resource, 'availabilitySet') };
    case 'Microsoft.Network/virtualNetworks':
    case 'Microsoft.Network/networkSecurityGroups':
    case 'Microsoft.Compute/virtualMachineScaleSets':
      return resource.properties;
  }
}

const refersTo = (value: unknown, id: string): boolean => findReference(value)?.toLowerCase() === id.toLowerCase();

/** The id of a machine or an availability set in the casing in which the service writes it where one refers to the other. */
export const inCapitals = (id: string): string =>
  id.replace(
    /(\/resourceGroups\/)([^/]+)(\/.*\/)([^/]+)$/i,
    (_, first: string, group: string, rest: string, name: string) =>
      `${first}${group.toUpperCase()}${rest}${name.toUpperCase()}`,
  );

const machinesOf = (arm: Arm, { id }: PlainResource, property: string): readonly Properties[] =>
  everyOf(arm, 'Microsoft.Compute/virtualMachines')
    .filter(({ properties }) => refersTo(properties[property], id))
    .map((machine) => ({ id: inCapitals(machine.id) }));

/** The IP configurations that name a pool, or a rule, of a load balancer: they join it, not it them. */
function membersOf(arm: Arm, property: string): ReadonlyMap<string, readonly Properties[]> {
  const members = new Map<string, Properties[]>();
  for (const nic of everyOf(arm, 'Microsoft.Network/networkInterfaces'))
    for (const configuration of toRecords(nic.properties['ipConfigurations']))
      for (const joined of toRecords(toRecord(configuration['properties'])[property])) {
        const key = findReference(joined)?.toLowerCase() ?? '';
        members.set(key, [...(members.get(key) ?? []), { id: configuration['id'] }]);
      }
  return members;
}

function withMembers(arm: Arm, { properties }: PlainResource): Properties {
  const pools = membersOf(arm, 'loadBalancerBackendAddressPools');
  const rules = membersOf(arm, 'loadBalancerInboundNatRules');
  const extend = (list: string, extra: (id: string) => Properties): readonly Properties[] =>
    toRecords(properties[list]).map((child) => ({
      ...child,
      properties: { ...toRecord(child['properties']), ...extra(findReference(child)?.toLowerCase() ?? '') },
    }));
  return {
    ...properties,
    backendAddressPools: extend('backendAddressPools', (id) =>
      pools.has(id) ? { backendIPConfigurations: pools.get(id) } : {},
    ),
    inboundNatRules: extend('inboundNatRules', (id) =>
      rules.has(id) ? { backendIPConfiguration: rules.get(id)?.[0] } : {},
    ),
  };
}
