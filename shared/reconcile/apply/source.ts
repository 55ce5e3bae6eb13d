import { toFault } from '../../fault.ts';
import type { Change, Hold } from '../../plan/change.ts';
import type { Outcome, Turn } from '../../ports.ts';
import type { NonEmpty, SourceId } from '../../words.ts';
import { interruptibleIn } from '../interruptible.ts';
import { allowOnly } from '../permission.ts';
import { rememberOutcome } from '../recent.ts';
import { study } from '../study.ts';
import { type Course, record } from './course.ts';
import { rememberRefusal } from './memory.ts';
import { findRestraint, waitOf } from './restraint.ts';

/** What became of the changes of one source. */
export interface SourceResult {
  readonly source: SourceId;
  /** One for each change that was tried, withheld, or whose verb was given up; a conflict that a second plan resolved is not among them. */
  readonly outcomes: readonly Outcome[];
  /** What the second plan withheld, if there was one. */
  readonly holds: readonly Hold[];
  /** After how many seconds it comes back for what it has to wait for; `null`: it waits for nothing. */
  readonly backInSeconds: number | null;
  /** Whether something that was begun may still be going on in the cloud. */
  readonly mayGoOn: boolean;
}

/** The changes of one source, and what they are made under. */
export interface Errand {
  readonly changes: NonEmpty<Change>;
  /** `null`: nobody is interrupted by it, as far as was read. */
  readonly turn: Turn | null;
}

/**
 * Makes the changes of one source. A conflict means that it is not as it was read: it alone is read and planned again, once. A
 * second conflict is left to the queue, whose delay lets whoever else is changing it come to an end.
 */
export async function applySource(course: Course, errand: Errand): Promise<SourceResult> {
  const { changes, turn } = errand;
  const [{ source }] = changes;
  const outcomes = await applyInOrder(course, changes, turn);
  const conflict = outcomes.find(({ kind }) => kind === 'conflict');
  if (conflict === undefined)
    return { source, outcomes, holds: [], backInSeconds: waitOf(course, outcomes), mayGoOn: false };
  const settled = outcomes.filter((outcome) => outcome !== conflict);
  const again = await planAgain(course, errand, settled);
  return { ...again, mayGoOn: isInDoubt(again) };
}

/** Whether a second look left open what became of a change that the cloud did not see to its end. */
const isInDoubt = ({ outcomes, holds }: SourceResult): boolean =>
  holds.some(({ code }) => code === 'changing') ||
  outcomes.some(({ kind }) => kind === 'conflict' || kind === 'failed');

/** Reads and plans one source again, and makes what is then to be done, without allowing more than was allowed before. */
export async function planAgain(
  course: Course,
  { changes, turn }: Errand,
  settled: readonly Outcome[],
): Promise<SourceResult> {
  const { deps, task } = course;
  const [{ source }] = changes;
  const left = leftOf(changes, settled);
  try {
    const again = await study(deps, allowOnly(deps, task, left), onlySource(source));
    const next: Course = { ...course, studied: again, interruptible: interruptibleIn(again.world) };
    const outcomes = await applyInOrder(next, again.plan.changes, turn);
    for (const outcome of outcomes) if (outcome.kind === 'conflict') record(course, outcome, deps.clock.now());
    const backInSeconds = waitOf(next, outcomes);
    return { source, outcomes: [...settled, ...outcomes], holds: again.plan.holds, backInSeconds, mayGoOn: false };
  } catch (thrown) {
    const { code, message } = toFault(thrown, `reading ${source} again after it was changed by somebody else`);
    const failed: Outcome = { kind: 'failed', change: left[0] ?? changes[0], code, detail: message };
    record(course, failed, deps.clock.now());
    return { source, outcomes: [...settled, failed], holds: [], backInSeconds: null, mayGoOn: false };
  }
}

const onlySource = (id: SourceId) => ({ kind: 'subjects', subjects: [{ kind: 'source', id }] }) as const;

/**
 * Stops at the first change that fails or must not begin. After one that the cloud withholds only attaches go on: the order
 * loses no packet as a whole, and what comes later in it may take away what the withheld change was to take over. An attach
 * takes nothing away; one that needs what was withheld is refused, and left to the next sweep.
 */
async function applyInOrder(
  course: Course,
  changes: readonly Change[],
  turn: Turn | null,
): Promise<readonly Outcome[]> {
  const { deps, studied, task, verbs, brake } = course;
  const outcomes: Outcome[] = [];
  for (const change of changes) {
    const isWithheld = outcomes.some(({ kind }) => kind === 'held');
    if (isWithheld && change.kind !== 'attach') continue;
    if (outcomes.length > 0 && brake.reason() === 'deadline') break;
    const startedMs = deps.clock.now();
    const restraint = findRestraint(course, change, turn);
    const outcome = restraint ?? (await make(course, change));
    if (isWithheld && outcome.kind === 'conflict') break;
    outcomes.push(outcome);
    if (verbs.isUntried(outcome)) break;
    // A first conflict is an ordinary race; the second one is journaled by whoever gives up.
    if (outcome.kind !== 'conflict') record(course, outcome, startedMs);
    if (restraint !== null) break;
    brake.see(outcome);
    rememberOutcome(deps, task, studied.world, outcome);
    await rememberRefusal(course, { outcome, startedMs });
    if (outcome.kind === 'conflict' || outcome.kind === 'failed') break;
  }
  return outcomes;
}

function make(course: Course, change: Change): Promise<Outcome> {
  const call = (): Promise<Outcome> => course.verbs.pass(change, () => callCloud(course, change));
  return change.kind === 'attach' ? course.types(change, call) : call();
}

async function callCloud({ deps, task: { order, rules }, brake }: Course, change: Change): Promise<Outcome> {
  try {
    return await deps.cloud.apply(order.scope, change, rules.config.owner, order.lane, brake.endsAtMs);
  } catch (thrown) {
    // The port promises not to throw; if it does, the other sources go on all the same.
    const { code, message } = toFault(thrown, `${change.kind} on ${change.source}`);
    return { kind: 'failed', change, code, detail: message };
  }
}

/** What is still to be done, in order. */
export function leftOf(changes: readonly Change[], outcomes: readonly Outcome[]): readonly Change[] {
  const settled = new Set(
    outcomes.filter(({ kind }) => kind === 'done' || kind === 'gone').map(({ change }) => change),
  );
  return changes.filter((change) => !settled.has(change));
}
