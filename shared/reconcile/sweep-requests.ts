import type { RulesBefore, SweepRequests, SweepRound } from '../ports.ts';
import type { Digest, RulesVersion, SourceId } from '../words.ts';
import { toScopeKey } from './scope.ts';

/** A storm of events asks for a sweep with each of its batches; one in so many seconds sees what all of them saw. */
const APART_MS = 30_000;
/**
 * A little less than a message about an interruption waits for its turn, so that the next sweep by the clock finds again what was
 * given up just before it.
 */
const HANDED_ON_MS = 780_000;

/** What waits on one source, and since when. */
interface Waiting {
  readonly mark: Digest;
  readonly atMs: number;
}

/** What the sweeps of one scope handed on, by the rules of one version. */
interface HandedOn {
  readonly rulesVersion: RulesVersion;
  readonly bySource: Map<SourceId, Waiting>;
}

/** A memory of this process: the first who asks is answered at once, those soon after by one sweep more. */
export function rememberRequests(): SweepRequests {
  const dueMs = new Map<string, number>();
  const handedOn = new Map<string, HandedOn>();
  const openings = new Map<string, number>();
  const swept = new Map<string, SweepRound>();
  let judged: RulesBefore | null = null;
  const young = ({ scope, rulesVersion, nowMs }: SweepRound): Map<SourceId, Waiting> => {
    const known = handedOn.get(toScopeKey(scope));
    const waiting = known?.rulesVersion === rulesVersion ? known.bySource : [];
    return new Map([...waiting].filter(([, { atMs }]) => nowMs - atMs < HANDED_ON_MS));
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
    handOn(round, marks) {
      const bySource = young(round);
      for (const [source, mark] of marks) bySource.set(source, { mark, atMs: round.nowMs });
      handedOn.set(toScopeKey(round.scope), { rulesVersion: round.rulesVersion, bySource });
    },
    handedOn: (round) => new Map([...young(round)].map(([source, { mark }]) => [source, mark])),
    conclude(scope, sources) {
      const known = handedOn.get(toScopeKey(scope));
      for (const source of sources) known?.bySource.delete(source);
    },
    findOpening: (scope) => openings.get(toScopeKey(scope)) ?? null,
    awaitOpening: (scope, opensAtMs) => void openings.set(toScopeKey(scope), opensAtMs),
    judgeBy(version, nowMs) {
      const before = judged;
      judged = { version, atMs: nowMs };
      return before?.version === version ? null : before;
    },
    tellSwept: (round) => void swept.set(toScopeKey(round.scope), round),
    isSwept({ scope, rulesVersion, nowMs }) {
      const last = swept.get(toScopeKey(scope));
      return last?.rulesVersion === rulesVersion && last.nowMs >= nowMs;
    },
  };
}
