import type { Plan } from '../shared/plan/change.ts';
import { isNothingToDo } from '../shared/plan/summary.ts';

/** What the shell is told: the one answer of a run that a script acts on. */
export const EXIT = {
  nothingToDo: 0,
  error: 1,
  changesPending: 2,
  guardTripped: 3,
  incomplete: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The code of several plans: what was not read matters more than what is withheld, and that more than what is pending. */
export function exitCodeOf(plans: readonly Plan[]): ExitCode {
  if (plans.some(({ incomplete }) => incomplete.length > 0)) return EXIT.incomplete;
  if (plans.some(({ guard }) => guard.trips.length > 0)) return EXIT.guardTripped;
  return plans.every(isNothingToDo) ? EXIT.nothingToDo : EXIT.changesPending;
}
