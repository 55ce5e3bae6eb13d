import type { TrafficMirrorTarget } from '@aws-sdk/client-ec2';
import type { Attachment, Incompleteness, InventoryKind, Selection, Source, World } from '../../../shared/words.ts';
import { UNKNOWN_HOST } from '../destinations/target-hosts.ts';
import { findUnfit } from '../eligibility/fitness.ts';
import { isOwnedHere, type AwsScope } from '../scope.ts';
import type { Answers, Listed } from './answers.ts';
import { findAttachment, findFilter, findMachine, findSource, findTarget } from './convert.ts';

interface Converted<Item> {
  readonly items: readonly Item[];
  readonly incomplete: readonly Incompleteness[];
}

/** Every item converted; one that cannot be understood makes its kind incomplete, like one that was not read. */
function convert<From, To>(kind: InventoryKind, list: Listed<From>, find: (item: From) => To | null): Converted<To> {
  if (list.fault !== null) return { items: [], incomplete: [{ kind, why: list.fault.message }] };
  const found = list.items.map(find);
  const items = found.filter((item) => item !== null);
  const missed = found.length - items.length;
  if (missed === 0) return { items, incomplete: [] };
  const why = `${missed} of ${found.length} ${kind} were described without an id or a setting that they always have`;
  return { items, incomplete: [{ kind, why }] };
}

/** How many sources each target has: an interface counts once, however many of its sessions go to it. */
function countSources(attachments: readonly Attachment[]): ReadonlyMap<string, number> {
  const sources = new Map<string, Set<string>>();
  for (const { source, settings } of attachments) {
    const counted = sources.get(settings.target) ?? new Set();
    sources.set(settings.target, counted.add(source));
  }
  return new Map([...sources].map(([target, { size }]) => [target, size]));
}

/** Attachments of what was asked for; a read of some sources lists those of others too. */
function isAskedFor(selection: Selection, sources: readonly Source[]): (attachment: Attachment) => boolean {
  if (selection.kind === 'everything') return () => true;
  const ids = new Set<string>([...sources, ...selection.subjects].map(({ id }) => id));
  return ({ source }) => ids.has(source);
}

/**
 * What belongs to other accounts is nobody's here, whatever its tags say: sessions towards a target that is shared with them,
 * and interfaces in a subnet that is, whose machines and their tags are seen in their own account only
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-network-limitations.html).
 */
const ownOnly = <Item extends { readonly OwnerId?: string | undefined }>(
  scope: AwsScope,
  list: Listed<Item>,
): Listed<Item> =>
  list.fault === null ? { items: list.items.filter(({ OwnerId }) => isOwnedHere(scope, OwnerId)), fault: null } : list;

/** Why nothing is known of the interface behind a target. Of one that another account shares nothing ever is. */
function whyUnread(scope: AwsScope, target: TrafficMirrorTarget, { hosts, hostsUnread }: Answers): string | null {
  const { NetworkInterfaceId: host, OwnerId } = target;
  const isMissing = host !== undefined && isOwnedHere(scope, OwnerId) && !hosts.has(host);
  return isMissing && hostsUnread !== null ? `what is behind it could not be read: ${hostsUnread}` : null;
}

/** The world that the answers of AWS describe; `isFull` knows of targets that refused a source a moment ago. */
export function toWorld(
  scope: AwsScope,
  selection: Selection,
  answers: Answers,
  isFull: (target: string) => boolean,
): World {
  const machines = convert('machines', answers.instances, (instance) => findMachine(scope, instance));
  const typeOf = new Map<string, string | null>(machines.items.map(({ id, type }) => [id, type]));
  const targetInterfaces = new Set(answers.targets.items.flatMap(({ NetworkInterfaceId: id }) => id ?? []));
  const sources = convert('sources', ownOnly(scope, answers.interfaces), (found) => {
    const machineType = typeOf.get(found.Attachment?.InstanceId ?? '') ?? null;
    return findSource(scope, found, findUnfit(found, { targets: targetInterfaces, machineType }));
  });

  const attachments = convert('attachments', ownOnly(scope, answers.sessions), findAttachment);
  const loads = countSources(attachments.items);
  const targets = convert('targets', answers.targets, (target) => {
    const { TrafficMirrorTargetId: id = '', NetworkInterfaceId: host = '' } = target;
    const load = loads.get(id) ?? 0;
    const facts = { ...(answers.hosts.get(host) ?? UNKNOWN_HOST), unchecked: whyUnread(scope, target, answers) };
    // What was refused for being full takes what it has, whatever was counted.
    return findTarget(scope, target, isFull(id) ? { ...facts, load, capacity: load } : { ...facts, load });
  });
  const filters = convert('filters', answers.filters, findFilter);

  return {
    scope,
    selection,
    machines: machines.items,
    sources: sources.items,
    attachments: attachments.items.filter(isAskedFor(selection, sources.items)),
    targets: targets.items,
    filters: filters.items,
    incomplete: [machines, sources, attachments, targets, filters].flatMap(({ incomplete }) => incomplete),
  };
}
