import { restOf } from '../plan/rest.ts';
import type { Report } from '../reconcile/report.ts';
import { nameScope } from './plan-view.ts';
import { shortId } from './short-id.ts';

/** How many are named; all of them are in the JSON view. */
const MOST_NAMED = 5;

/** What is left of ours in each scope, a sentence each: why it is, is said where it is held or has failed. */
export function sayRests(reports: readonly Report[]): string {
  return reports.map((report) => `${sayRest(report)}\n`).join('');
}

function sayRest({ plan, incomplete, failed }: Report): string {
  if (plan === null) return 'paused: nothing was read';
  const { kind, attachments } = restOf(plan, incomplete);
  const scope = nameScope(plan.scope);
  if (kind === 'none') return `${scope}: nothing of ours is left`;
  const mayBeAttachedAgain = plan.changes.length > 0 && failed.length === 0;
  const left = attachments.length === 0 ? '' : `${attachments.length} left: ${name(attachments)}`;
  if (kind === 'some')
    return `${scope}: ${left}; run drain again when what holds it is over${mayBeAttachedAgain ? ', and see that nothing attaches it again' : ''}`;
  return `${scope}: whether anything of ours is left cannot be told, for not all could be read${left === '' ? '' : `; ${left}`}`;
}

function name(ids: readonly string[]): string {
  const named = ids.slice(0, MOST_NAMED).map(shortId);
  return [...named, ...(ids.length > MOST_NAMED ? [`${ids.length - MOST_NAMED} more`] : [])].join(', ');
}
