import type { Tags } from '../../shared/words.ts';
import type { AzureCloud } from '../azure/start.ts';
import { type ArmCaller, armCaller } from './arm-caller.ts';
import type { Person } from './person.ts';

export const LOCATION = 'eastus';

/** Where the demo's machines are. */
export const groupPath = (subscription: string, group: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}`;

const GROUP = 'demo';

export function azurePerson(cloud: AzureCloud, name: string): Person {
  const call = armCaller(cloud.endpoint, name);
  const base = groupPath(cloud.subscription, GROUP);
  const act = async (machine: string, action: string): Promise<void> =>
    void (await call('POST', `${machine}/${action}`, null));
  const writeTag = async (operation: 'Merge' | 'Delete', machine: string, tags: Tags): Promise<void> =>
    void (await call('PATCH', `${machine}/providers/Microsoft.Resources/tags/default`, {
      operation,
      properties: { tags },
    }));
  return {
    async launch(wish) {
      const subnet = await putNetwork(call, cloud.subscription);
      const nic = `${base}/providers/Microsoft.Network/networkInterfaces/${wish.name}-nic`;
      await call('PUT', nic, nicBody(subnet, {}));
      const machine = `${base}/providers/Microsoft.Compute/virtualMachines/${wish.name}`;
      await call('PUT', machine, machineBody(nic, wish.tags));
      return machine;
    },
    tag: (machine, key, value) => writeTag('Merge', machine, { [key]: value }),
    untag: (machine, key) => writeTag('Delete', machine, { [key]: '' }),
    stop: (machine) => act(machine, 'deallocate'),
    start: (machine) => act(machine, 'start'),
    terminate: async (machine) => void (await call('DELETE', machine, null)),
    breakOff: async (configuration) => void (await call('DELETE', configuration, null)),
    async intrude(source) {
      const { taps, tapConfigurations } = cloud.state;
      const used = new Set(tapConfigurations.map(({ tap }) => tap.toLowerCase()));
      const tap = taps.find(({ id }) => !used.has(id.toLowerCase())) ?? taps.at(-1);
      if (tap === undefined) throw new Error('there is no VTAP to attach to; create one first');
      await call('PUT', `${source}/tapConfigurations/by-hand`, {
        properties: { virtualNetworkTap: { id: tap.id } },
      });
    },
  };
}

/** The network of the demo's machines; its subnet's id. */
export async function putNetwork(call: ArmCaller, subscription: string): Promise<string> {
  const base = groupPath(subscription, GROUP);
  await call('PUT', base, { location: LOCATION });
  const network = `${base}/providers/Microsoft.Network/virtualNetworks/demo`;
  await call('PUT', network, {
    location: LOCATION,
    properties: {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'machines', properties: { addressPrefix: '10.0.0.0/20' } }],
    },
  });
  return `${network}/subnets/machines`;
}

export const nicBody = (subnet: string, tags: Tags): object => ({
  location: LOCATION,
  tags,
  properties: { ipConfigurations: [{ name: 'ipconfig1', properties: { subnet: { id: subnet } } }] },
});

/** A machine whose interface goes when it goes. */
export const machineBody = (nic: string, tags: Tags): object => ({
  location: LOCATION,
  tags,
  properties: {
    hardwareProfile: { vmSize: 'Standard_D2s_v5' },
    networkProfile: { networkInterfaces: [{ id: nic, properties: { primary: true, deleteOption: 'Delete' } }] },
  },
});
