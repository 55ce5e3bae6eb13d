import type { Change, Run } from '../plan/change.ts';
import { digestOf, disruptionsIn } from '../plan/guard.ts';
import type { Deps } from '../ports.ts';
import type { Digest, RulesVersion } from '../words.ts';
import type { Task } from './study.ts';

/** The digest that a plan of just these changes has: whoever plans them again may disrupt this and nothing else. */
export const seenIn = ({ hash }: Deps, changes: readonly Change[], version: RulesVersion): Digest =>
  digestOf(disruptionsIn(changes), version, hash);

/**
 * The same task, allowed to disrupt only what these changes of an accepted plan disrupt. Always judged as a batch: a few
 * sources planned on their own would pass the limits of a scope that the whole plan did not pass.
 */
export function allowOnly(deps: Deps, { order, rules, run }: Task, changes: readonly Change[]): Task {
  const allowed: Run = run.kind === 'observe' ? run : { ...run, seen: seenIn(deps, changes, rules.version) };
  return { order: { ...order, basis: 'batch' }, rules, run: allowed };
}
