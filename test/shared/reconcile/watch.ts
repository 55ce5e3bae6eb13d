import type { Change } from '../../../shared/plan/change.ts';
import { unitOf } from '../../../shared/reconcile/interruptible.ts';
import type { MachineId } from '../../../shared/words.ts';
import type { MemoryCloud } from './memory-cloud.ts';

/** What was seen of running machines while they were changed. */
export interface Watch {
  /** How many were changing at the same time at most. */
  most: number;
  /** The same of machines that stand in for each other. */
  mostOfUnit: number;
  /** How many changes were made on each. */
  readonly times: Map<MachineId, number>;
}

/** Watches whom changes interrupt; each takes so many turns of the event loop that others come in between. */
export function watch(cloud: MemoryCloud): Watch {
  const underWay: MachineId[] = [];
  const seen: Watch = { most: 0, mostOfUnit: 0, times: new Map() };
  const unitsUnderWay = (): readonly string[] =>
    [...new Set(underWay)].flatMap((id) =>
      cloud
        .world()
        .machines.filter((machine) => machine.id === id)
        .map(unitOf),
    );
  cloud.duration = async ({ machine }: Change) => {
    const isRunning = cloud.world().machines.some(({ id, state }) => id === machine && state === 'running');
    if (machine === null || !isRunning) return;
    underWay.push(machine);
    seen.times.set(machine, (seen.times.get(machine) ?? 0) + 1);
    const units = unitsUnderWay();
    seen.most = Math.max(seen.most, new Set(underWay).size);
    seen.mostOfUnit = Math.max(seen.mostOfUnit, ...units.map((unit) => units.filter((one) => one === unit).length));
    for (let tick = 0; tick < 20; tick += 1) await Promise.resolve();
    underWay.splice(underWay.indexOf(machine), 1);
  };
  return seen;
}
