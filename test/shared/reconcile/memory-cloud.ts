import { parseAttachmentId } from '../../../shared/ids.ts';
import type { Change } from '../../../shared/plan/change.ts';
import type { Lane, MirrorCloud, Outcome } from '../../../shared/ports.ts';
import { PROFILES } from '../../../shared/profile.ts';
import { toScopeKey } from '../../../shared/reconcile/scope.ts';
import type {
  Attachment,
  MachineId,
  Owner,
  Scope,
  Selection,
  SourceId,
  Target,
  TargetId,
  World,
} from '../../../shared/words.ts';
import type { LaunchHook } from '../../../shared/work.ts';

/** A cloud in memory, under the real clouds' rules, with what a test needs to disturb it and to look at it. */
export interface MemoryCloud extends MirrorCloud {
  /** Every read, in order. */
  readonly reads: readonly { readonly scope: Scope; readonly selection: Selection }[];
  /** Every change that was tried, in order. */
  readonly tried: readonly Change[];
  /** The lane of each change that was tried, in order. */
  readonly lanes: readonly Lane[];
  /** How many changes were under way at most, in all and on any one source. */
  readonly peak: { readonly all: number; readonly perSource: number };
  world(scope?: Scope): World;
  edit(edit: (world: World) => World, scope?: Scope): void;
  /** How long a change takes: it is made when this is over. */
  duration: (change: Change) => Promise<void>;
  /** What happens as a change arrives: an outcome instead of the change, a disturbance, or (`null`) nothing. */
  onApply: (change: Change) => Outcome | null;
  /** Whether there is anything remembered to be forgotten. */
  onForget: (scope: Scope) => boolean;
  /** What a closer look at a target finds. */
  onInspect: (target: Target) => Target;
  /** Every target that was looked at closer, in order. */
  readonly inspected: readonly TargetId[];
  /** Launch hooks that were completed, in order. */
  readonly released: readonly LaunchHook[];
  /** What happens as a hook is to be completed; it may throw. */
  onRelease: (hook: LaunchHook) => void;
  /** What happens as a read arrives; it may throw. */
  onRead: (scope: Scope) => void;
}

export function memoryCloud(...worlds: readonly [World, ...World[]]): MemoryCloud {
  const current = new Map(worlds.map((world) => [toScopeKey(world.scope), world]));
  const reads: { scope: Scope; selection: Selection }[] = [];
  const tried: Change[] = [];
  const lanes: Lane[] = [];
  const underWay: SourceId[] = [];
  const inspected: TargetId[] = [];
  const released: LaunchHook[] = [];
  const peak = { all: 0, perSource: 0 };
  let made = 0;
  const worldOf = (scope: Scope): World => {
    const world = current.get(toScopeKey(scope));
    if (world === undefined) throw new Error(`no world for ${toScopeKey(scope)}`);
    return world;
  };
  const cloud: MemoryCloud = {
    cloud: worlds[0].scope.cloud,
    reads,
    tried,
    lanes,
    peak,
    duration: () => Promise.resolve(),
    onApply: () => null,
    onForget: () => false,
    onRead: () => {},
    onInspect: (target) => target,
    onRelease: () => {},
    inspected,
    released,
    scopes: async () => [...current.values()].map(({ scope }) => scope),
    keeps: (scope) => current.has(toScopeKey(scope)),
    world: (scope = worlds[0].scope) => worldOf(scope),
    edit: (edit, scope = worlds[0].scope) => void current.set(toScopeKey(scope), edit(worldOf(scope))),
    forget: (scope) => cloud.onForget(scope),
    async read(scope, selection) {
      reads.push({ scope, selection });
      cloud.onRead(scope);
      await Promise.resolve();
      return select(worldOf(scope), selection);
    },
    async inspect(_scope, [first, ...others]) {
      await Promise.resolve();
      inspected.push(...[first, ...others].map(({ id }) => id));
      return [cloud.onInspect(first), ...others.map((target) => cloud.onInspect(target))];
    },
    async release(_scope, hook) {
      await Promise.resolve();
      cloud.onRelease(hook);
      released.push(hook);
    },
    async apply(scope, change, owner, lane) {
      tried.push(change);
      lanes.push(lane);
      underWay.push(change.source);
      peak.all = Math.max(peak.all, underWay.length);
      peak.perSource = Math.max(peak.perSource, underWay.filter((source) => source === change.source).length);
      await cloud.duration(change);
      underWay.splice(underWay.indexOf(change.source), 1);
      const instead = cloud.onApply(change);
      if (instead !== null) return instead;
      const { world, outcome } = applied(worldOf(scope), change, owner, parseAttachmentId(`tms-made-${(made += 1)}`));
      current.set(toScopeKey(scope), world);
      return outcome;
    },
  };
  return cloud;
}

/** As a cloud answers it: what was asked for with all that belongs to it, targets and filters always. */
function select(world: World, selection: Selection): World {
  if (selection.kind === 'everything') return { ...world, selection };
  const named = new Set<string>(selection.subjects.map(({ id }) => id));
  const sources = world.sources.filter(({ id, machine }) => named.has(id) || (machine !== null && named.has(machine)));
  const machines = new Set<MachineId | null>(sources.map(({ machine }) => machine));
  const chosen = new Set(sources.map(({ id }) => id));
  return {
    ...world,
    selection,
    sources,
    machines: world.machines.filter(({ id }) => named.has(id) || machines.has(id)),
    attachments: world.attachments.filter(({ source }) => chosen.has(source) || named.has(source)),
  };
}

interface Applied {
  readonly world: World;
  readonly outcome: Outcome;
}

function applied(world: World, change: Change, owner: Owner, newId: Attachment['id']): Applied {
  if (!world.sources.some(({ id }) => id === change.source)) {
    return { world, outcome: { kind: 'gone', change, detail: `${change.source} does not exist` } };
  }
  const existing = 'attachment' in change ? world.attachments.find(({ id }) => id === change.attachment) : null;
  if (existing === undefined)
    return { world, outcome: { kind: 'gone', change, detail: 'the attachment does not exist' } };
  if (existing !== null && existing.mark?.owner !== owner) throw new Error(`${existing.id} is others'`);
  const others = world.attachments.filter((one) => one !== existing);
  if (change.kind === 'detach') return done({ ...world, attachments: others }, change, change.attachment);
  const id = existing?.id ?? newId;
  const mark = { owner, version: 'v1' } as const;
  const attachment: Attachment = { id, source: change.source, settings: change.to, mark, state: 'ready' };
  const attachments = [...others, attachment];
  const refusal = findRefusal(world, attachments, change.source);
  if (refusal !== null) return { world, outcome: { kind: 'conflict', change, detail: refusal } };
  return done({ ...world, attachments }, change, id);
}

const done = (world: World, change: Change, attachment: Attachment['id']): Applied => ({
  world,
  outcome: { kind: 'done', change, attachment },
});

/** TrafficMirrorSessionsPerInterface and the number in use, by their documented meaning. */
function findRefusal({ scope }: World, attachments: readonly Attachment[], source: SourceId): string | null {
  const here = attachments.filter((one) => one.source === source);
  if (here.length > PROFILES[scope.cloud].attachmentsPerSource) return `${source} has no room`;
  const numbers = here.flatMap(({ settings: { number } }) => (number === null ? [] : [number]));
  return new Set(numbers).size < numbers.length ? `a session number of ${source} is in use` : null;
}
