import type { Change, Hold, Plan } from '../../plan/change.ts';
import { CURSOR_PREFIX } from './request.ts';

/** The part of a plan that is in one answer. */
export interface PlanPage {
  readonly plan: Plan;
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
}

export interface Page {
  readonly plans: readonly PlanPage[];
  /** The cursor of what comes next; `null`: this is the last page. */
  readonly next: string | null;
}

/** Cuts plans into pages of `limit` items: plan by plan, the changes of each before its holds. */
export function cutPage(plans: readonly Plan[], offset: number, limit: number): Page {
  let skip = offset;
  let room = limit;
  const take = <Item>(items: readonly Item[]): readonly Item[] => {
    const taken = items.slice(skip, skip + room);
    skip = Math.max(0, skip - items.length);
    room -= taken.length;
    return taken;
  };
  const pages = plans.map((plan) => ({ plan, changes: take(plan.changes), holds: take(plan.holds) }));
  const total = plans.reduce((sum, { changes, holds }) => sum + changes.length + holds.length, 0);
  const end = offset + limit;
  return { plans: pages, next: end < total ? `${CURSOR_PREFIX}${end}` : null };
}
