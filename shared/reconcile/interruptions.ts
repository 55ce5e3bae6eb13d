import type { Clock, Interruptions, Refusal, Turn, TurnRequest } from '../ports.ts';
import type { Instant, MachineId, Scope } from '../words.ts';
import { toScopeKey } from './scope.ts';

/** What happened a day before the latest that is told says nothing any more: nobody settles for so long. */
const STALE_MS = 86_400_000;

/** As long as a lease that nobody renews. */
const LAPSE_MS = 60_000;

/**
 * The memory of one process, for a person at a terminal and for a cloud on which nothing interrupts. What is
 * too old to matter is dropped by what comes after it.
 */
export function rememberInterruptions({ now }: Clock): Interruptions {
  /** The units of each scope that are changing, and until when at most. */
  const turns = new Map<string, Map<string, number>>();
  const stirred = new Map<MachineId, Instant>();
  const refusals = new Map<string, { readonly scope: string; readonly refusal: Refusal }>();

  const unitsOf = (scope: Scope): Map<string, number> => {
    const key = toScopeKey(scope);
    const units = turns.get(key) ?? new Map<string, number>();
    turns.set(key, units);
    for (const [unit, untilMs] of units) if (untilMs <= now()) units.delete(unit);
    return units;
  };

  const toTurn = ({ scope, unit }: TurnRequest): Turn => ({
    // Changes of this process are known to it: one interface is written at a time.
    otherTookAt: null,
    isHeld: () => unitsOf(scope).get(unit) === Infinity,
    lapse: () => void unitsOf(scope).set(unit, now() + LAPSE_MS),
    release: async () => void unitsOf(scope).delete(unit),
  });

  return {
    async take(request) {
      const units = unitsOf(request.scope);
      if (units.has(request.unit)) return { kind: 'busy' };
      if (units.size >= request.limit) return { kind: 'full' };
      units.set(request.unit, Infinity);
      return { kind: 'taken', turn: toTurn(request) };
    },
    isFull: async (scope, limit) => unitsOf(scope).size >= limit,
    async stir(_scope, machine, happened) {
      const before = stirred.get(machine);
      const latest = before === undefined || before < happened ? happened : before;
      dropStale(stirred, (at) => at, happened);
      stirred.set(machine, latest);
      return latest;
    },
    stirred: async (_scope, machine) => stirred.get(machine) ?? null,
    async refusals(scope, machines) {
      const known = [...refusals.values()].filter((one) => one.scope === toScopeKey(scope));
      const wanted = machines === null ? null : new Set(machines);
      return known.map(({ refusal }) => refusal).filter(({ machine }) => wanted === null || wanted.has(machine));
    },
    async refuse(scope, refusal) {
      // None is remembered for longer than a day, so what ends a day before this one does is over.
      dropStale(refusals, (known) => known.refusal.until, refusal.until);
      refusals.set(`${refusal.machine} ${refusal.target}`, { scope: toScopeKey(scope), refusal });
    },
    async forgive(_scope, machines, happened) {
      for (const [key, { refusal }] of refusals) {
        if (machines.includes(refusal.machine) && refusal.at < happened) refusals.delete(key);
      }
    },
  };
}

function dropStale<Key, Entry>(entries: Map<Key, Entry>, timeOf: (entry: Entry) => Instant, latest: Instant): void {
  for (const [key, entry] of entries) {
    if (Date.parse(timeOf(entry)) < Date.parse(latest) - STALE_MS) entries.delete(key);
  }
}
