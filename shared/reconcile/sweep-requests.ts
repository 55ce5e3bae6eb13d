import type { SweepRequests, SweepRound } from '../ports.ts';
import type { RulesVersion, SourceId } from '../words.ts';
import { toScopeKey } from './scope.ts';

/** A storm of events asks for a sweep with each of its batches; one in so many seconds sees what all of them saw. */
const APART_MS = 30_000;
/**
 * A little less than a message about an interruption waits for its turn, so that the next sweep by the clock finds again what was
 * given up just before it.
 */
const HANDED_ON_MS = 780_000;

/** What the sweeps of one scope handed on, by the rules of one version. */
interface HandedOn {
  readonly rulesVersion: RulesVersion;
  readonly atMs: ReadonlyMap<SourceId, number>;
}

/** A memory of this process: the first who asks is answered at once, those soon after by one sweep more. */
export function rememberRequests(): SweepRequests {
  const dueMs = new Map<string, number>();
  const handedOn = new Map<string, HandedOn>();
  const young = ({ scope, rulesVersion, nowMs }: SweepRound): Map<SourceId, number> => {
    const known = handedOn.get(toScopeKey(scope));
    const handedOnMs = known?.rulesVersion === rulesVersion ? known.atMs : [];
    return new Map([...handedOnMs].filter(([, atMs]) => nowMs - atMs < HANDED_ON_MS));
  };
  return {
    findDelay(scope, nowMs, leastSeconds) {
      const key = toScopeKey(scope);
      const last = dueMs.get(key) ?? -Infinity;
      if (last > nowMs) return null;
      const due = Math.max(nowMs + leastSeconds * 1000, last + APART_MS);
      dueMs.set(key, due);
      return Math.ceil((due - nowMs) / 1000);
    },
    withdraw: (scope) => void dueMs.delete(toScopeKey(scope)),
    handOn(round, sources) {
      const atMs = young(round);
      for (const source of sources) atMs.set(source, round.nowMs);
      handedOn.set(toScopeKey(round.scope), { rulesVersion: round.rulesVersion, atMs });
    },
    handedOn: (round) => new Set(young(round).keys()),
  };
}
