import type { Plan } from '../plan/change.ts';
import { countsOf } from './plan-view.ts';

/** What `plan --json` writes, as `schemas/plan.schema.json` describes it. */
export interface PlanDocument {
  readonly version: 1;
  readonly plans: readonly Plan[];
  /** Sums over all plans. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The plans whole, with their sums last. */
const toPlanDocument = (plans: readonly Plan[]): PlanDocument => ({
  version: 1,
  plans,
  counts: Object.fromEntries(countsOf(plans)),
});

/** Plans as JSON for programs. */
export const printPlanJson = (plans: readonly Plan[]): string => `${JSON.stringify(toPlanDocument(plans), null, 2)}\n`;
