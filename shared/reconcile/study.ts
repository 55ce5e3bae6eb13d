import type { Plan, Run } from '../plan/change.ts';
import { makePlan } from '../plan/plan.ts';
import type { Deps } from '../ports.ts';
import type { Selection, World } from '../words.ts';
import type { Order } from './order.ts';
import { recordPlan } from './record.ts';
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

/**
 * Reads what the selection names and plans it; the plan is journaled. A destination that is missing is looked for once more
 * in what was only remembered: the target that somebody just created is there for the first machine that asks for it.
 * @throws Fault when nothing at all can be read.
 */
export async function study(deps: Deps, task: Task, selection: Selection): Promise<Study> {
  const first = await readAndPlan(deps, task, selection);
  // A read of everything has just asked for what is remembered.
  const isMissing =
    selection.kind === 'subjects' && first.plan.holds.some(({ code }) => code === 'destination-missing');
  const studied = isMissing && deps.cloud.forget(task.order.scope) ? await readAndPlan(deps, task, selection) : first;
  recordPlan(deps, task.order, studied.plan);
  return studied;
}

async function readAndPlan(deps: Deps, { order, rules, run }: Task, selection: Selection): Promise<Study> {
  const world = await deps.cloud.read(order.scope, selection);
  const nowMs = deps.clock.now();
  const plan = makePlan({
    world,
    config: rules.config,
    ruleSet: rules.ruleSet,
    rulesVersion: rules.version,
    nowMs,
    run,
    basis: order.basis,
    // A sweep and a person judge by what they see.
    recent: order.trigger === 'change' ? deps.recent.count(order.scope, nowMs) : 0,
    hash: deps.hash,
  });
  return { world, plan };
}
