import type { Fault } from '../fault.ts';
import { toFault } from '../fault.ts';
import type { Plan } from '../plan/change.ts';
import type { Deps, Outcome } from '../ports.ts';
import type { Scope, World } from '../words.ts';
import type { GivenUp } from './apply/verb-refusals.ts';
import type { Order } from './order.ts';
import type { Report } from './report.ts';
import type { Rules } from './rules.ts';

/** What a fault is about, when there is no order yet. */
interface Circumstance {
  readonly correlation: string;
  readonly scope: Scope | null;
}

/** Writes what was thrown, as the fault that it is. */
export function recordFault(deps: Deps, about: Circumstance, thrown: unknown, attempted: string): Fault {
  const fault = toFault(thrown, attempted);
  const { correlation, scope } = about;
  const { code, message: detail } = fault;
  deps.journal.write({ correlation, scope, rulesVersion: null, kind: 'fault', code, detail });
  return fault;
}

/** Writes one line per thing that a plan decides, and one for each thing that keeps it from being whole. */
export function recordPlan({ journal }: Deps, { correlation }: Order, plan: Plan): void {
  const line = { correlation, scope: plan.scope, rulesVersion: plan.rulesVersion };
  if (plan.incomplete.length > 0) journal.write({ ...line, kind: 'incomplete', why: plan.incomplete });
  if (plan.guard.trips.length > 0) journal.write({ ...line, kind: 'guard-tripped', trips: plan.guard.trips });
  for (const change of plan.changes) journal.write({ ...line, kind: 'planned', change });
  for (const hold of plan.holds) journal.write({ ...line, kind: 'held', hold });
  for (const note of plan.notes) journal.write({ ...line, kind: 'noted', note });
}

/** Writes what could not be told of the targets that a plan speaks of for that: once, however many sources are to use them. */
export function recordUnchecked(
  { journal }: Deps,
  { correlation }: Order,
  { scope, targets }: World,
  plan: Plan,
): void {
  const said = new Set([...plan.holds, ...plan.notes].map(({ detail }) => detail));
  const isSaid = (unchecked: string): boolean => [...said].some((detail) => detail.endsWith(unchecked));
  const why = targets.flatMap(({ id, unchecked }) =>
    unchecked !== null && isSaid(unchecked) ? [`${id}: ${unchecked}`] : [],
  );
  if (why.length > 0) journal.write({ correlation, scope, rulesVersion: plan.rulesVersion, kind: 'incomplete', why });
}

/** Writes what became of one change that was tried at `startedMs`. */
export function recordOutcome(deps: Deps, order: Order, rules: Rules, outcome: Outcome, startedMs: number): void {
  const { change } = outcome;
  const line = { correlation: order.correlation, scope: order.scope, rulesVersion: rules.version };
  switch (outcome.kind) {
    case 'done': {
      const tookMs = deps.clock.now() - startedMs;
      const { attachment } = outcome;
      return deps.journal.write({ ...line, kind: 'applied', change, attachment, since: order.since, tookMs });
    }
    case 'held':
      return deps.journal.write({ ...line, kind: 'held', hold: outcome.hold });
    case 'gone':
      return deps.journal.write({ ...line, kind: 'gone', change, detail: outcome.detail });
    case 'conflict':
      return deps.journal.write({ ...line, kind: 'refused', change, code: 'conflict', detail: outcome.detail });
    case 'failed':
      return deps.journal.write({ ...line, kind: 'refused', change, code: outcome.code, detail: outcome.detail });
  }
}

/** Writes once what a verb that was given up left undone. */
export function recordGivenUp(deps: Deps, order: Order, rules: Rules, { verb, changes, refusal }: GivenUp): void {
  const { correlation, scope } = order;
  const { code, detail: said } = refusal;
  const detail = `${verb}: ${changes} were not tried after the cloud refused it again and again; the next sweep tries them again: ${said}`;
  deps.journal.write({ correlation, scope, rulesVersion: rules.version, kind: 'fault', code, detail });
}

/** Writes that so many sources went back to the queue. */
export function recordContinued({ journal }: Deps, { correlation, scope }: Circumstance, sources: number): void {
  journal.write({ correlation, scope, rulesVersion: null, kind: 'continued', sources });
}

/** Who finished, of what an order says. */
interface Finisher extends Circumstance {
  readonly trigger: Order['trigger'];
}

/** Writes that an order came to its end, with what it came to in numbers. */
export function recordFinish(deps: Deps, order: Finisher, { mode, plan, counts }: Report, startedMs: number): void {
  const { correlation, scope, trigger } = order;
  const rulesVersion = plan?.rulesVersion ?? null;
  const tookMs = deps.clock.now() - startedMs;
  deps.journal.write({ correlation, scope, rulesVersion, kind: 'finished', trigger, mode, counts, tookMs });
}
