import { groupBy } from '../group-by.ts';
import type { Change, Hold } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import { PROFILES } from '../profile.ts';
import type { NonEmpty } from '../words.ts';
import { type Brake, isThrottled } from './apply/brake.ts';
import type { Course } from './apply/course.ts';
import { askOthers } from './apply/others.ts';
import { applySource, leftOf, type SourceResult } from './apply/source.ts';
import { applyInTurns } from './apply/turns.ts';
import { gateByType } from './apply/type-refusals.ts';
import { gateByVerb } from './apply/verb-refusals.ts';
import type { Happened } from './happened.ts';
import { interruptibleIn } from './interruptible.ts';
import { mapLimited } from './map-limited.ts';
import { recordGivenUp } from './record.ts';
import type { Studied, Task } from './study.ts';

/** What is carried out, and for whom. */
export interface Assignment {
  readonly task: Task;
  readonly studied: Studied;
  readonly happened: Happened;
}

/** What waits for its turn, or for its machine to settle. */
export interface Wait {
  readonly changes: NonEmpty<Change>;
  readonly hold: Hold;
  readonly seconds: number;
}

/** How far a plan was carried out. */
export interface Applied {
  readonly results: readonly SourceResult[];
  /** What the brake left to be done, source by source. */
  readonly left: readonly NonEmpty<Change>[];
  readonly waits: readonly Wait[];
}

/**
 * Carries out a plan until the brake stops it: the sources side by side, the changes of one source one after the other. It
 * may stop between two changes, for no step of an order loses anything. What interrupts a running machine waits for its turn;
 * what does not goes on beside that, and waits for nothing.
 */
export async function applyPlan(deps: Deps, { task, studied, happened }: Assignment, brake: Brake): Promise<Applied> {
  const course: Course = {
    deps,
    task,
    studied,
    interruptible: interruptibleIn(studied.world),
    happened,
    types: gateByType(studied.world),
    verbs: gateByVerb(PROFILES[task.order.scope.cloud]),
    others: askOthers(studied.unasked),
    brake,
    refused: [],
  };
  const bySource = [...groupBy(studied.plan.changes, ({ source }) => source).values()];
  const isInterrupting = ([{ source }]: NonEmpty<Change>): boolean => course.interruptible.has(source);
  const [beside, inTurns] = await Promise.all([
    applyAtOnce(
      course,
      bySource.filter((changes) => !isInterrupting(changes)),
    ),
    applyInTurns(course, bySource.filter(isInterrupting)),
  ]);
  for (const one of course.verbs.givenUp()) recordGivenUp(deps, task.order, task.rules, one);
  return toApplied(bySource, [...beside, ...inTurns], brake);
}

async function applyAtOnce(course: Course, bySource: readonly NonEmpty<Change>[]): Promise<readonly SourceResult[]> {
  const { deps, brake } = course;
  const tried = await mapLimited(bySource, deps.parallelism, async (changes) =>
    brake.reason() === null ? applySource(course, { changes, turn: null }) : null,
  );
  return tried.filter((result) => result !== null);
}

/** In the order of the plan, however long each took. */
function toApplied(bySource: readonly NonEmpty<Change>[], tried: readonly SourceResult[], brake: Brake): Applied {
  const bySourceId = new Map(tried.map((result) => [result.source, result]));
  const pairs = bySource.map((changes) => ({ changes, result: bySourceId.get(changes[0].source) ?? null }));
  return {
    results: pairs.flatMap(({ result }) => result ?? []),
    left: pairs.filter(({ changes, result }) => isLeft(result, changes, brake)).map(({ changes }) => changes),
    waits: pairs.flatMap(({ changes, result }) => findWait(changes, result)),
  };
}

function findWait(changes: NonEmpty<Change>, result: SourceResult | null): readonly Wait[] {
  if (result === null || result.backInSeconds === null) return [];
  const last = result.outcomes.at(-1);
  if (last?.kind !== 'held') return [];
  const [first, ...others] = leftOf(changes, result.outcomes);
  const left: NonEmpty<Change> = first === undefined ? changes : [first, ...others];
  return [{ changes: left, hold: last.hold, seconds: result.backInSeconds }];
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
