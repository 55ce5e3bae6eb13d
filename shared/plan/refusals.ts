import type { Refusal } from '../ports.ts';
import type { MachineId, TargetId } from '../words.ts';
import type { Change } from './change.ts';
import type { Withheld } from './offers.ts';

/**
 * Whether what was refused a while ago is not tried again now:
 *
 * | what was refused | restrains |
 * |---|---|
 * | a write, because the machine needs a restart | each write on the machine |
 * | a write that failed half-way | each write on the machine that is to the same target |
 * | to detach | detaching on the machine |
 *
 * @param target what is to be written; `null`: something is to be detached
 */
const restrains = ({ code, target: refused }: Refusal, target: TargetId | null): boolean =>
  target === null || refused === null ? target === refused : code === 'needs-restart' || target === refused;

/** What a change writes; `null`: it detaches. */
export const writtenBy = (change: Change): TargetId | null => (change.kind === 'detach' ? null : change.to.target);

/** The refusal on account of which a change is not tried now, or `null`; all are of its machine. */
export const findRefusal = (refusals: readonly Refusal[], target: TargetId | null): Refusal | null =>
  refusals.find((refusal) => restrains(refusal, target)) ?? null;

/** Why something is not tried on a machine that runs, for it was refused a while ago. */
export function findRefused(refusals: readonly Refusal[], target: TargetId | null): Withheld | null {
  const refusal = findRefusal(refusals, target);
  if (refusal === null) return null;
  const { code, detail, until } = refusal;
  return { code, detail: `${detail}; while the machine runs it is not tried again before ${until}` };
}

/** The refusals that are not over, by machine, the longest first. */
export function currentRefusals(
  refusals: readonly Refusal[],
  nowMs: number,
): ReadonlyMap<MachineId, readonly Refusal[]> {
  const current = refusals.filter((refusal) => isCurrent(refusal, nowMs));
  const longest = current.toSorted((a, b) => Date.parse(b.until) - Date.parse(a.until));
  return Map.groupBy(longest, ({ machine }) => machine);
}

/** Whether it is not over yet. */
export const isCurrent = ({ until }: Refusal, nowMs: number): boolean => Date.parse(until) > nowMs;
