import { armCaller, type ArmCaller } from '../../../local/demo/arm-caller.ts';
import { groupPath, LOCATION, nicBody, putNetwork } from '../../../local/demo/azure-person.ts';
import type { AzureCloud } from '../../../local/azure/start.ts';

type Tags = Readonly<Record<string, string>>;

interface Machine {
  readonly id: string;
  readonly source: string;
}

/** What a person may choose of machines that are created. */
export interface Choice {
  readonly tags: Tags;
  /** Tags of the interface, which is there before its machine is. */
  readonly sourceTags: Tags;
  /** An availability set's id. */
  readonly availabilitySet: string | null;
}

/** A person who works in a subscription. */
export interface Person {
  readonly call: ArmCaller;
  /** Creates machines of one interface each. */
  start(count: number, choice?: Partial<Choice>): Promise<readonly Machine[]>;
  /** Creates machines and waits until everything has settled. */
  launch(count: number, choice?: Partial<Choice>): Promise<readonly Machine[]>;
  tag(ids: readonly string[], tags: Tags): Promise<void>;
  untag(ids: readonly string[], ...names: readonly string[]): Promise<void>;
  power(machine: string, action: 'start' | 'deallocate' | 'powerOff' | 'restart'): Promise<void>;
  /** Makes these the interfaces of a machine, the first one its primary. */
  giveInterfaces(machine: string, sources: readonly string[]): Promise<void>;
  createInterface(tags?: Tags): Promise<string>;
  /** Creates a machine of an interface that is there. */
  createMachine(source: string, choice?: Partial<Choice>): Promise<string>;
  newAvailabilitySet(): string;
  /** The availability set of a machine, by its id in any casing. */
  groupOf(machine: string): string | null;
  /** The id of a new internal load balancer's frontend. */
  createFrontend(): Promise<string>;
  createTap(name: string, frontend: string): Promise<string>;
  /** Makes or moves a TAP configuration. */
  attach(source: string, name: string, tap: string): Promise<string>;
  remove(id: string): Promise<void>;
}

const NETWORK = 'providers/Microsoft.Network';
const GROUP = 'demo';

/** As many as are created at a time. */
const AT_ONCE = 16;

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const next = items.values();
  const worker = async (): Promise<void> => {
    for (const item of next) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export function personIn(cloud: AzureCloud, name = 'alice', subscription = cloud.subscription): Person {
  const call = armCaller(cloud.endpoint, name);
  const base = groupPath(subscription, GROUP);
  const groups = new Map<string, string>();
  let made = 0;
  const newName = (kind: string): string => `${name}-${kind}-${(made += 1)}`;
  let subnet: Promise<string> | null = null;
  const getSubnet = (): Promise<string> => (subnet ??= putNetwork(call, subscription));
  const isThere = (id: string): boolean =>
    cloud.state.vms.some((machine) => machine.id.toLowerCase() === id.toLowerCase());

  const machineBody = (sources: readonly string[], { tags = {}, availabilitySet = null }: Partial<Choice>): object => ({
    location: LOCATION,
    tags,
    properties: {
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      ...(availabilitySet === null ? {} : { availabilitySet: { id: availabilitySet } }),
      networkProfile: {
        networkInterfaces: sources.map((id, at) => ({ id, properties: { primary: at === 0, deleteOption: 'Delete' } })),
      },
    },
  });

  async function createInterface(tags: Tags = {}): Promise<string> {
    const source = `${base}/${NETWORK}/networkInterfaces/${newName('nic')}`;
    await call('PUT', source, nicBody(await getSubnet(), tags));
    return source;
  }

  async function createMachine(source: string, choice: Partial<Choice> = {}): Promise<string> {
    const id = `${base}/providers/Microsoft.Compute/virtualMachines/${newName('vm')}`;
    if (choice.availabilitySet) groups.set(id.toLowerCase(), choice.availabilitySet);
    await call('PUT', id, machineBody([source], choice));
    return id;
  }

  async function start(count: number, choice: Partial<Choice> = {}): Promise<readonly Machine[]> {
    await getSubnet();
    const machines: Machine[] = [];
    await inParallel(Array.from({ length: count }), async () => {
      const source = await createInterface(choice.sourceTags);
      machines.push({ id: await createMachine(source, choice), source });
    });
    return machines;
  }

  const writeTags = (operation: 'Merge' | 'Delete', ids: readonly string[], tags: Tags): Promise<void> =>
    inParallel(ids, async (id) => {
      await call('PATCH', `${id}/providers/Microsoft.Resources/tags/default`, { operation, properties: { tags } });
    });

  return {
    call,
    start,
    async launch(count, choice) {
      const machines = await start(count, choice);
      await cloud.idle();
      return machines;
    },
    tag: (ids, tags) => writeTags('Merge', ids, tags),
    untag: (ids, ...names) => writeTags('Delete', ids, Object.fromEntries(names.map((tag) => [tag, '']))),
    power: async (machine, action) => void (await call('POST', `${machine}/${action}`, null)),
    async giveInterfaces(machine, sources) {
      if (!isThere(machine)) return;
      const { tags, properties } = (await call('GET', machine, null)) as {
        readonly tags?: Tags;
        readonly properties: { readonly availabilitySet?: { readonly id: string } };
      };
      const availabilitySet = properties.availabilitySet?.id ?? null;
      await call('PUT', machine, machineBody(sources, { tags: tags ?? {}, availabilitySet }));
    },
    createInterface,
    createMachine,
    // Only its id is looked at.
    newAvailabilitySet: () => `${base}/providers/Microsoft.Compute/availabilitySets/${newName('set')}`,
    groupOf: (machine) => groups.get(machine.toLowerCase()) ?? null,
    async createFrontend() {
      const balancer = `${base}/${NETWORK}/loadBalancers/${newName('lb')}`;
      await call('PUT', balancer, {
        location: LOCATION,
        sku: { name: 'Standard' },
        properties: {
          frontendIPConfigurations: [{ name: 'front', properties: { subnet: { id: await getSubnet() } } }],
        },
      });
      return `${balancer}/frontendIPConfigurations/front`;
    },
    async createTap(tapName, frontend) {
      const tap = `${base}/${NETWORK}/virtualNetworkTaps/${tapName}`;
      const destination = { destinationLoadBalancerFrontEndIPConfiguration: { id: frontend }, destinationPort: 4789 };
      await call('PUT', tap, { location: LOCATION, properties: destination });
      await cloud.idle();
      return tap;
    },
    async attach(source, configuration, tap) {
      const id = `${source}/tapConfigurations/${configuration}`;
      await call('PUT', id, { properties: { virtualNetworkTap: { id: tap } } });
      return id;
    },
    remove: async (id) => void (await call('DELETE', id, null)),
  };
}
