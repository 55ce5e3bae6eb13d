import type { Change } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { NonEmpty, World } from '../words.ts';
import type { Applied, Assignment, Wait } from './apply.ts';
import { applyPlan } from './apply.ts';
import type { Brake } from './apply/brake.ts';
import { brakeOf, NO_BRAKE } from './apply/brake.ts';
import type { SourceResult } from './apply/source.ts';
import type { Happened } from './happened.ts';
import type { Invocation } from './invocation.ts';
import { openingNow } from './opening.ts';
import type { Order } from './order.ts';
import { toRun } from './permission.ts';
import { recordFault, recordFinish } from './record.ts';
import type { Report } from './report.ts';
import { PAUSED, toReport } from './report.ts';
import { loadRules } from './rules.ts';
import { toScopeKey } from './scope.ts';
import type { Asked, Studied, Task } from './study.ts';
import { study } from './study.ts';

/** A report, with what whoever sees the work through goes by. */
export interface Progress extends Report {
  /** `null`: the deployment is paused, so nothing was read. */
  readonly world: World | null;
  /** The changes of sources that were left, and why; empty when all were tried. */
  readonly left: readonly NonEmpty<Change>[];
  readonly leftBecause: ReturnType<Brake['reason']>;
  /** What comes back for its turn, or when its machine has settled. */
  readonly waits: readonly Wait[];
}

/** A throttled account is left alone until its buckets hold something again. */
const AFTER_THROTTLING_SECONDS = 5;

/** How long what was left waits: what ran out of time has waited enough. */
export const pauseOf = ({ leftBecause }: Progress): number =>
  leftBecause === 'throttled' ? AFTER_THROTTLING_SECONDS : 0;

const NOT_READ: Progress = { ...PAUSED, world: null, left: [], leftBecause: null, waits: [] };

/**
 * Makes a part of the world be as the rules say: reads it, plans, guards, and applies as far as the mode and the time allow.
 * @throws Fault `config-invalid`, or what the cloud said when nothing at all could be read; it is journaled.
 */
export async function converge(
  deps: Invocation,
  order: Order,
  happened: Happened = () => order.since,
): Promise<Progress> {
  const startedMs = deps.clock.now();
  try {
    const progress = await attempt(deps, order, happened);
    recordFinish(deps, order, progress, startedMs);
    return progress;
  } catch (thrown) {
    throw recordFault(deps, order, thrown, `reconciling ${toScopeKey(order.scope)}`);
  }
}

async function attempt(deps: Invocation, order: Order, happened: Happened): Promise<Progress> {
  const mode = deps.mode();
  if (mode === 'paused') return NOT_READ;
  const rules = await loadRules(deps);
  const task: Task = { aim: 'wished', order, rules, run: toRun(mode, order.run) };
  const studied = await study(deps, task, order.selection);
  return enactInTime(deps, { task, studied, happened });
}

/** Carries out what was studied as far as time and cloud allow, unless the permission in force is to observe only. */
export async function enactInTime(deps: Invocation, assignment: Assignment): Promise<Progress> {
  const { studied } = assignment;
  const brake = brakeOf(deps);
  const { results, left, waits } = await carryOut(deps, assignment, brake);
  const report = toReport(deps.mode(), studied, results);
  return { ...report, world: studied.world, left, leftBecause: left.length === 0 ? null : brake.reason(), waits };
}

/**
 * Carries out all of what was studied, however long it takes, unless the permission in force is to observe only. A person has
 * looked at it meanwhile, so what anybody else has ever changed on a running machine is read again before it is touched.
 */
export async function enact(deps: Deps, task: Task, asked: Asked): Promise<Report> {
  return toReport(deps.mode(), asked, await carryOutAll(deps, task, asked));
}

/** What became of each source of which something was to be done; else as {@link enact}. */
export async function carryOutAll(deps: Deps, task: Task, asked: Asked): Promise<readonly SourceResult[]> {
  const opening = await openingNow(deps, task.rules);
  const studied: Studied = { ...asked, readAtMs: -Infinity, opening };
  return (await carryOut(deps, { task, studied, happened: () => task.order.since }, NO_BRAKE)).results;
}

const carryOut = async (deps: Deps, assignment: Assignment, brake: Brake): Promise<Applied> =>
  assignment.task.run.kind === 'enforce' ? applyPlan(deps, assignment, brake) : { results: [], left: [], waits: [] };
