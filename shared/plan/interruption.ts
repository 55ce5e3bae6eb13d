import { groupBy } from '../group-by.ts';
import { toInstant } from '../ids.ts';
import { PROFILES } from '../profile.ts';
import type { Machine, MachineId, Source, SourceId } from '../words.ts';
import { compare } from './canonical.ts';
import type { Change, Interruption } from './change.ts';
import type { Withheld } from './offers.ts';
import { isRunning } from './running.ts';

/** Whether running machines may be interrupted, as the windows say at one moment. */
export type Opening =
  /** `endsAtMs`: when the window ends; `null`: there are no windows. */
  | { readonly kind: 'open'; readonly endsAtMs: number | null }
  /** `opensAtMs`: when the next window begins; `null`: none ever does. */
  | { readonly kind: 'closed'; readonly opensAtMs: number | null };

/** Where no windows are configured. */
export const ALWAYS_OPEN: Opening = { kind: 'open', endsAtMs: null };

/** Whether a change here may interrupt the network of a machine that runs. What interrupts nobody is never made to wait. */
export const isInterruptible = (source: Source, machine: Machine | null): boolean =>
  PROFILES[source.cloud].interrupts && isRunning(source, machine);

/** Why nothing that runs may be interrupted now, or `null`. */
export function findClosure(opening: Opening): Withheld | null {
  if (opening.kind === 'open') return null;
  const { opensAtMs } = opening;
  const next = opensAtMs === null ? 'none ever opens' : `the next one opens at ${toInstant(opensAtMs)}`;
  return { code: 'outside-window', detail: `a running machine is interrupted in a window only; ${next}` };
}

/**
 * Whom changes may interrupt, and how often: once for each, since each is one write or one deletion.
 * @param interruptible the sources on which a change interrupts
 */
export function findInterruptions(
  changes: readonly Change[],
  interruptible: ReadonlySet<SourceId>,
): readonly Interruption[] {
  const felt = changes.flatMap(({ source, machine }) =>
    machine !== null && interruptible.has(source) ? [{ source, machine }] : [],
  );
  return [...groupBy(felt, ({ machine }) => machine)]
    .flatMap(([machine, some]) =>
      toInterruption(
        machine,
        some.map(({ source }) => source),
      ),
    )
    .sort((a, b) => compare(a.machine, b.machine));
}

/** @param on the source of each change */
function toInterruption(machine: MachineId, on: readonly SourceId[]): readonly Interruption[] {
  const [first, ...rest] = [...new Set(on)].sort(compare);
  return first === undefined ? [] : [{ machine, sources: [first, ...rest], times: on.length }];
}
