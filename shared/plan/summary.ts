import type { Plan } from './change.ts';

/**
 * Counts of a plan by what is counted: verbs, `held`, `held.<code>`, `noted.<code>`, `kept`, and `incomplete`; where machines
 * would be interrupted, also `interrupted` (how many) and `interruptions` (how often altogether). Keys are sorted.
 */
export function summarise(plan: Plan): Readonly<Record<string, number>> {
  const counts = new Map<string, number>([
    ['attach', 0],
    ['modify', 0],
    ['retarget', 0],
    ['detach', 0],
    ['held', plan.holds.length],
    ['kept', plan.keeps.length],
    ['incomplete', plan.incomplete.length],
  ]);
  const add = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { kind } of plan.changes) add(kind);
  for (const { code } of plan.holds) add(`held.${code}`);
  for (const { code } of plan.notes) add(`noted.${code}`);
  if (plan.interruptions.length > 0) {
    counts.set('interrupted', plan.interruptions.length);
    counts.set(
      'interruptions',
      plan.interruptions.reduce((sum, { times }) => sum + times, 0),
    );
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Nothing would be changed. Holds may remain. */
export const isNothingToDo = (plan: Plan): boolean => plan.changes.length === 0;
