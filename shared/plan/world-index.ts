import type { Config } from '../config/config.ts';
import type {
  Attachment,
  EndpointId,
  InventoryKind,
  Machine,
  MachineId,
  SourceId,
  Target,
  TargetId,
  World,
} from '../words.ts';
import { groupBy } from '../group-by.ts';
import { compare } from './canonical.ts';
import { toFilters, type Filters } from './coverage.ts';

/** The attachments of one source, told apart by their marks, in the order in which the cloud tries them. */
export interface Standing {
  readonly ours: readonly Attachment[];
  readonly theirs: readonly Attachment[];
}

/** A world, looked up by what planning asks of it. */
export interface WorldIndex {
  readonly world: World;
  readonly machines: ReadonlyMap<MachineId, Machine>;
  readonly standing: ReadonlyMap<SourceId, Standing>;
  readonly targets: ReadonlyMap<TargetId, Target>;
  /** In id order; several targets may stand in front of one endpoint. */
  readonly targetsInFrontOf: ReadonlyMap<EndpointId, readonly Target[]>;
  readonly filters: Filters;
  /** Why a kind could not be read wholly. */
  readonly incomplete: ReadonlyMap<InventoryKind, string>;
}

const NOTHING: Standing = { ours: [], theirs: [] };

export const standingOf = (index: WorldIndex, source: SourceId): Standing => index.standing.get(source) ?? NOTHING;

/** Whether a source is among those that a target is counted to have: several sessions of one interface count once. */
export const isCountedAt = ({ ours, theirs }: Standing, target: TargetId): boolean =>
  [...ours, ...theirs].some(({ settings }) => settings.target === target);

export function indexWorld(world: World, config: Config): WorldIndex {
  const owners = new Set<string>([config.owner, ...config.formerOwners]);
  const isOurs = ({ mark }: Attachment): boolean => mark !== null && owners.has(mark.owner);
  const standing = new Map<SourceId, Standing>();
  for (const [source, attachments] of groupBy(world.attachments, (attachment) => attachment.source)) {
    const ordered = [...attachments].sort(inOrderOfEvaluation);
    standing.set(source, { ours: ordered.filter(isOurs), theirs: ordered.filter((one) => !isOurs(one)) });
  }
  const targets = [...world.targets].sort((a, b) => compare(a.id, b.id));
  return {
    world,
    machines: new Map(world.machines.map((machine) => [machine.id, machine])),
    standing,
    targets: new Map(targets.map((target) => [target.id, target])),
    targetsInFrontOf: groupBy(targets, (target) => target.reaches),
    filters: toFilters(world.filters),
    incomplete: new Map(world.incomplete.map(({ kind, why }) => [kind, why])),
  };
}

const inOrderOfEvaluation = (a: Attachment, b: Attachment): number =>
  (a.settings.number ?? 0) - (b.settings.number ?? 0) || compare(a.id, b.id);
