import { groupBy } from '../../group-by.ts';
import type { Change } from '../../plan/change.ts';
import type { Machine, NonEmpty } from '../../words.ts';
import { type Interruptible, unitOf } from '../interruptible.ts';

/** What is to be changed on one running machine, interface by interface. */
export interface MachineErrand {
  readonly machine: Machine;
  readonly errands: NonEmpty<NonEmpty<Change>>;
}

/** Machines of which one at a time may be interrupted. */
export interface Unit {
  readonly name: string;
  readonly machines: readonly MachineErrand[];
}

/** Changes of running machines, unit by unit, each in the order of its first change. */
export function toUnits(bySource: readonly NonEmpty<Change>[], interruptible: Interruptible): readonly Unit[] {
  const onMachines = bySource.flatMap((changes) => {
    const machine = interruptible.get(changes[0].source);
    return machine === undefined ? [] : [{ machine, changes }];
  });
  return [...groupBy(onMachines, ({ machine }) => unitOf(machine))].map(([name, some]): Unit => ({
    name,
    machines: [...groupBy(some, ({ machine }) => machine.id).values()].map(([first, ...others]) => ({
      machine: first.machine,
      errands: [first.changes, ...others.map(({ changes }) => changes)],
    })),
  }));
}
