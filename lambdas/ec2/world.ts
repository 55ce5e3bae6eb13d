import type { Instance, TrafficMirrorTarget } from '@aws-sdk/client-ec2';
import type { Attachment, Incompleteness, InventoryKind, Selection, Source, World } from '../../shared/words.ts';
import type { Answers, Listed } from './answers.ts';
import {
  findAttachment,
  findFilter,
  findMachine,
  findSource,
  findTarget,
  type AwsScope,
  type TargetFacts,
} from './convert.ts';
import { findUnfit } from './fitness.ts';
import { capacityOf, DEFAULT_CAPACITY } from './target-types.ts';

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

const instanceByInterface = (instances: readonly Instance[]): ReadonlyMap<string, Instance> =>
  new Map(
    instances.flatMap((instance) =>
      (instance.NetworkInterfaces ?? []).map(({ NetworkInterfaceId }) => [NetworkInterfaceId ?? '', instance] as const),
    ),
  );

const ABOUT_TO_END: ReadonlySet<string> = new Set(['stopping', 'stopped', 'shutting-down', 'terminated']);

/**
 * A session to an interface of an instance that does not run is refused with `InvalidTrafficMirrorTarget`; of a load
 * balancer nothing is told here.
 */
function factsOf(target: TrafficMirrorTarget, instance: Instance | undefined, load: number): TargetFacts {
  const nothing = { zone: null, unhealthy: null, load };
  if (target.NetworkInterfaceId === undefined) return { ...nothing, capacity: null };
  if (instance === undefined) return { ...nothing, capacity: DEFAULT_CAPACITY };
  const state = instance.State?.Name ?? 'unknown';
  return {
    load,
    zone: instance.Placement?.AvailabilityZone ?? null,
    unhealthy: ABOUT_TO_END.has(state) ? `its instance ${instance.InstanceId} is ${state}` : null,
    capacity: capacityOf(instance.InstanceType ?? ''),
  };
}

/** Attachments of what was asked for; a read of some sources lists those of others too. */
function isAskedFor(selection: Selection, sources: readonly Source[]): (attachment: Attachment) => boolean {
  if (selection.kind === 'everything') return () => true;
  const ids = new Set<string>([...sources, ...selection.subjects].map(({ id }) => id));
  return ({ source }) => ids.has(source);
}

/** The world that the answers of AWS describe. */
export function toWorld(scope: AwsScope, selection: Selection, answers: Answers): World {
  const machines = convert('machines', answers.instances, (instance) => findMachine(scope, instance));
  const typeOf = new Map<string, string | null>(machines.items.map(({ id, type }) => [id, type]));
  const targetInterfaces = new Set(answers.targets.items.flatMap(({ NetworkInterfaceId: id }) => id ?? []));
  const sources = convert('sources', answers.interfaces, (found) => {
    const machineType = typeOf.get(found.Attachment?.InstanceId ?? '') ?? null;
    return findSource(scope, found, findUnfit(found, { targets: targetInterfaces, machineType }));
  });

  const attachments = convert('attachments', answers.sessions, findAttachment);
  const loads = new Map<string, number>();
  for (const { settings } of attachments.items) loads.set(settings.target, (loads.get(settings.target) ?? 0) + 1);
  const instances = instanceByInterface(answers.targetInstances);
  const targets = convert('targets', answers.targets, (target) => {
    const load = loads.get(target.TrafficMirrorTargetId ?? '') ?? 0;
    return findTarget(scope, target, factsOf(target, instances.get(target.NetworkInterfaceId ?? ''), load));
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
