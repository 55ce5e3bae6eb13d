import type { Plan } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Scope, Target, TargetId, World } from '../words.ts';

/** The targets that a plan is about to point something new at, and that are not among those known; in the world's order. */
export function newlyWanted(plan: Plan, { targets }: World, known: ReadonlySet<TargetId>): readonly Target[] {
  const wanted = new Set(
    plan.changes.flatMap((change) =>
      change.kind === 'attach' || change.kind === 'retarget' ? [change.to.target] : [],
    ),
  );
  return targets.filter(({ id }) => wanted.has(id) && !known.has(id));
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
