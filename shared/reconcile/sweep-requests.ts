import type { SweepRequests } from '../ports.ts';
import type { Scope, SourceId } from '../words.ts';
import { toScopeKey } from './scope.ts';

/** A storm of events asks for a sweep with each of its batches; one in so many seconds sees what all of them saw. */
const APART_MS = 30_000;
/**
 * A little less than a message about an interruption waits for its turn, so that the next sweep by the clock finds again what was
 * given up just before it.
 */
const HANDED_ON_MS = 780_000;

/** A memory of this process: the first who asks is answered at once, those soon after by one sweep more. */
export function rememberRequests(): SweepRequests {
  const dueMs = new Map<string, number>();
  const handedOnMs = new Map<string, ReadonlyMap<SourceId, number>>();
  const young = (scope: Scope, nowMs: number): Map<SourceId, number> =>
    new Map([...(handedOnMs.get(toScopeKey(scope)) ?? [])].filter(([, atMs]) => nowMs - atMs < HANDED_ON_MS));
  return {
    findDelay(scope, nowMs) {
      const key = toScopeKey(scope);
      const last = dueMs.get(key) ?? -Infinity;
      if (last > nowMs) return null;
      const due = Math.max(nowMs, last + APART_MS);
      dueMs.set(key, due);
      return Math.ceil((due - nowMs) / 1000);
    },
    withdraw: (scope) => void dueMs.delete(toScopeKey(scope)),
    handOn(scope, sources, nowMs) {
      const kept = young(scope, nowMs);
      for (const source of sources) kept.set(source, nowMs);
      handedOnMs.set(toScopeKey(scope), kept);
    },
    handedOn: (scope, nowMs) => new Set(young(scope, nowMs).keys()),
  };
}
