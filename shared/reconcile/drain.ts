import { FAULTS } from '../fault.ts';
import { changedBy, restOf } from '../plan/rest.ts';
import type { Deps, Outcome } from '../ports.ts';
import type { HoldCode } from '../reason.ts';
import { PROFILES } from '../profile.ts';
import type { AttachmentId, SourceId } from '../words.ts';
import type { SourceResult } from './apply/source.ts';
import { carryOutAll } from './converge.ts';
import { type Report, toReport } from './report.ts';
import type { Asked, Study, Task } from './study.ts';

/** One scope of which everything of ours is to go, and somebody has agreed to that. */
export interface Draining {
  readonly deps: Deps;
  readonly task: Task;
  /** What was agreed to. */
  readonly asked: Asked;
  /** Reads and plans the scope anew. Never throws: what cannot be read is incomplete. */
  readonly look: () => Promise<Asked>;
  readonly pause: (seconds: number) => Promise<void>;
}

/**
 * Between two looks. Reads of AWS may lag behind its writes for a while that is not stated
 * (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html), and a turn that nobody gave back lapses in a minute.
 */
const PAUSE_SECONDS = 10;
/** Looks in a row after which nothing was taken away: two minutes. */
const MOST_IDLE = 12;

/** What may end while somebody waits. A guard that trips may have counted what a late read still shows. */
const SHORT: readonly HoldCode[] = ['changing', 'interrupting-enough', 'inventory-incomplete', 'guard'];

/**
 * Takes away everything of ours in a scope: what may go now goes, then the scope is read again, until that shows none of ours
 * or nothing more can be expected to go while somebody waits. What is found on the way goes under the same permission. Where
 * somebody attaches again what is taken away it ends as well: both would go on for ever, and interrupt machines all the while.
 * @returns What was done altogether, with the last plan and what is held or failed in it.
 */
export async function drain({ deps, task, asked, look, pause }: Draining): Promise<Report> {
  const settled = new Map<AttachmentId, SourceResult>();
  const taken: SourceId[] = [];
  const { attachmentsPerSource } = PROFILES[task.order.scope.cloud];
  let seen = asked;
  for (let idle = 0; ;) {
    const results = await carryOutAll(deps, task, seen);
    for (const result of results) keepSettled(settled, result);
    for (const { source, outcomes } of results) taken.push(...outcomes.filter(isDone).map(() => source));
    idle = results.some(({ outcomes }) => outcomes.some(isDone)) ? 0 : idle + 1;
    const after = await look();
    const open = openIn(after, results);
    if (idle === MOST_IDLE || isTakenAgain(taken, attachmentsPerSource) || !isWorthWaiting(after, open)) {
      return toReport(deps.mode(), after, [...settled.values(), ...open]);
    }
    await pause(PAUSE_SECONDS);
    seen = await look();
  }
}

const isDone = ({ kind }: Outcome): boolean => kind === 'done';

/** Whether more was taken from a source than it can have at a time: the rest was attached meanwhile. */
const isTakenAgain = (taken: readonly SourceId[], most: number): boolean =>
  [...Map.groupBy(taken, (source) => source).values()].some(({ length }) => length > most);

const isSettled = ({ kind }: Outcome): boolean => kind === 'done' || kind === 'gone';

/** One entry for each attachment: what a late read shows again is found gone, and was taken away all the same. */
function keepSettled(settled: Map<AttachmentId, SourceResult>, result: SourceResult): void {
  for (const outcome of result.outcomes.filter(isSettled)) {
    for (const id of changedBy(outcome.change)) {
      if (!settled.has(id)) settled.set(id, { ...result, outcomes: [outcome], holds: [] });
    }
  }
}

/** What was tried in vain and is still to be done. */
function openIn({ plan }: Study, results: readonly SourceResult[]): readonly SourceResult[] {
  const left = new Set(plan.changes.flatMap(changedBy));
  return results.flatMap((result) => {
    const outcomes = result.outcomes.filter(
      (outcome) => !isSettled(outcome) && changedBy(outcome.change).some((id) => left.has(id)),
    );
    return outcomes.length === 0 ? [] : [{ ...result, outcomes, holds: [] }];
  });
}

/** Whether something that is left may go while somebody waits. */
function isWorthWaiting({ plan, world }: Study, open: readonly SourceResult[]): boolean {
  if (restOf(plan, world.incomplete).kind !== 'some') return false;
  const outcomes = new Map(
    open.flatMap((result) => result.outcomes).flatMap((one) => changedBy(one.change).map((id) => [id, one] as const)),
  );
  return (
    plan.holds.some(({ keeps, code }) => keeps !== null && SHORT.includes(code)) ||
    plan.changes.flatMap(changedBy).some((id) => mayPass(outcomes.get(id) ?? null))
  );
}

/** @param outcome What became of the last attempt; `null`: it was not tried, or is read late. */
function mayPass(outcome: Outcome | null): boolean {
  if (outcome?.kind === 'failed') return FAULTS[outcome.code] !== 'operator';
  return outcome?.kind !== 'held' || SHORT.includes(outcome.hold.code);
}
