import type { FaultCode } from '../../fault.ts';
import type { AttachmentId } from '../../words.ts';
import type { Change, Hold, Plan } from '../../plan/change.ts';
import { summarise } from '../../plan/summary.ts';
import type { Mode, Outcome } from '../../ports.ts';
import type { PlanPage } from './page.ts';
import { cutPage } from './page.ts';
import type { ResyncRequest } from './request.ts';

/** An HTTP answer, as data. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What was done about the plans. */
export type Deed =
  /** Nothing: only a plan was asked for. */
  | { readonly did: 'planned' }
  /** Nothing, although it was asked for: the deployment's mode does not allow it. */
  | { readonly did: 'withheld' }
  | { readonly did: 'applied'; readonly outcomes: readonly Outcome[] }
  /** It goes on through the bulk queue, under the answer's correlation. */
  | { readonly did: 'queued'; readonly messages: number };

/** Everything that an answer with plans says. */
export interface Result {
  readonly correlation: string;
  readonly mode: Mode;
  readonly plans: readonly Plan[];
  readonly deed: Deed;
}

/** Plans and what was done about them: 200, or 202 when the work went to the queue. */
export function toAnswer({ correlation, mode, plans, deed }: Result, { offset, limit }: ResyncRequest): Answer {
  const page = cutPage(plans, offset, limit);
  const body = { correlation, mode, ...toDeedJson(deed, mode), plans: page.plans.map(toPlanJson), next: page.next };
  return {
    status: deed.did === 'queued' ? 202 : 200,
    contentType: 'application/json',
    body: JSON.stringify(body),
  };
}

function toDeedJson(deed: Deed, mode: Mode) {
  switch (deed.did) {
    case 'planned':
      return { did: 'planned', why: null, messages: 0, outcomes: [] };
    case 'withheld':
      return {
        did: 'planned',
        why: `nothing was applied: the mode of this deployment is ${mode}`,
        messages: 0,
        outcomes: [],
      };
    case 'applied':
      return { did: 'applied', why: null, messages: 0, outcomes: deed.outcomes.map(toOutcomeJson) };
    case 'queued':
      return { did: 'queued', why: null, messages: deed.messages, outcomes: [] };
  }
}

const toPlanJson = ({ plan, changes, holds }: PlanPage) => ({
  scope: plan.scope,
  rulesVersion: plan.rulesVersion,
  digest: plan.guard.digest,
  summary: summarise(plan),
  guard: { disruptions: plan.guard.disruptions, trips: plan.guard.trips, lifted: plan.guard.lifted },
  changes,
  holds,
});

/** One shape for all outcomes, so that a caller can read them as a table. */
interface OutcomeJson {
  readonly outcome: Outcome['kind'];
  readonly change: Change;
  readonly attachment: AttachmentId | null;
  readonly code: FaultCode | Hold['code'] | null;
  readonly detail: string | null;
}

function toOutcomeJson(result: Outcome): OutcomeJson {
  const { kind: outcome, change } = result;
  const common = { outcome, change, attachment: null, code: null, detail: null };
  switch (result.kind) {
    case 'done':
      return { ...common, attachment: result.attachment };
    case 'held':
      return { ...common, code: result.hold.code, detail: result.hold.detail };
    case 'gone':
      return { ...common, detail: result.detail };
    case 'conflict':
      return { ...common, code: 'conflict', detail: result.detail };
    case 'failed':
      return { ...common, code: result.code, detail: result.detail };
  }
}
