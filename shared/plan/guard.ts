import type { GuardLimits } from '../config/config.ts';
import type { Hash } from '../ports.ts';
import type { Digest, RulesVersion, SourceId } from '../words.ts';
import { compare, toCanonicalJson } from './canonical.ts';
import type { Change, Detach, Retarget, Run, Trip } from './change.ts';

/** A change that takes packets away from where they go now. */
export type Disruption = Detach | Retarget;

/** What the guard looks at, beside the disruptions: how the plan came about and how much there is. */
export interface Stakes {
  /** `scope`: a plan of everything; `batch`: of what some events named. */
  readonly basis: 'scope' | 'batch';
  /** Disruptions that went before on the same basis, a moment ago. */
  readonly recent: ReadonlySet<Digest>;
  /** Our attachments on running machines, among what was read. */
  readonly ours: number;
  readonly limits: GuardLimits;
  readonly mark: (disruption: Disruption) => Digest;
}

/** Disruptions of one batch of events that go through; more ask for a sweep, which sees the whole scope. */
const BATCH_LIMIT = 5;
/** Of so few attachments all may go without the guard tripping. */
const ALL_FLOOR = 3;
/** What counts as all: attaches go on while the guard holds, and must not dilute what it holds back. */
const ALL_SHARE = 0.9;

/** The disruptions among changes. Which of them hit running machines, and so count, is for the planner to say. */
export const disruptionsIn = (changes: readonly Change[]): readonly Disruption[] =>
  changes.filter((change) => change.kind === 'detach' || change.kind === 'retarget');

/**
 * One disruption: which attachment is taken away from which target, under which rules. Where a retarget goes is not in it: a
 * pool may choose another member in the meantime, and rules of the same version allow it.
 */
export const markOf = ({ kind, attachment, from }: Disruption, rulesVersion: RulesVersion, hash: Hash): Digest =>
  hash(toCanonicalJson({ rulesVersion, kind, attachment, target: from.target })) as Digest;

/** What a sweep has looked at and allows, one by one, so that what was done or undone since is not missed. */
export const marksOf = (disruptions: readonly Disruption[], version: RulesVersion, hash: Hash): readonly Digest[] =>
  disruptions.map((disruption) => markOf(disruption, version, hash)).sort(compare);

/** All disruptions of a plan as one digest: a person who has looked at a plan names it by this. */
export const digestOf = (disruptions: readonly Disruption[], version: RulesVersion, hash: Hash): Digest =>
  hash(toCanonicalJson({ rulesVersion: version, seen: marksOf(disruptions, version, hash) })) as Digest;

/** What trips, on which sources: `everywhere`, or only where something was not looked at. */
export interface GuardAnswer {
  readonly trips: readonly Trip[];
  readonly on: 'everywhere' | ReadonlySet<SourceId>;
}

/**
 * A mass detach or retarget is withheld before its first change: a bad rules file, a wrong tag policy or an account that was
 * read half must not blind the sensors. Attaches are never guarded.
 *
 * | basis | trips | and withholds | lifted by |
 * |---|---|---|---|
 * | batch | `batch`: more than 5 | all of them | by name |
 * | batch | `batch`: with those of recent batches more than the larger of count and 5 | all of them | by name |
 * | batch that a sweep has looked at | `batch`: others than it has seen | those, and what else goes on their sources | by name |
 * | scope | `limit`: with those that recent sweeps allowed more than the larger of count and percent of ours | all of them | by name |
 * | scope | `all`: nine in ten of ours or more, when they are more than 3 | all of them | by name |
 */
export function judgeDisruptions(disruptions: readonly Disruption[], stakes: Stakes, run: Run): GuardAnswer {
  if (stakes.basis === 'scope') return { trips: scopeTrips(disruptions, stakes), on: 'everywhere' };
  const seen = run.kind === 'enforce' ? run.seen : null;
  return seen === null ? judgeBatch(disruptions, stakes) : judgeSeen(disruptions, new Set(seen), stakes);
}

/** How many went before these, without those that are among these again. */
function countBefore(disruptions: readonly Disruption[], { recent, mark }: Stakes): number {
  if (recent.size === 0) return 0;
  const again = disruptions.map(mark).filter((one) => recent.has(one));
  return recent.size - again.length;
}

function judgeBatch(disruptions: readonly Disruption[], stakes: Stakes): GuardAnswer {
  const count = disruptions.length;
  const before = countBefore(disruptions, stakes);
  const limit = Math.max(stakes.limits.count, BATCH_LIMIT);
  if (count > BATCH_LIMIT) return tripBatch(`${count} would go in one batch, the limit is ${BATCH_LIMIT}`);
  if (count > 0 && before + count > limit)
    return tripBatch(`${count} would go ${inWords(before)}, the limit is ${limit}`);
  return { trips: [], on: 'everywhere' };
}

const inWords = (before: number): string => `after ${before} in the last ten minutes`;

const tripBatch = (detail: string): GuardAnswer => ({ trips: [{ name: 'batch', detail }], on: 'everywhere' });

function judgeSeen(disruptions: readonly Disruption[], seen: ReadonlySet<Digest>, { mark }: Stakes): GuardAnswer {
  const unseen = disruptions.filter((disruption) => !seen.has(mark(disruption)));
  if (unseen.length === 0) return { trips: [], on: 'everywhere' };
  const detail = `${unseen.length} would go that the sweep has not looked at`;
  return { trips: [{ name: 'batch', detail }], on: new Set(unseen.map(({ source }) => source)) };
}

function scopeTrips(disruptions: readonly Disruption[], stakes: Stakes): readonly Trip[] {
  const { ours, limits } = stakes;
  const count = disruptions.length;
  const before = countBefore(disruptions, stakes);
  const limit = Math.max(limits.count, Math.floor((ours * limits.percent) / 100));
  const trips: Trip[] = [];
  if (count > 0 && before + count > limit) {
    const after = before === 0 ? '' : ` ${inWords(before)}`;
    trips.push({ name: 'limit', detail: `${count} of ${ours} would go${after}, the limit is ${limit}` });
  }
  if (count > ALL_FLOOR && count >= ours * ALL_SHARE)
    trips.push({ name: 'all', detail: `${count} of ${ours} would go, all or nearly all` });
  return trips;
}
