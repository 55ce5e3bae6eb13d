import type { SweepRequests } from '../ports.ts';
import { toScopeKey } from './scope.ts';

/** A storm of events asks for a sweep with each of its batches; one in so many seconds sees what all of them saw. */
const APART_MS = 30_000;

/** A memory of this process: the first who asks is answered at once, those soon after by one sweep more. */
export function rememberRequests(): SweepRequests {
  const dueMs = new Map<string, number>();
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
  };
}
