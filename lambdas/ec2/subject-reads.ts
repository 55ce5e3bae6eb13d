import type { Instance, NetworkInterface, TrafficMirrorSession } from '@aws-sdk/client-ec2';
import type { Subject } from '../../shared/words.ts';
import { joinLists, listed, NOTHING, uniqueBy, type Answers, type Listed } from './answers.ts';
import type { Catalogue } from './catalogue.ts';
import type { Reads } from './reads.ts';
import { DEFAULT_CAPACITY } from './target-types.ts';

const idsOf = (subjects: readonly Subject[], kind: Subject['kind']): string[] => [
  ...new Set(subjects.filter((subject) => subject.kind === kind).map(({ id }) => id)),
];

/** Instances of interfaces that were named by themselves. */
async function readOwners(
  reads: Reads,
  interfaces: Listed<NetworkInterface>,
  read: readonly string[],
): Promise<Listed<Instance>> {
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
export async function readSubjects(reads: Reads, catalogue: Catalogue, subjects: readonly Subject[]): Promise<Answers> {
  const machineIds = idsOf(subjects, 'machine');
  const sourceIds = idsOf(subjects, 'source');
  const [named, ofMachines, bySelf, firstPage, targets, filters] = await Promise.all([
    listed(reads.instances({ filter: 'instance-id', values: machineIds })),
    // The interfaces that are embedded in instances carry no tags.
    listed(reads.interfaces({ filter: 'attachment.instance-id', values: machineIds })),
    listed(reads.interfaces({ filter: 'network-interface-id', values: sourceIds })),
    listed(reads.firstSessions().then((page) => [page])),
    listed(catalogue.targets()),
    listed(catalogue.filters()),
  ]);
  const interfaces = uniqueBy(joinLists(ofMachines, bySelf), ({ NetworkInterfaceId }) => NetworkInterfaceId);
  const wanted = new Set([...sourceIds, ...interfaces.items.flatMap(({ NetworkInterfaceId: id }) => id ?? [])]);
  const sessions: Listed<TrafficMirrorSession> =
    firstPage.fault === null ? { items: firstPage.items.flatMap(({ items }) => items), fault: null } : firstPage;
  const isLastPage = firstPage.items.every(({ next }) => next === null);

  const soFar = { instances: named, interfaces, sessions, targets, filters };
  const [owners, others, targetInstances] = await Promise.all([
    readOwners(reads, interfaces, machineIds),
    isLastPage ? NOTHING : listed(reads.sessions({ filter: 'network-interface-id', values: [...wanted] })),
    readTargetInstances(reads, soFar),
  ]);
  return {
    ...soFar,
    instances: joinLists(named, owners),
    sessions: uniqueBy(joinLists(sessions, others), ({ TrafficMirrorSessionId }) => TrafficMirrorSessionId),
    targetInstances,
  };
}
