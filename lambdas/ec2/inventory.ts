import type {
  Instance,
  NetworkInterface,
  TrafficMirrorFilter,
  TrafficMirrorSession,
  TrafficMirrorTarget,
} from '@aws-sdk/client-ec2';
import { toFault, type Fault } from '../../shared/fault.ts';
import type { Clock } from '../../shared/ports.ts';
import type { Selection, Subject, World } from '../../shared/words.ts';
import type { AwsScope } from './convert.ts';
import { DEFAULT_CAPACITY } from './target-types.ts';
import { remember, type Memory } from './remember.ts';
import type { Reads } from './reads.ts';
import { toWorld } from './world.ts';

/** One list: whole, or not read at all and why. */
export type Listed<Item> =
  { readonly items: readonly Item[]; readonly fault: null } | { readonly items: readonly []; readonly fault: Fault };

/** What AWS answered, as it answered it. */
export interface Answers {
  readonly instances: Listed<Instance>;
  readonly interfaces: Listed<NetworkInterface>;
  readonly sessions: Listed<TrafficMirrorSession>;
  readonly targets: Listed<TrafficMirrorTarget>;
  readonly filters: Listed<TrafficMirrorFilter>;
  /** Instances behind targets; they are no part of what was asked for. */
  readonly targetInstances: readonly Instance[];
}

/** Targets and filters change seldom; a new one is seen after a minute, and by every sweep at once. */
const REMEMBERED_MS = 60_000;

const NOTHING: Listed<never> = { items: [], fault: null };

const listed = async <Item>(items: Promise<readonly Item[]>): Promise<Listed<Item>> => {
  try {
    return { items: await items, fault: null };
  } catch (thrown) {
    return { items: [], fault: toFault(thrown, 'reading the inventory') };
  }
};

const join = <Item>(...lists: readonly Listed<Item>[]): Listed<Item> =>
  lists.find(({ fault }) => fault !== null) ?? { items: lists.flatMap(({ items }) => items), fault: null };

const uniqueBy = <Item>(list: Listed<Item>, keyOf: (item: Item) => string | undefined): Listed<Item> =>
  list.fault === null
    ? { items: [...new Map(list.items.map((item) => [keyOf(item), item])).values()], fault: null }
    : list;

const idsOf = (subjects: readonly Subject[], kind: Subject['kind']): string[] => [
  ...new Set(subjects.filter((subject) => subject.kind === kind).map(({ id }) => id)),
];

interface Catalogue {
  readonly targets: Memory<readonly TrafficMirrorTarget[]>;
  readonly filters: Memory<readonly TrafficMirrorFilter[]>;
}

/** Everything of a scope, by listing pages. */
async function readEverything(reads: Reads, catalogue: Catalogue, key: string): Promise<Answers> {
  const [instances, interfaces, sessions, targets, filters] = await Promise.all([
    listed(reads.instances('everything')),
    listed(reads.interfaces('everything')),
    listed(reads.sessions('everything')),
    listed(catalogue.targets.put(key, reads.targets())),
    listed(catalogue.filters.put(key, reads.filters())),
  ]);
  return { instances, interfaces, sessions, targets, filters, targetInstances: instances.items };
}

/** Instances of interfaces that were named by themselves. */
async function readOwners(reads: Reads, interfaces: Listed<NetworkInterface>, read: readonly string[]) {
  const owners = interfaces.items.map(({ Attachment }) => Attachment?.InstanceId).filter((id) => id !== undefined);
  const missing = [...new Set(owners)].filter((id) => !read.includes(id));
  return missing.length === 0 ? NOTHING : listed(reads.instances({ filter: 'instance-id', values: missing }));
}

/**
 * The instances behind interface targets, when one of these may run full: how many sources it takes depends on its
 * instance's type. They are found in one call, by the interface.
 */
async function readTargetInstances(
  reads: Reads,
  answers: Omit<Answers, 'targetInstances'>,
): Promise<readonly Instance[]> {
  const loads = new Map<string | undefined, number>();
  for (const { TrafficMirrorTargetId: id } of answers.sessions.items) loads.set(id, (loads.get(id) ?? 0) + 1);
  const values = answers.targets.items
    .filter(
      ({ TrafficMirrorTargetId: id }) => (loads.get(id) ?? 0) + answers.interfaces.items.length > DEFAULT_CAPACITY,
    )
    .map(({ NetworkInterfaceId }) => NetworkInterfaceId)
    .filter((id) => id !== undefined);
  const found = await listed(reads.instances({ filter: 'network-interface.network-interface-id', values }));
  return found.items;
}

/** What belongs to some machines and interfaces: one round of reads, and a second one only for what the first one shows. */
async function readSubjects(
  reads: Reads,
  catalogue: Catalogue,
  key: string,
  subjects: readonly Subject[],
): Promise<Answers> {
  const machineIds = idsOf(subjects, 'machine');
  const sourceIds = idsOf(subjects, 'source');
  const [named, ofMachines, bySelf, page, targets, filters] = await Promise.all([
    listed(reads.instances({ filter: 'instance-id', values: machineIds })),
    // The interfaces that are embedded in instances carry no tags.
    listed(reads.interfaces({ filter: 'attachment.instance-id', values: machineIds })),
    listed(reads.interfaces({ filter: 'network-interface-id', values: sourceIds })),
    reads.firstSessions().then(
      (first) => ({ ...first, fault: null }),
      (thrown: unknown) => ({ items: [], next: null, fault: toFault(thrown, 'reading sessions') }),
    ),
    listed(catalogue.targets.get(key, () => reads.targets())),
    listed(catalogue.filters.get(key, () => reads.filters())),
  ]);
  const interfaces = uniqueBy(join(ofMachines, bySelf), ({ NetworkInterfaceId }) => NetworkInterfaceId);
  const wanted = new Set([...sourceIds, ...interfaces.items.flatMap(({ NetworkInterfaceId: id }) => id ?? [])]);
  const firstPage: Listed<TrafficMirrorSession> =
    page.fault === null ? { items: page.items, fault: null } : { items: [], fault: page.fault };

  const soFar = { instances: named, interfaces, sessions: firstPage, targets, filters };
  const [owners, others, targetInstances] = await Promise.all([
    readOwners(reads, interfaces, machineIds),
    page.next === null ? NOTHING : listed(reads.sessions({ filter: 'network-interface-id', values: [...wanted] })),
    readTargetInstances(reads, soFar),
  ]);
  return {
    ...soFar,
    instances: join(named, owners),
    sessions: uniqueBy(join(firstPage, others), ({ TrafficMirrorSessionId }) => TrafficMirrorSessionId),
    targetInstances,
  };
}

/** Reads scopes; what it remembers between reads are targets and filters. */
export function inventory(readsFor: (scope: AwsScope) => Reads, clock: Clock) {
  const catalogue: Catalogue = { targets: remember(clock, REMEMBERED_MS), filters: remember(clock, REMEMBERED_MS) };
  return async (scope: AwsScope, selection: Selection): Promise<World> => {
    const reads = readsFor(scope);
    const key = `${scope.account} ${scope.region}`;
    const answers =
      selection.kind === 'everything'
        ? await readEverything(reads, catalogue, key)
        : await readSubjects(reads, catalogue, key, selection.subjects);
    const faults = [answers.instances.fault, answers.interfaces.fault, answers.sessions.fault];
    const [first] = faults;
    if (first !== null && first !== undefined && faults.every((fault) => fault !== null)) throw first;
    return toWorld(scope, selection, answers);
  };
}
