import type { Change, Run } from '../plan/change.ts';
import { disruptionsIn, marksOf } from '../plan/guard.ts';
import type { Deps, Mode } from '../ports.ts';
import type { Digest, RulesVersion } from '../words.ts';
import type { Task } from './study.ts';

/** The permission in force: what the order gives, and never more than the deployment's mode. */
export function toRun(mode: Exclude<Mode, 'paused'>, given: Run | null): Run {
  if (mode === 'observe') return { kind: 'observe' };
  return given ?? { kind: 'enforce', seen: null, lift: [] };
}

/** What these changes disrupt, one by one: whoever plans them again may disrupt this and nothing else. */
export const seenIn = ({ hash }: Deps, changes: readonly Change[], version: RulesVersion): readonly Digest[] =>
  marksOf(disruptionsIn(changes), version, hash);

/** The permission for a part: a message holds so many digests at most, and needs those of its own sources only. */
export function narrowTo(deps: Deps, run: Run | null, changes: readonly Change[], version: RulesVersion): Run | null {
  if (run?.kind !== 'enforce' || run.seen === null) return run;
  const given = new Set(run.seen);
  return { ...run, seen: seenIn(deps, changes, version).filter((digest) => given.has(digest)) };
}

/**
 * The same task, allowed to disrupt only what these changes of an accepted plan disrupt. Always judged as a batch: a few
 * sources planned on their own would pass the limits of a scope that the whole plan did not pass. What was lifted is in what
 * was seen; a lift would open the batch to the rest.
 */
export function allowOnly(deps: Deps, { aim, order, rules, run }: Task, changes: readonly Change[]): Task {
  const allowed: Run =
    run.kind === 'observe' ? run : { kind: 'enforce', seen: seenIn(deps, changes, rules.version), lift: [] };
  return { aim, order: { ...order, basis: 'batch' }, rules, run: allowed };
}
