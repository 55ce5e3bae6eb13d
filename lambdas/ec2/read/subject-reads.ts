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

/** Whether a scope is known to have more sessions than a page. */
export interface Crowd {
  isKnown(): boolean;
  notice(): void;
}

/**
 * What belongs to some machines and interfaces: one round of reads, and a second one only for what the first one shows. The
 * first page of sessions is all of them in most scopes. Where it is known not to be, the sessions of interfaces that were named
 * are read straight.
 */
export async function readSubjects(
  reads: Reads,
  catalogue: Catalogue,
  crowd: Crowd,
  subjects: readonly Subject[],
): Promise<Answers> {
  const machineIds = idsOf(subjects, 'machine');
  const sourceIds = idsOf(subjects, 'source');
  const isStraight = machineIds.length === 0 && crowd.isKnown();
  const sessionsOf = (ids: readonly string[]) =>
    listed(reads.sessions({ filter: 'network-interface-id', values: ids }));
  const hosts = readHosts(catalogue);
  const [named, ofMachines, bySelf, firstPage, straight, targets, filters] = await Promise.all([
    listed(reads.instances({ filter: 'instance-id', values: machineIds })),
    // The interfaces that are embedded in instances carry no tags.
    listed(reads.interfaces({ filter: 'attachment.instance-id', values: machineIds })),
    listed(reads.interfaces({ filter: 'network-interface-id', values: sourceIds })),
    isStraight ? NOTHING : listed(reads.firstSessions().then((page) => [page])),
    isStraight ? sessionsOf(sourceIds) : NOTHING,
    listed(catalogue.targets()),
    listed(catalogue.filters()),
  ]);
  const interfaces = uniqueBy(joinLists(ofMachines, bySelf), ({ NetworkInterfaceId }) => NetworkInterfaceId);
  const wanted = new Set([...sourceIds, ...interfaces.items.flatMap(({ NetworkInterfaceId: id }) => id ?? [])]);
  const sessions: Listed<TrafficMirrorSession> =
    firstPage.fault === null
      ? joinLists({ items: firstPage.items.flatMap(({ items }) => items), fault: null }, straight)
      : firstPage;
  const isLastPage = firstPage.items.every(({ next }) => next === null);
  if (!isLastPage) crowd.notice();

  const [owners, others] = await Promise.all([
    readOwners(reads, interfaces, machineIds),
    isLastPage ? NOTHING : sessionsOf([...wanted]),
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
