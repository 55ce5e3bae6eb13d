import type { Plan, Run } from '../plan/change.ts';
import { ALWAYS_OPEN } from '../plan/interruption.ts';
import { makePlan } from '../plan/plan.ts';
import type { Deps } from '../ports.ts';
import type { HoldCode } from '../reason.ts';
import type { Digest, Selection, TargetId, World } from '../words.ts';
import { lookCloser, worthALook } from './inspect.ts';
import type { Order } from './order.ts';
import { recordPlan, recordUnchecked } from './record.ts';
import type { Rules } from './rules.ts';

/** An order together with what it is decided by: the rules of one version and the permission in force. */
export interface Task {
  readonly order: Order;
  readonly rules: Rules;
  readonly run: Run;
}

/** What was read and what is to be done about it. */
export interface Study {
  readonly world: World;
  readonly plan: Plan;
}

/** What is remembered between reads and may have been created since. */
const MAY_BE_NEW: readonly HoldCode[] = ['destination-missing', 'no-filter-here'];

/**
 * Reads what the selection names and plans it; the plan is journaled. A destination or filter that is missing is looked for
 * once more in what was only remembered: what somebody just created is there for the first machine that asks for it.
 * @throws Fault when nothing at all can be read.
 */
export async function study(deps: Deps, task: Task, selection: Selection): Promise<Study> {
  const first = await readAndPlan(deps, task, selection);
  // A read of everything has just asked for what is remembered.
  const isMissing = selection.kind === 'subjects' && first.plan.holds.some(({ code }) => MAY_BE_NEW.includes(code));
  const read = isMissing && deps.cloud.forget(task.order.scope) ? await readAndPlan(deps, task, selection) : first;
  const studied = await inspectTargets(deps, task, read);
  recordUnchecked(deps, task.order, studied.world, studied.plan);
  recordPlan(deps, task.order, studied.plan);
  return studied;
}

async function readAndPlan(deps: Deps, task: Task, selection: Selection): Promise<Study> {
  const world = await deps.cloud.read(task.order.scope, selection);
  return { world, plan: planOf(deps, task, world) };
}

/**
 * Looks closer at what the plan points something new at, which a list cannot tell the health of, and plans again with what
 * was found. What then goes elsewhere is looked at in its turn: each round asks for targets that were not asked for, so there
 * are no more rounds than targets, and one round when all is well. A plan that attaches nothing asks only of pools.
 */
async function inspectTargets(deps: Deps, task: Task, read: Study): Promise<Study> {
  const known = new Set<TargetId>();
  let { world, plan } = read;
  for (;;) {
    const targets = worthALook(plan, world, task.rules.config.pools, known);
    if (targets.length === 0) return { world, plan };
    for (const { id } of targets) known.add(id);
    const closer = await lookCloser(deps, task.order.scope, world, targets);
    if (closer === world) return { world, plan };
    world = closer;
    plan = planOf(deps, task, world);
  }
}

const NONE: ReadonlySet<Digest> = new Set();

function planOf(deps: Deps, { order, rules, run }: Task, world: World): Plan {
  const nowMs = deps.clock.now();
  return makePlan({
    world,
    config: rules.config,
    ruleSet: rules.ruleSet,
    rulesVersion: rules.version,
    nowMs,
    run,
    basis: order.basis,
    // A person judges by what is shown.
    recent: order.trigger === 'resync' ? NONE : deps.recent.of(order.scope, order.basis, nowMs),
    opening: ALWAYS_OPEN,
    refusals: [],
    hash: deps.hash,
  });
}
