import type { Pool } from '../config/config.ts';
import type { Plan } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Scope, Target, TargetId, World } from '../words.ts';

/**
 * The targets that a closer look is worth, in the world's order, without those that had one: what a plan is about to point
 * something new at, and what a pool's wish stays with, for it would go to another member if that were found to be unwell.
 * Without the latter a sweep, in which something new shows that a member is unwell, and the pieces that it queues would plan
 * different things.
 */
export function worthALook(
  plan: Plan,
  world: World,
  pools: readonly Pool[],
  known: ReadonlySet<TargetId>,
): readonly Target[] {
  const wanted = new Set([...targetsToBe(plan), ...targetsToStay(plan, world, pools)]);
  return world.targets.filter(({ id }) => wanted.has(id) && !known.has(id));
}

const targetsToBe = ({ changes }: Plan): readonly TargetId[] =>
  changes.flatMap((change) => (change.kind === 'attach' || change.kind === 'retarget' ? [change.to.target] : []));

function targetsToStay({ keeps }: Plan, { attachments }: World, pools: readonly Pool[]): readonly TargetId[] {
  const members = new Set(pools.filter((pool) => pool.members.length > 1).flatMap((pool) => pool.members));
  if (members.size === 0) return [];
  const kept = new Set(
    keeps.flatMap(({ isOurs, destination, attachment }) => (isOurs && members.has(destination) ? [attachment] : [])),
  );
  return attachments.flatMap(({ id, settings }) => (kept.has(id) ? [settings.target] : []));
}

/** The world with these targets as a closer look finds them; the same world, when it finds nothing new. */
export async function lookCloser(
  { cloud }: Deps,
  scope: Scope,
  world: World,
  targets: readonly Target[],
): Promise<World> {
  const [first, ...others] = targets;
  if (first === undefined) return world;
  const found = new Map((await cloud.inspect(scope, [first, ...others])).map((target) => [target.id, target]));
  const differs = targets.some((target) => !isSame(target, found.get(target.id) ?? target));
  return differs ? { ...world, targets: world.targets.map((target) => found.get(target.id) ?? target) } : world;
}

const isSame = (a: Target, b: Target): boolean =>
  a.unhealthy === b.unhealthy && a.unchecked === b.unchecked && a.capacity === b.capacity && a.load === b.load;
