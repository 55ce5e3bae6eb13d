import { FAULTS } from '../fault.ts';
import type { Hold } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import { converge } from './converge.ts';
import { LOOK_AGAIN_SECONDS, toLookAgain } from './look-again.ts';
import type { LookGroup } from './look-group.ts';
import { earliestOf, itemsAbout } from './look-group.ts';
import type { Order } from './order.ts';
import { recordFault } from './record.ts';
import type { Report } from './report.ts';
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
    lane: run === null ? 'event' : 'bulk',
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
  // Delivered again, a permission still holds for what is left of what was seen.
  return [...new Set(failures.flatMap(({ change }) => itemsAbout(group, change).map(({ id }) => id)))];
}

/**
 * What a later look will find otherwise: what is changing, and, where everything was read, what the cloud does not list yet
 * (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
 */
const isPassing =
  ({ incomplete }: Report) =>
  ({ code }: Hold): boolean =>
    code === 'changing' || (code === 'inventory-incomplete' && incomplete.length === 0);

async function lookAgain({ queues, clock }: Deps, group: LookGroup, report: Report): Promise<void> {
  if (group.run?.kind === 'observe') return;
  const [first, ...others] = toLookAgain(group, report.holds.filter(isPassing(report)), clock.now());
  if (first !== undefined) await queues.send('event', [first, ...others], LOOK_AGAIN_SECONDS);
}
