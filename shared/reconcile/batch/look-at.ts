import { FAULTS } from '../../fault.ts';
import type { Hold } from '../../plan/change.ts';
import type { Progress } from '../converge.ts';
import { converge } from '../converge.ts';
import { groupBy } from '../../group-by.ts';
import type { Invocation } from '../invocation.ts';
import type { Order } from '../order.ts';
import { laneOf } from '../order.ts';
import { recordFault } from '../record.ts';
import type { Report } from '../report.ts';
import { toScopeKey } from '../scope.ts';
import type { HeldBack } from './launch-hooks.ts';
import { comesBackWith, holdBack, releaseHooks } from './launch-hooks.ts';
import { isTransient, LOOK_AGAIN_SECONDS, toLookAgain } from './look-again.ts';
import type { Look, LookGroup } from './look-group.ts';
import { earliestOf, itemsAbout, latestAbout } from './look-group.ts';
import { putBackRest } from './put-back.ts';
import { letSettleBeforeSweep } from './too-much.ts';
import { forgiveGone, forgiveRestarted } from './restarted.ts';
import { sendBackWaiting, withoutRepetition } from './waiting.ts';

/** What looking at a group leaves to be done. */
export interface LookResult {
  /** Items to be delivered again. */
  readonly failed: readonly string[];
  /** After how many seconds a sweep is to judge more disruptions than a batch of events may make; `null`: there are no more. */
  readonly sweepInSeconds: number | null;
}

/** What looking leaves, with the launches that wait for another look. */
interface Looked extends LookResult {
  readonly held: readonly HeldBack[];
}

/** Makes what a group names be as the rules say, and lets go what waits for it. Never throws: what fails is told by item. */
export async function lookAt(deps: Invocation, whole: LookGroup): Promise<LookResult> {
  const present = await sendBackWaiting(deps, whole);
  if (present.group === null) return { failed: present.failed, sweepInSeconds: null };
  const { failed, sweepInSeconds } = await lookAndRelease(deps, present.group);
  return { failed: [...present.failed, ...failed], sweepInSeconds };
}

async function lookAndRelease(deps: Invocation, group: LookGroup): Promise<LookResult> {
  const { failed, sweepInSeconds, held } = await look(deps, group);
  const comesBack = comesBackWith(held);
  const looked = group.items.filter(({ work }) => !comesBack(work));
  const unreleased = await releaseHooks(deps, group.scope, looked);
  return { failed: [...new Set([...failed, ...unreleased])], sweepInSeconds };
}

async function look(deps: Invocation, group: LookGroup): Promise<Looked> {
  const everyItem = group.items.map(({ id }) => id);
  const order = toOrder(group);
  let progress: Progress;
  const unforgiven = await forgiveRestarted(deps, group);
  try {
    progress = await converge(withoutRepetition(deps, group.items), order, (about) => latestAbout(group, about));
  } catch {
    // `converge` has journaled it. Nothing is known of any item, so all come back, and in the end reach the dead letters.
    return { failed: everyItem, sweepInSeconds: null, held: [] };
  }
  const sweepInSeconds = isTooMuchForBatch(group, progress) ? await letSettleBeforeSweep(deps, group, progress) : null;
  await forgiveGone(deps, group, progress.world);
  const held = holdBack(group, progress, deps.clock.now());
  const failed = isReadInDoubt(progress) ? everyItem : [...unforgiven, ...failuresOf(group, progress)];
  try {
    await putOff(deps, group, progress, { held, failed: new Set(failed) });
    if (failed.length === 0) concludeHandedOn(deps, group, progress);
    return { failed, sweepInSeconds, held };
  } catch (thrown) {
    recordFault(deps, order, thrown, `queueing what is left in ${toScopeKey(group.scope)}`);
    return { failed: everyItem, sweepInSeconds: null, held: [] };
  }
}

const TRIGGERS = { event: 'change', sweep: 'sweep', person: 'resync' } as const;

function toOrder(group: LookGroup): Order {
  const { scope, run, askedBy, items, subjects } = group;
  return {
    scope,
    selection: { kind: 'subjects', subjects },
    run,
    basis: 'batch',
    correlation: items[0].work.correlation,
    since: earliestOf(group),
    trigger: TRIGGERS[askedBy],
    lane: laneOf(run),
  };
}

/** Without these nothing was decided; what else is missing shows as holds, which the next sweep looks at again. */
const isReadInDoubt = ({ incomplete }: Report): boolean =>
  incomplete.some(({ kind }) => kind === 'attachments' || kind === 'sources');

const isTooMuchForBatch = ({ run }: LookGroup, { mode, plan }: Report): boolean =>
  run === null && mode === 'enforce' && plan !== null && plan.guard.trips.some(({ name }) => name === 'batch');

/** What comes back by itself: launches that are held back, and items that are delivered again. */
interface Returning {
  readonly held: readonly HeldBack[];
  readonly failed: ReadonlySet<string>;
}

/** Queues what a later look is to see to: machines held back, what is changing or settling, and what was not come to. */
async function putOff(
  deps: Invocation,
  group: LookGroup,
  progress: Progress,
  { held, failed }: Returning,
): Promise<void> {
  const comesBack = comesBackWith(held);
  for (const [first, ...others] of groupBy(held, ({ delaySeconds }) => String(delaySeconds)).values()) {
    await deps.queues.send('event', [first.work, ...others.map(({ work }) => work)], first.delaySeconds);
  }
  // Messages that are delivered again need no copies of themselves.
  if (!isReadInDoubt(progress)) await lookAgain(deps, group, transientOf(progress), comesBack);
  const again = new Set(group.items.flatMap(({ id, work }) => (failed.has(id) ? [work] : [])));
  const returns = (work: Look): boolean => comesBack(work) || again.has(work);
  // What was permitted comes back under its permission, with what else waits.
  if (group.run === null) await lookAgain(deps, group, settlingOf(progress), returns);
  await putBackRest(deps, group, progress, { left: comesBack, waits: returns });
}

/** What a sweep handed on and what no longer waits may be handed on again. */
function concludeHandedOn({ requests }: Invocation, { scope, subjects }: LookGroup, { left, waits }: Progress): void {
  const waiting = new Set([...left, ...waits.map(({ changes }) => changes)].map(([{ source }]) => source));
  const seen = subjects.flatMap((subject) => (subject.kind === 'source' ? [subject.id] : []));
  requests.conclude(
    scope,
    seen.filter((id) => !waiting.has(id)),
  );
}

/** Something to be looked at again after so many seconds. */
interface Later {
  readonly hold: Hold;
  readonly seconds: number;
}

const transientOf = (progress: Progress): readonly Later[] =>
  progress.holds.filter(isTransient(progress)).map((hold) => ({ hold, seconds: LOOK_AGAIN_SECONDS }));

const settlingOf = ({ waits }: Progress): readonly Later[] => waits.filter(({ hold }) => hold.code === 'settling');

async function lookAgain(
  { queues, clock }: Invocation,
  group: LookGroup,
  later: readonly Later[],
  comesBack: (work: Look) => boolean,
): Promise<void> {
  if (group.run?.kind === 'observe') return;
  for (const together of groupBy(later, ({ seconds }) => String(seconds)).values()) {
    const holds = together.map(({ hold }) => hold);
    const [first, ...rest] = toLookAgain(group, holds, { nowMs: clock.now(), comesBack });
    if (first !== undefined) await queues.send('event', [first, ...rest], together[0].seconds);
  }
}

/** The items that must be delivered again. Delivered again, a permission still holds for what is left of what was seen. */
function failuresOf(group: LookGroup, { failed, left }: Progress): readonly string[] {
  const isPutOff = new Set(left.map(([{ source }]) => source));
  const failures = failed.filter(({ code, change }) => FAULTS[code] === 'retry' && !isPutOff.has(change.source));
  return failures.flatMap(({ change }) => itemsAbout(group, change).map(({ id }) => id));
}
