import { type Fault, toFault } from '../fault.ts';
import type { Plan } from '../plan/change.ts';
import type { Deps, Refusal } from '../ports.ts';
import type { MachineId, World } from '../words.ts';
import { interruptibleIn } from './interruptible.ts';

/** The running machines that a plan changes, each once, without those that were asked for. */
export function worthAsking({ changes }: Plan, world: World, asked: ReadonlySet<MachineId>): readonly MachineId[] {
  const interruptible = interruptibleIn(world);
  if (interruptible.size === 0) return [];
  const changed = changes.flatMap(({ source }) => {
    const machine = interruptible.get(source)?.id;
    return machine === undefined || asked.has(machine) ? [] : [machine];
  });
  return [...new Set(changed)];
}

/** What is remembered of refusals on these machines, or why that cannot be told; nothing is asked when there are none. */
export async function askForRefusals(
  { interruptions }: Deps,
  { scope, selection }: World,
  machines: readonly MachineId[],
): Promise<readonly Refusal[] | Fault> {
  const [first, ...others] = machines;
  if (first === undefined) return [];
  const wanted = new Set(machines);
  try {
    // Of a whole scope there are more machines than refusals.
    const known = await interruptions.refusals(scope, selection.kind === 'everything' ? null : [first, ...others]);
    return known.filter(({ machine }) => wanted.has(machine));
  } catch (thrown) {
    return toFault(thrown, 'asking what was refused on running machines');
  }
}
