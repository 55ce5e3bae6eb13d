import type { Interruptions, Refusal, Turn, TurnRequest } from '../ports.ts';
import type { Instant, MachineId, Scope } from '../words.ts';
import { toScopeKey } from './scope.ts';

/** The memory of one process, for a person at a terminal and for a cloud on which nothing interrupts. */
export function rememberInterruptions(): Interruptions {
  const turns = new Map<string, Set<string>>();
  const stirred = new Map<MachineId, Instant>();
  const refusals = new Map<MachineId, { readonly scope: string; readonly refusal: Refusal }>();

  const unitsOf = (scope: Scope): Set<string> => {
    const key = toScopeKey(scope);
    const units = turns.get(key) ?? new Set<string>();
    turns.set(key, units);
    return units;
  };

  const toTurn = ({ scope, unit }: TurnRequest): Turn => ({
    // Changes of this process are known to it: one interface is written at a time.
    otherTookAt: null,
    isHeld: () => unitsOf(scope).has(unit),
    release: async () => void unitsOf(scope).delete(unit),
  });

  return {
    async take(request) {
      const units = unitsOf(request.scope);
      if (units.has(request.unit)) return { kind: 'busy' };
      if (units.size >= request.limit) return { kind: 'full' };
      units.add(request.unit);
      return { kind: 'taken', turn: toTurn(request) };
    },
    async stir(_scope, machine, happened) {
      const before = stirred.get(machine);
      const latest = before === undefined || before < happened ? happened : before;
      stirred.set(machine, latest);
      return latest;
    },
    async refusals(scope, machines) {
      const known = [...refusals.values()].filter((one) => one.scope === toScopeKey(scope));
      const wanted = machines === null ? null : new Set(machines);
      return known.map(({ refusal }) => refusal).filter(({ machine }) => wanted === null || wanted.has(machine));
    },
    async refuse(scope, refusal) {
      refusals.set(refusal.machine, { scope: toScopeKey(scope), refusal });
    },
    async forgive(_scope, machines) {
      for (const machine of machines) refusals.delete(machine);
    },
  };
}
