import type { FaultCode } from '../../fault.ts';
import type { Change, Hold, Interruption, Plan, Verdict } from '../../plan/change.ts';
import { summarise } from '../../plan/summary.ts';
import type { Mode, Outcome } from '../../ports.ts';
import type { HoldCode } from '../../reason.ts';
import type { AttachmentId, Digest, RulesVersion, Scope } from '../../words.ts';
import type { PlanPage } from './page.ts';
import { cutPage } from './page.ts';
import type { Gap } from './plan-scope.ts';
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
  /** It goes on through the bulk queue, under the answer's correlation: all of it, or what there was no time for. */
  | { readonly did: 'queued'; readonly messages: number; readonly outcomes: readonly Outcome[] };

/** Everything that an answer with plans says. */
export interface Result {
  readonly correlation: string;
  readonly mode: Mode;
  readonly plans: readonly Plan[];
  readonly gaps: readonly Gap[];
  readonly deed: Deed;
}

/** The body of an answer with plans: 200, or 202 when the work went to the queue. */
export interface ResyncBody extends DeedJson {
  /** It is on every line that is logged on account of this request. */
  readonly correlation: string;
  /** Of the deployment, not of the request. */
  readonly mode: Mode;
  /** One for each scope of which enough could be read. */
  readonly plans: readonly PlanJson[];
  /** What could not be read, whatever page this is; nothing that depends on it was changed. */
  readonly incomplete: readonly Gap[];
  /** The cursor of the next page of changes and holds; `null`: this is the last. */
  readonly next: string | null;
}

interface DeedJson {
  readonly did: 'planned' | 'applied' | 'queued';
  /** Why nothing was done although it was asked for; `null` when nothing is to be said. */
  readonly why: string | null;
  /** How many messages went to the bulk queue. */
  readonly messages: number;
  /** Of all changes that were tried, whatever page this is. */
  readonly outcomes: readonly OutcomeJson[];
}

export interface PlanJson {
  readonly scope: Scope;
  readonly rulesVersion: RulesVersion;
  /** What to send as `expects`. */
  readonly digest: Digest;
  /** Of the whole plan, whatever page this is. */
  readonly summary: Readonly<Record<string, number>>;
  readonly guard: Omit<Verdict, 'digest'>;
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  /** Of the running machines that this page's changes are about: how often the whole plan may interrupt each. */
  readonly interruptions: readonly Interruption[];
}

/** One shape for all outcomes, so that a caller can read them as a table. */
export interface OutcomeJson {
  readonly outcome: Outcome['kind'];
  readonly change: Change;
  readonly attachment: AttachmentId | null;
  readonly code: FaultCode | HoldCode | null;
  readonly detail: string | null;
}

/** Plans and what was done about them, as an answer. */
export function toAnswer({ correlation, mode, plans, gaps, deed }: Result, { offset, limit }: ResyncRequest): Answer {
  const page = cutPage(plans, offset, limit);
  const body: ResyncBody = {
    correlation,
    mode,
    ...toDeedJson(deed, mode),
    plans: page.plans.map(toPlanJson),
    incomplete: gaps,
    next: page.next,
  };
  return {
    status: deed.did === 'queued' ? 202 : 200,
    contentType: 'application/json',
    body: JSON.stringify(body),
  };
}

const NOTHING_DONE: DeedJson = { did: 'planned', why: null, messages: 0, outcomes: [] };

function toDeedJson(deed: Deed, mode: Mode): DeedJson {
  switch (deed.did) {
    case 'planned':
      return NOTHING_DONE;
    case 'withheld':
      return { ...NOTHING_DONE, why: `nothing was applied: the mode of this deployment is ${mode}` };
    case 'applied':
      return { ...NOTHING_DONE, did: 'applied', outcomes: deed.outcomes.map(toOutcomeJson) };
    case 'queued':
      return {
        ...NOTHING_DONE,
        did: 'queued',
        messages: deed.messages,
        outcomes: deed.outcomes.map(toOutcomeJson),
      };
  }
}

function toPlanJson({ plan, changes, holds }: PlanPage): PlanJson {
  const { disruptions, trips, lifted, digest } = plan.guard;
  return {
    scope: plan.scope,
    rulesVersion: plan.rulesVersion,
    digest,
    summary: summarise(plan),
    guard: { disruptions, trips, lifted },
    changes,
    holds,
    interruptions: interruptionsOf(plan, changes),
  };
}

/** The summary counts all of them; a page names those that it shows changes of. */
function interruptionsOf({ interruptions }: Plan, changes: readonly Change[]): readonly Interruption[] {
  const shown = new Set(changes.map(({ machine }) => machine));
  return interruptions.filter(({ machine }) => shown.has(machine));
}

function toOutcomeJson(result: Outcome): OutcomeJson {
  const common = { outcome: result.kind, change: result.change, attachment: null, code: null, detail: null };
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
