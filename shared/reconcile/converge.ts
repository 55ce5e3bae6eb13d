import type { Deps } from '../ports.ts';
import { applyPlan } from './apply.ts';
import type { Order } from './order.ts';
import { toRun } from './order.ts';
import { recordFault, recordFinish } from './record.ts';
import type { Report } from './report.ts';
import { PAUSED, toReport } from './report.ts';
import { loadRules } from './rules.ts';
import { toScopeKey } from './scope.ts';
import type { Study, Task } from './study.ts';
import { study } from './study.ts';

/**
 * Makes a part of the world be as the rules say: reads it, plans, guards, and applies as far as the mode allows.
 * @throws Fault `config-invalid`, or what the cloud said when nothing at all could be read; it is journaled.
 */
export async function converge(deps: Deps, order: Order): Promise<Report> {
  const startedMs = deps.clock.now();
  try {
    const report = await attempt(deps, order);
    recordFinish(deps, order, report, startedMs);
    return report;
  } catch (thrown) {
    throw recordFault(deps, order, thrown, `reconciling ${toScopeKey(order.scope)}`);
  }
}

async function attempt(deps: Deps, order: Order): Promise<Report> {
  const mode = deps.mode();
  if (mode === 'paused') return PAUSED;
  const rules = await loadRules(deps);
  const task: Task = { order, rules, run: toRun(mode, order.run) };
  return enact(deps, task, await study(deps, task, order.selection));
}

/** Carries out what was studied, unless the permission in force is to observe only. */
export async function enact(deps: Deps, task: Task, studied: Study): Promise<Report> {
  const results = task.run.kind === 'enforce' ? await applyPlan(deps, task, studied) : [];
  return toReport(deps.mode(), studied, results);
}
