import { isRunning } from '../plan/source-plan.ts';
import type { Deps, Outcome, RecentDisruptions } from '../ports.ts';
import { toScopeKey } from './scope.ts';
import type { Task } from './study.ts';
import type { World } from '../words.ts';

/** As long as a person takes to see that a tag policy went wrong; a slower loss of mirroring is left to the sweep's own limits. */
const RECENT_MS = 600_000;

/**
 * A memory of this process. Another process knows nothing of it: what several of them make together is bounded by as many
 * times the limit, and a second copy of the truth would have to be kept for more.
 */
export function rememberDisruptions(): RecentDisruptions {
  const byScope = new Map<string, readonly number[]>();
  const recent: RecentDisruptions['count'] = (scope, nowMs) => {
    const key = toScopeKey(scope);
    const young = (byScope.get(key) ?? []).filter((atMs) => nowMs - atMs < RECENT_MS);
    byScope.set(key, young);
    return young.length;
  };
  return {
    add(scope, nowMs) {
      recent(scope, nowMs);
      const key = toScopeKey(scope);
      byScope.set(key, [...(byScope.get(key) ?? []), nowMs]);
    },
    count: recent,
  };
}

/**
 * Remembers what an event has just taken away from a running machine. What a sweep or a person allowed was judged as a whole
 * and counts for nothing here.
 */
export function rememberOutcome({ recent, clock }: Deps, { order }: Task, world: World, outcome: Outcome): void {
  const { kind, change } = outcome;
  if (order.trigger !== 'change' || kind !== 'done') return;
  if (change.kind !== 'detach' && change.kind !== 'retarget') return;
  const source = world.sources.find(({ id }) => id === change.source);
  const machine = world.machines.find(({ id }) => id === change.machine) ?? null;
  if (source !== undefined && isRunning(source, machine)) recent.add(order.scope, clock.now());
}
