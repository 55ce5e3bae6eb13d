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
 * Reads what the selection names and plans it; the plan is journaled.
 * @throws Fault when nothing at all can be read.
 */
export async function study(deps: Deps, task: Task, selection: Selection): Promise<Study> {
  const { order, rules, run } = task;
  const world = await deps.cloud.read(order.scope, selection);
  const plan = makePlan({
    world,
    config: rules.config,
    ruleSet: rules.ruleSet,
    rulesVersion: rules.version,
    nowMs: deps.clock.now(),
    run,
    basis: order.basis,
    hash: deps.hash,
  });
  recordPlan(deps, order, plan);
  return { world, plan };
}
