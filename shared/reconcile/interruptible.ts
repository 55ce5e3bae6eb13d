import { isInterruptible } from '../plan/interruption.ts';
import { PROFILES } from '../profile.ts';
import type { Machine, SourceId, World } from '../words.ts';

/** The running machines of the sources on which a change interrupts one. */
export type Interruptible = ReadonlyMap<SourceId, Machine>;

const NOBODY: Interruptible = new Map();

/** Whom changes in a world may interrupt: always nobody on a cloud where nothing does. */
export function interruptibleIn({ scope, machines, sources }: World): Interruptible {
  if (!PROFILES[scope.cloud].interrupts) return NOBODY;
  const byId = new Map(machines.map((machine) => [machine.id, machine]));
  return new Map(
    sources.flatMap((source): readonly (readonly [SourceId, Machine])[] => {
      const machine = source.machine === null ? undefined : byId.get(source.machine);
      return machine !== undefined && isInterruptible(source, machine) ? [[source.id, machine]] : [];
    }),
  );
}

/** What changes one at a time: the machines that stand in for each other, or a machine that nobody stands in for. */
export const unitOf = ({ id, availabilityGroup }: Machine): string => availabilityGroup ?? id;
