import { FAULTS } from '../fault.ts';
import type { Run } from '../plan/change.ts';
import { disruptionsIn } from '../plan/guard.ts';
import type { Deps } from '../ports.ts';
import type { Work } from '../work.ts';
import { converge } from './converge.ts';
import { LOOK_AGAIN_SECONDS, toLookAgain } from './look-again.ts';
import type { LookGroup } from './look-group.ts';
import { earliestOf, itemsAbout } from './look-group.ts';
import type { Order } from './order.ts';
import { recordFault } from './record.ts';
import type { Failure, Report } from './report.ts';
import { seenIn } from './seen.ts';
import { toScopeKey } from './scope.ts';

/** What looking at a group leaves to be done. */
export interface LookResult {
  /** Items to be delivered again. */
  readonly failed: readonly string[];
  /** Whether events asked for more disruptions than a batch may make, which only a sweep of the scope can judge. */
  readonly wantsSweep: boolean;
}

/** Makes what a group names be as the rules say. Never throws: what fails is told by item. */
export async function lookAt(deps: Deps, group: LookGroup): Promise<LookResult> {
  const everyItem = group.items.map(({ id }) => id);
  const order = toOrder(group);
  let report: Report;
  try {
    report = await converge(deps, order);
  } catch {
    // `converge` has journaled it. Nothing is known of any item, so all come back, and in the end reach the dead letters.
    return { failed: everyItem, wantsSweep: false };
  }
  try {
    const failed = await followUp(deps, group, report);
    return { failed: isReadInDoubt(report) ? everyItem : failed, wantsSweep: isTooMuchForBatch(group, report) };
  } catch (thrown) {
    recordFault(deps, order, thrown, `queueing what is left in ${toScopeKey(group.scope)}`);
    return { failed: everyItem, wantsSweep: false };
  }
}

function toOrder(group: LookGroup): Order {
  const { scope, run, items, subjects } = group;
  return {
    scope,
    selection: { kind: 'subjects', subjects },
    run,
    basis: 'batch',
    correlation: items[0].work.correlation,
    since: earliestOf(group),
    // Events carry no permission; what a sweep found does.
    trigger: run === null ? 'change' : 'sweep',
  };
}

/** Without these nothing was decided; what else is missing shows as holds, which the next sweep looks at again. */
const isReadInDoubt = ({ incomplete }: Report): boolean =>
  incomplete.some(({ kind }) => kind === 'attachments' || kind === 'sources');

const isTooMuchForBatch = ({ run }: LookGroup, { mode, plan }: Report): boolean =>
  run === null && mode === 'enforce' && plan !== null && plan.guard.trips.some(({ name }) => name === 'batch');

/** Sees to what is changing and to what failed; the items that must be delivered again. */
async function followUp(deps: Deps, group: LookGroup, report: Report): Promise<readonly string[]> {
  await lookAgain(deps, group, report);
  const failures = report.failed.filter(({ code }) => FAULTS[code] === 'retry');
  const rest = toContinuation(deps, group, report, failures);
  if (rest === null) {
    return [...new Set(failures.flatMap(({ change }) => itemsAbout(group, change).map(({ id }) => id)))];
  }
  await deps.queues.send('bulk', [rest], LOOK_AGAIN_SECONDS);
  return [];
}

async function lookAgain({ queues, clock }: Deps, group: LookGroup, { holds }: Report): Promise<void> {
  if (group.run?.kind === 'observe') return;
  const [first, ...others] = toLookAgain(group, holds, clock.now());
  if (first !== undefined) await queues.send('event', [first, ...others], LOOK_AGAIN_SECONDS);
}

/**
 * What was looked at and is done in part cannot be delivered again as it is: its digest names disruptions that have been
 * made. The rest goes on under a digest of its own; each time something was done, so this comes to an end.
 */
function toContinuation(deps: Deps, group: LookGroup, report: Report, failures: readonly Failure[]): Work | null {
  const { run, scope, items } = group;
  const [first, ...others] = failures.map(({ change }) => ({ kind: 'source', id: change.source }) as const);
  if (run?.kind !== 'enforce' || run.seen === null || report.plan === null || first === undefined) return null;
  const done = report.outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.change] : []));
  if (disruptionsIn(done).length === 0) return null;
  const left = failures.flatMap((failure) => failure.left);
  const rest: Run = { ...run, seen: seenIn(deps, left, report.plan.rulesVersion) };
  const { correlation, since } = items[0].work;
  return { kind: 'look', scope, subjects: [first, ...others], run: rest, correlation, since };
}
