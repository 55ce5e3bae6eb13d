import type { Instance, NetworkInterface, TrafficMirrorSession } from '@aws-sdk/client-ec2';
import { toFault } from '../../../shared/fault.ts';
import type { Subject } from '../../../shared/words.ts';
import { joinLists, listed, NOTHING, uniqueBy, type Answers, type Listed } from './answers.ts';
import type { Catalogue } from './catalogue.ts';
import type { Reads } from './reads.ts';

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

/** Without its hosts, nothing is known against a target. */
async function readHosts(catalogue: Catalogue): Promise<Pick<Answers, 'hosts' | 'hostsUnread'>> {
  try {
    return { hosts: await catalogue.hosts(), hostsUnread: null };
  } catch (thrown) {
    return { hosts: new Map(), hostsUnread: toFault(thrown, 'reading what is behind the targets').message };
  }
}

/** What belongs to some machines and interfaces: one round of reads, and a second one only for what the first one shows. */
export async function readSubjects(reads: Reads, catalogue: Catalogue, subjects: readonly Subject[]): Promise<Answers> {
  const machineIds = idsOf(subjects, 'machine');
  const sourceIds = idsOf(subjects, 'source');
  const hosts = readHosts(catalogue);
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

  const [owners, others] = await Promise.all([
    readOwners(reads, interfaces, machineIds),
    isLastPage ? NOTHING : listed(reads.sessions({ filter: 'network-interface-id', values: [...wanted] })),
  ]);
  return {
    instances: joinLists(named, owners),
    interfaces,
    sessions: uniqueBy(joinLists(sessions, others), ({ TrafficMirrorSessionId }) => TrafficMirrorSessionId),
    targets,
    filters,
    ...(await hosts),
  };
}
