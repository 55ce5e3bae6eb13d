import { toFault } from '../fault.ts';
import type { Change, Hold } from '../plan/change.ts';
import type { Deps, Outcome } from '../ports.ts';
import type { NonEmpty, SourceId } from '../words.ts';
import type { Brake } from './apply/brake.ts';
import { isThrottled } from './apply/brake.ts';
import type { AttachGate } from './apply/type-refusals.ts';
import { gateByType } from './apply/type-refusals.ts';
import type { VerbGate } from './apply/verb-refusals.ts';
import { gateByVerb } from './apply/verb-refusals.ts';
import { groupBy } from '../group-by.ts';
import { mapLimited } from './map-limited.ts';
import { allowOnly } from './permission.ts';
import { rememberOutcome } from './recent.ts';
import { recordGivenUp, recordOutcome } from './record.ts';
import type { Study, Task } from './study.ts';
import { study } from './study.ts';

/** What became of the changes of one source. */
export interface SourceResult {
  readonly source: SourceId;
  /** One for each change that was tried, or whose verb was given up; a conflict that a second plan resolved is not among them. */
  readonly outcomes: readonly Outcome[];
  /** What the second plan withheld, if there was one. */
  readonly holds: readonly Hold[];
}

/** How far a plan was carried out. */
export interface Applied {
  readonly results: readonly SourceResult[];
  /** What the brake left to be done, source by source. */
  readonly left: readonly NonEmpty<Change>[];
}

/** One carrying out of one plan. */
interface Course {
  readonly deps: Deps;
  readonly task: Task;
  readonly studied: Study;
  readonly types: AttachGate;
  readonly verbs: VerbGate;
  readonly brake: Brake;
}

/**
 * Carries out a plan until the brake stops it: the sources side by side, the changes of one source one after the other. It
 * may stop between two changes, for no step of an order loses anything.
 */
export async function applyPlan(deps: Deps, task: Task, studied: Study, brake: Brake): Promise<Applied> {
  const verbs = gateByVerb();
  const course: Course = { deps, task, studied, types: gateByType(studied.world), verbs, brake };
  const bySource = [...groupBy(studied.plan.changes, ({ source }) => source).values()];
  const tried = await mapLimited(bySource, deps.parallelism, async (changes) =>
    brake.reason() === null ? applySource(course, changes) : null,
  );
  for (const one of verbs.givenUp()) recordGivenUp(deps, task.order, task.rules, one);
  const results = tried.filter((result) => result !== null);
  return { results, left: bySource.filter((changes, at) => isLeft(tried[at] ?? null, changes, brake)) };
}

/**
 * What was begun and is not at its end is left as well, and what was throttled until the brake stopped it: it is no better off
 * with its message delivered again.
 */
function isLeft(result: SourceResult | null, changes: readonly Change[], brake: Brake): boolean {
  if (result === null) return true;
  const { outcomes } = result;
  if (brake.reason() === 'throttled') return outcomes.some(isThrottled);
  return (
    brake.reason() === 'deadline' && outcomes.length < changes.length && outcomes.every(({ kind }) => kind === 'done')
  );
}

/**
 * A conflict means that the source is not as it was read: it alone is read and planned again, once. A second conflict is
 * left to the queue, whose delay lets whoever else is changing it come to an end.
 */
async function applySource(course: Course, changes: NonEmpty<Change>): Promise<SourceResult> {
  const { deps, task } = course;
  const [{ source }] = changes;
  const first = await applyInOrder(course, changes);
  const conflict = first.find(({ kind }) => kind === 'conflict');
  if (conflict === undefined) return { source, outcomes: first, holds: [] };
  const settled = first.filter((outcome) => outcome !== conflict);
  try {
    const again = await study(deps, allowOnly(deps, task, leftOf(changes, first)), onlySource(source));
    const second = await applyInOrder({ ...course, studied: again }, again.plan.changes);
    for (const outcome of second) if (outcome.kind === 'conflict') record(course, outcome, deps.clock.now());
    return { source, outcomes: [...settled, ...second], holds: again.plan.holds };
  } catch (thrown) {
    const { code, message } = toFault(thrown, `reading ${source} again after a conflict`);
    const failed: Outcome = { kind: 'failed', change: conflict.change, code, detail: message };
    record(course, failed, deps.clock.now());
    return { source, outcomes: [...settled, failed], holds: [] };
  }
}

const onlySource = (id: SourceId) => ({ kind: 'subjects', subjects: [{ kind: 'source', id }] }) as const;

/**
 * Stops at the first change that fails. After one that the cloud withholds only attaches go on: the order loses no packet as a
 * whole, and what comes later in it may take away what the withheld change was to take over. An attach takes nothing away; one
 * that needs what was withheld is refused, and left to the next sweep.
 */
async function applyInOrder(course: Course, changes: readonly Change[]): Promise<readonly Outcome[]> {
  const { deps, task, studied, types, verbs, brake } = course;
  const outcomes: Outcome[] = [];
  for (const change of changes) {
    const isWithheld = outcomes.some(({ kind }) => kind === 'held');
    if (isWithheld && change.kind !== 'attach') continue;
    if (outcomes.length > 0 && brake.reason() === 'deadline') break;
    const startedMs = deps.clock.now();
    const call = (): Promise<Outcome> => verbs.pass(change, () => applyOne(deps, task, change));
    const outcome = change.kind === 'attach' ? await types(change, call) : await call();
    if (isWithheld && outcome.kind === 'conflict') break;
    outcomes.push(outcome);
    if (verbs.isUntried(outcome)) break;
    brake.see(outcome);
    rememberOutcome(deps, task, studied.world, outcome);
    // A first conflict is an ordinary race; the second one is journaled by whoever gives up.
    if (outcome.kind !== 'conflict') record(course, outcome, startedMs);
    if (outcome.kind === 'conflict' || outcome.kind === 'failed') break;
  }
  return outcomes;
}

async function applyOne(deps: Deps, { order, rules }: Task, change: Change): Promise<Outcome> {
  try {
    return await deps.cloud.apply(order.scope, change, rules.config.owner, order.lane);
  } catch (thrown) {
    // The port promises not to throw; if it does, the other sources go on all the same.
    const { code, message } = toFault(thrown, `${change.kind} on ${change.source}`);
    return { kind: 'failed', change, code, detail: message };
  }
}

const record = ({ deps, task: { order, rules } }: Course, outcome: Outcome, startedMs: number): void =>
  recordOutcome(deps, order, rules, outcome, startedMs);

/** What is still to be done, in order. */
function leftOf(changes: readonly Change[], outcomes: readonly Outcome[]): readonly Change[] {
  const settled = new Set(
    outcomes.filter(({ kind }) => kind === 'done' || kind === 'gone').map(({ change }) => change),
  );
  return changes.filter((change) => !settled.has(change));
}
