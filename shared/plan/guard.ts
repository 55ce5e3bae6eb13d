import type { GuardLimits } from '../config/config.ts';
import type { Hash } from '../ports.ts';
import type { Digest, RulesVersion } from '../words.ts';
import { compare, toCanonicalJson } from './canonical.ts';
import type { Change, Detach, Retarget, Run, Trip, TripName, Verdict } from './change.ts';

/** A change that takes packets away from where they go now. */
export type Disruption = Detach | Retarget;

/** What the guard looks at, beside the disruptions: how the plan came about and how much there is. */
export interface Stakes {
  /** `scope`: a plan of everything; `batch`: of what some events named. */
  readonly basis: 'scope' | 'batch';
  /** Our attachments on running machines, among what was read. */
  readonly ours: number;
  readonly limits: GuardLimits;
}

/** Detaches of one batch of events that go through; more ask for a sweep, which sees the whole scope. */
const BATCH_LIMIT = 5;
/** Of so few attachments all may go without the guard tripping. */
const ALL_FLOOR = 3;

/** The disruptions among changes. Which of them hit running machines, and so count, is for the planner to say. */
export const disruptionsIn = (changes: readonly Change[]): readonly Disruption[] =>
  changes.filter((change) => change.kind === 'detach' || change.kind === 'retarget');

/**
 * What a sweep or a person has seen and allows: which attachments are taken away from which targets, under which rules.
 * Where a retarget goes is not in it: a pool may choose another member in the meantime, and rules of the same version allow it.
 */
export function digestOf(disruptions: readonly Disruption[], rulesVersion: RulesVersion, hash: Hash): Digest {
  const seen = disruptions
    .map(({ kind, attachment, from }) => ({ kind, attachment, target: from.target }))
    .sort((a, b) => compare(a.attachment, b.attachment));
  return hash(toCanonicalJson({ rulesVersion, seen })) as Digest;
}

/**
 * A mass detach or retarget is withheld before its first change: a bad rules file, a wrong tag policy or an account that was
 * read half must not blind the sensors. Attaches are never guarded.
 *
 * | basis | trips | lifted by |
 * |---|---|---|
 * | batch | `batch`: more than 5, or others than a sweep or a person has looked at | by name |
 * | scope | `limit`: more than the larger of count and percent of ours | by name |
 * | scope | `all`: all of ours, when they are more than 3 | by name |
 */
export function judgeDisruptions(
  disruptions: readonly Disruption[],
  digest: Digest,
  stakes: Stakes,
  run: Run,
): Verdict {
  const trips =
    stakes.basis === 'batch' ? batchTrips(disruptions.length, digest, run) : scopeTrips(disruptions.length, stakes);
  const lifts: readonly TripName[] = run.kind === 'enforce' ? run.lift : [];
  return {
    disruptions: disruptions.length,
    trips: trips.filter(({ name }) => !lifts.includes(name)),
    lifted: trips.map(({ name }) => name).filter((name) => lifts.includes(name)),
    digest,
  };
}

function batchTrips(count: number, digest: Digest, run: Run): readonly Trip[] {
  const seen = run.kind === 'enforce' ? run.seen : null;
  if (count === 0 || seen === digest) return [];
  if (seen !== null)
    return [{ name: 'batch', detail: `${count} would go, and they are not those that were looked at` }];
  return count > BATCH_LIMIT
    ? [{ name: 'batch', detail: `${count} would go in one batch, the limit is ${BATCH_LIMIT}` }]
    : [];
}

function scopeTrips(count: number, { ours, limits }: Stakes): readonly Trip[] {
  const limit = Math.max(limits.count, Math.floor((ours * limits.percent) / 100));
  const trips: Trip[] = [];
  if (count > limit) trips.push({ name: 'limit', detail: `${count} of ${ours} would go, the limit is ${limit}` });
  if (count > ALL_FLOOR && count >= ours) trips.push({ name: 'all', detail: `all ${ours} would go` });
  return trips;
}
