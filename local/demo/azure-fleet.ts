import type { AzureCloud } from '../azure/start.ts';
import { type ArmCaller, armCaller } from './arm-caller.ts';
import { azurePerson, groupPath, LOCATION, nicBody, putNetwork } from './azure-person.ts';
import { untilTrue } from './until-true.ts';

/** What of the demo's subscription the rules file names. */
export interface AzureEntries {
  readonly frontend: string;
}

/** A VTAP in front of an internal load balancer, and another one for people. */
export async function createAzureSensors(cloud: AzureCloud): Promise<AzureEntries> {
  const call = armCaller(cloud.endpoint, TEAM);
  const subnet = await putNetwork(call, cloud.subscription);
  const base = `${groupPath(cloud.subscription, 'sensors')}/providers/Microsoft.Network`;
  await call('PUT', groupPath(cloud.subscription, 'sensors'), { location: LOCATION });
  const frontend = await createBalancer(call, base, subnet);
  await createTap(call, `${base}/virtualNetworkTaps/soc`, {
    destinationLoadBalancerFrontEndIPConfiguration: { id: frontend },
  });
  const collector = `${base}/networkInterfaces/forensics-nic`;
  await call('PUT', collector, nicBody(subnet, {}));
  await createTap(call, `${base}/virtualNetworkTaps/forensics`, {
    destinationNetworkInterfaceIPConfiguration: { id: `${collector}/ipConfigurations/ipconfig1` },
  });
  await untilTrue(cloud, () => cloud.state.taps.every(({ provisioningState }) => provisioningState === 'Succeeded'));
  return { frontend };
}

/** Machines with and without tags. Returns the one without a tag. */
export async function launchAzureFleet(cloud: AzureCloud): Promise<string> {
  const person = azurePerson(cloud, TEAM);
  await person.launch({ name: 'api-1', tags: { mirror: 'soc', team: 'shop' } });
  await person.launch({ name: 'ledger-1', tags: { data: 'pci', team: 'payments' } });
  return person.launch({ name: 'api-2', tags: { team: 'shop' } });
}

const TEAM = 'platform-team';

async function createBalancer(call: ArmCaller, base: string, subnet: string): Promise<string> {
  const balancer = `${base}/loadBalancers/soc`;
  await call('PUT', balancer, {
    location: LOCATION,
    sku: { name: 'Standard' },
    properties: { frontendIPConfigurations: [{ name: 'front', properties: { subnet: { id: subnet } } }] },
  });
  return `${balancer}/frontendIPConfigurations/front`;
}

const createTap = (call: ArmCaller, path: string, destination: object): Promise<unknown> =>
  call('PUT', path, { location: LOCATION, properties: { ...destination, destinationPort: 4789 } });
