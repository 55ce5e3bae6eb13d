import type { Fault } from '../../fault.ts';
import type { Change, Hold } from '../../plan/change.ts';
import { findRefusal, writtenBy } from '../../plan/refusals.ts';
import { toHold } from '../../plan/refused.ts';
import { toInstant } from '../../ids.ts';
import type { Outcome, Refusal, Turn } from '../../ports.ts';
import type { HoldCode } from '../../reason.ts';
import { isOver } from '../../closing.ts';
import type { Course } from './course.ts';
import { turnAgainSeconds } from './turn-limits.ts';

/** What withholds a change of a running machine at the moment at which it would be made, and not when it is planned. */
const RESTRAINTS = ['interrupting-enough', 'outside-window', 'settling'] as const satisfies readonly HoldCode[];

type RestraintCode = (typeof RESTRAINTS)[number];

/** Whether this process withholds a change for a moment, and no cloud. */
export const isRestraint = ({ code }: Hold): boolean => RESTRAINTS.some((restraint) => restraint === code);

const NO_TURN = 'as many running machines as may are changing, or one that stands in for this one is';

/** After how many seconds a source that got no turn comes back; `null`: it got one. */
export function waitOf({ deps, task }: Course, outcomes: readonly Outcome[]): number | null {
  const last = outcomes.at(-1);
  if (last?.kind !== 'held' || last.hold.code !== 'interrupting-enough') return null;
  const { lane, since } = task.order;
  return turnAgainSeconds(lane, deps.clock.now() - Date.parse(since));
}

/** A change that is withheld: for a moment, or because the like was refused a moment ago. */
export const withhold = (change: Change, code: RestraintCode | Refusal['code'], detail: string): Outcome => ({
  kind: 'held',
  change,
  hold: toHold(change, code, detail),
});

/**
 * Why a change must not begin now, as its outcome; `null`: it may. What interrupts nobody always may.
 *
 * | on a running machine, while | it is |
 * |---|---|
 * | the other processes cannot be reached | failed, and tried again with its message |
 * | the window is over, or nearly | held `outside-window`, for the next sweep |
 * | the like was refused on another of its interfaces in this run | held with that code |
 * | this process has no turn, or no longer | held `interrupting-enough`, and comes back |
 */
export function findRestraint(course: Course, change: Change, turn: Turn | null): Outcome | null {
  const machine = course.interruptible.get(change.source);
  if (machine === undefined) return null;
  const fault = findFault(course);
  if (fault !== null) return { kind: 'failed', change, code: fault.code, detail: fault.message };
  const closed = findEnd(course);
  if (closed !== null) return withhold(change, 'outside-window', closed);
  const here = course.refused.filter((refusal) => refusal.machine === machine.id);
  const refused = findRefusal(here, writtenBy(change));
  if (refused !== null)
    return withhold(change, refused.code, `another of its interfaces was refused: ${refused.detail}`);
  return turn?.isHeld() === true ? null : withhold(change, 'interrupting-enough', NO_TURN);
}

/** Whether anything running may be changed at all, so that asking for a turn is worth it. */
export const mayInterrupt = (course: Course): boolean => findFault(course) === null && findEnd(course) === null;

const findFault = ({ others, studied }: Course): Fault | null => others.fault() ?? studied.unasked;

/** Why no interruption may begin in the window that was open when it was planned, or `null`. */
function findEnd({ deps, studied: { opening } }: Course): string | null {
  if (!isOver(opening, deps.clock.now())) return null;
  const end = opening.kind === 'open' && opening.endsAtMs !== null ? ` at ${toInstant(opening.endsAtMs)}` : '';
  return `the window ends${end}, and no interruption begins in its last minute`;
}
