import type { Change, Run } from '../plan/change.ts';
import { disruptionsIn, marksOf } from '../plan/guard.ts';
import type { Deps } from '../ports.ts';
import type { Digest, RulesVersion } from '../words.ts';
import type { Task } from './study.ts';

/** What these changes disrupt, one by one: whoever plans them again may disrupt this and nothing else. */
export const seenIn = ({ hash }: Deps, changes: readonly Change[], version: RulesVersion): readonly Digest[] =>
  marksOf(disruptionsIn(changes), version, hash);

/**
 * The same task, allowed to disrupt only what these changes of an accepted plan disrupt. Always judged as a batch: a few
 * sources planned on their own would pass the limits of a scope that the whole plan did not pass. What was lifted is in what
 * was seen; a lift would open the batch to the rest.
 */
export function allowOnly(deps: Deps, { order, rules, run }: Task, changes: readonly Change[]): Task {
  const allowed: Run =
    run.kind === 'observe' ? run : { kind: 'enforce', seen: seenIn(deps, changes, rules.version), lift: [] };
  return { order: { ...order, basis: 'batch' }, rules, run: allowed };
}
