import { disruptionsIn, marksOf } from '../plan/guard.ts';
import { isRunning } from '../plan/running.ts';
import type { Change } from '../plan/change.ts';
import type { Deps, Outcome, RecentDisruptions } from '../ports.ts';
import type { Digest, Scope, World } from '../words.ts';
import { toScopeKey } from './scope.ts';
import type { Study, Task } from './study.ts';

/** As long as a person takes to see that a tag policy went wrong. */
const RECENT_MS = 600_000;

/**
 * A memory of this process. Another process knows nothing of it: what several of them make together is bounded by as many
 * times the limit, and a second copy of the truth would have to be kept for more.
 */
export function rememberDisruptions(): RecentDisruptions {
  const byPlace = new Map<string, ReadonlyMap<Digest, number>>();
  const young = (scope: Scope, basis: string, nowMs: number): Map<Digest, number> =>
    new Map([...(byPlace.get(keyOf(scope, basis)) ?? [])].filter(([, atMs]) => nowMs - atMs < RECENT_MS));
  return {
    add(scope, basis, disruptions, nowMs) {
      const kept = young(scope, basis, nowMs);
      for (const one of disruptions) kept.set(one, nowMs);
      byPlace.set(keyOf(scope, basis), kept);
    },
    of: (scope, basis, nowMs) => new Set(young(scope, basis, nowMs).keys()),
  };
}

const keyOf = (scope: Scope, basis: string): string => `${basis} ${toScopeKey(scope)}`;

/**
 * Remembers what an event has just taken away from a running machine. What a sweep or a person allowed was judged as a whole
 * and counts for nothing here.
 */
export function rememberOutcome(deps: Deps, task: Task, world: World, { kind, change }: Outcome): void {
  if (task.order.trigger === 'change' && kind === 'done') remember(deps, task, world, [change]);
}

/**
 * Remembers what a sweep lets go. The sweep after it may be one of a slow storm of untags, of which each sees a small part.
 */
export const rememberSweep = (deps: Deps, task: Task, { world, plan }: Study): void =>
  remember(deps, task, world, plan.changes);

function remember(
  { recent, clock, hash }: Deps,
  { order, rules }: Task,
  world: World,
  changes: readonly Change[],
): void {
  const disruptions = disruptionsIn(changes);
  if (disruptions.length === 0) return;
  const machines = new Map(world.machines.map((machine) => [machine.id, machine]));
  const running = new Set(
    world.sources
      .filter((source) => isRunning(source, source.machine === null ? null : (machines.get(source.machine) ?? null)))
      .map(({ id }) => id),
  );
  const marks = marksOf(
    disruptions.filter(({ source }) => running.has(source)),
    rules.version,
    hash,
  );
  recent.add(order.scope, order.basis, marks, clock.now());
}
