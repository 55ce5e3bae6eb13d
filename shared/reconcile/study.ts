import { Fault } from '../fault.ts';
import type { Aim, Plan, Run } from '../plan/change.ts';
import type { Opening } from '../plan/interruption.ts';
import { makePlan } from '../plan/plan.ts';
import type { Deps, Refusal } from '../ports.ts';
import type { HoldCode } from '../reason.ts';
import type { Digest, MachineId, Selection, TargetId, World } from '../words.ts';
import { lookCloser, worthALook } from './inspect.ts';
import { openingNow } from './opening.ts';
import type { Order } from './order.ts';
import { recordFault, recordPlan, recordUnchecked } from './record.ts';
import { askForRefusals, worthAsking } from './refusals.ts';
import type { Rules } from './rules.ts';

/** An order together with what it is decided by: what is aimed at, the rules of one version and the permission in force. */
export interface Task {
  readonly aim: Aim;
  readonly order: Order;
  readonly rules: Rules;
  readonly run: Run;
}

/** What was read and what is to be done about it. */
export interface Study {
  readonly world: World;
  readonly plan: Plan;
}

/** A study with what others told of running machines, or could not be asked for. */
export interface Asked extends Study {
  /** What is remembered that the cloud refused on the running machines that were to be changed, also what is over. */
  readonly refusals: readonly Refusal[];
  /** Why nothing running may be changed: what other processes remember could not be asked for. `null`: it could. */
  readonly unasked: Fault | null;
}

/** The same with when it was studied. */
export interface Studied extends Asked {
  /** When reading began: what others did since then may not be in it. */
  readonly readAtMs: number;
  readonly opening: Opening;
}

/** What is remembered between reads and may have been created since. */
const MAY_BE_NEW: readonly HoldCode[] = ['destination-missing', 'no-filter-here'];

/**
 * Reads what the selection names and plans it; the plan is journaled. A destination or filter that is missing is looked for
 * once more in what was only remembered: what somebody just created is there for the first machine that asks for it.
 * @throws Fault when nothing at all can be read.
 */
export async function study(deps: Deps, task: Task, selection: Selection): Promise<Studied> {
  const opening = await openingNow(deps, task.rules);
  const first = await readAndPlan(deps, task, selection, opening);
  // A read of everything has just asked for what is remembered.
  const isMissing = selection.kind === 'subjects' && first.plan.holds.some(({ code }) => MAY_BE_NEW.includes(code));
  const isStale = isMissing && deps.cloud.forget(task.order.scope);
  const studied = await lookInto(deps, task, isStale ? await readAndPlan(deps, task, selection, opening) : first);
  recordUnchecked(deps, task.order, studied.world, studied.plan);
  recordPlan(deps, task.order, studied.plan);
  return studied;
}

async function readAndPlan(deps: Deps, task: Task, selection: Selection, opening: Opening): Promise<Studied> {
  const readAtMs = deps.clock.now();
  const world = await deps.cloud.read(task.order.scope, selection);
  const known = { world, readAtMs, opening, refusals: [], unasked: null };
  return { ...known, plan: planOf(deps, task, known) };
}

/**
 * Looks closer at what the plan points something new at, which a list cannot tell the health of, asks what the cloud refused on
 * the running machines that the plan changes, and plans again with what was found. What then goes elsewhere is looked at in
 * its turn: each round asks for what was not asked for, so there are no more rounds than targets and machines, and one round
 * when all is well. A plan that changes nothing asks only of pools.
 */
async function lookInto(deps: Deps, task: Task, read: Studied): Promise<Studied> {
  const seen = new Set<TargetId>();
  const asked = new Set<MachineId>();
  let draft = read;
  for (;;) {
    const { world, plan, refusals } = draft;
    const targets = worthALook(plan, world, task.rules.config.pools, seen);
    const machines = worthAsking(plan, world, asked);
    for (const { id } of targets) seen.add(id);
    for (const id of machines) asked.add(id);
    const [closer, answer] = await Promise.all([
      lookCloser(deps, task.order.scope, world, targets),
      askForRefusals(deps, world, machines),
    ]);
    if (answer instanceof Fault) recordFault(deps, task.order, answer, 'asking what was refused');
    const more = answer instanceof Fault ? [] : answer;
    const unasked = answer instanceof Fault ? answer : draft.unasked;
    draft = { ...draft, world: closer, refusals: [...refusals, ...more], unasked };
    if (closer === world && more.length === 0) return draft;
    draft = { ...draft, plan: planOf(deps, task, draft) };
  }
}

const NONE: ReadonlySet<Digest> = new Set();

function planOf(
  deps: Deps,
  { aim, order, rules, run }: Task,
  { world, opening, refusals }: Pick<Studied, 'world' | 'opening' | 'refusals'>,
): Plan {
  const nowMs = deps.clock.now();
  return makePlan({
    world,
    aim,
    config: rules.config,
    ruleSet: rules.ruleSet,
    rulesVersion: rules.version,
    nowMs,
    run,
    basis: order.basis,
    // A person judges by what is shown.
    recent: order.trigger === 'resync' ? NONE : deps.recent.of(order.scope, order.basis, nowMs),
    opening,
    refusals,
    hash: deps.hash,
  });
}
