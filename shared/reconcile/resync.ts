import type { Change } from '../plan/change.ts';
import type { Deps, Outcome } from '../ports.ts';
import type { Digest, Machine, SourceId } from '../words.ts';
import type { Work } from '../work.ts';
import { turnAgainSeconds, turnsOf } from './apply/turn-limits.ts';
import { FORGOTTEN_MS } from './batch/forgetting.ts';
import { type Asker, toChunks } from './chunk.ts';
import { enactInTime, pauseOf } from './converge.ts';
import { interruptibleIn, unitOf } from './interruptible.ts';
import type { Invocation } from './invocation.ts';
import { toInvocation } from './invocation.ts';
import { mapLimited } from './map-limited.ts';
import { recordContinued, recordFault, recordFinish, recordOutcome } from './record.ts';
import { toReport } from './report.ts';
import type { Answer, Deed } from './resync/answer.ts';
import { toAnswer } from './resync/answer.ts';
import type { Asking, Gap, Planned } from './resync/plan-scope.ts';
import { planScope } from './resync/plan-scope.ts';
import { type Rejection, toProblemAnswer } from './resync/problem.ts';
import type { ResyncRequest } from './resync/request.ts';
import { parseRequest } from './resync/request.ts';
import { findTargets } from './resync/targets.ts';
import { loadRules } from './rules.ts';
import { toScopeKey } from './scope.ts';
import { type Share, shareOf } from './share.ts';
import type { Task } from './study.ts';

/** A `POST resync`, as an adapter hands it over. */
export interface ResyncCall {
  readonly body: string;
  /** Whether the caller proved an identity that may lift the guard; a function key never does. */
  readonly mayLift: 'yes' | 'no';
  readonly correlation: string;
  /** When the process is stopped whatever it is doing, in milliseconds since the epoch; `null`: it is not. */
  readonly endsAtMs: number | null;
}

/**
 * Changes that are made while the caller waits; more go through the bulk queue, at the pace that the API allows. So do more that
 * interrupt than are done side by side: each takes up to a minute, and the caller's connection does not last for several.
 */
export const MOST_INLINE = 50;

type Attempt =
  { readonly kind: 'refused'; readonly rejection: Rejection } | { readonly kind: 'answered'; readonly answer: Answer };

/** Answers a `POST resync`, as docs/openapi.yaml describes it. Never throws. */
export async function resync(deps: Deps, call: ResyncCall): Promise<Answer> {
  const { correlation } = call;
  try {
    const attempt = await answer(toInvocation(deps, call.endsAtMs), call);
    return attempt.kind === 'answered' ? attempt.answer : toProblemAnswer(attempt.rejection, correlation);
  } catch (thrown) {
    const fault = recordFault(deps, { correlation, scope: null }, thrown, 'answering a resync');
    if (fault.code !== 'config-invalid') return toProblemAnswer({ code: 'unexpected' }, correlation);
    return toProblemAnswer({ code: 'config-invalid', detail: fault.message }, correlation);
  }
}

async function answer(deps: Invocation, call: ResyncCall): Promise<Attempt> {
  const parsed = parseRequest(call.body, deps.cloud.cloud);
  if (parsed.kind === 'invalid') return refused({ code: 'bad-request', errors: parsed.problems });
  const { request } = parsed;
  if (request.lift.length > 0 && call.mayLift === 'no') return refused({ code: 'lift-forbidden' });
  const found = findTargets(await deps.cloud.scopes(), request);
  if (found.kind === 'invalid') return refused({ code: 'bad-request', errors: found.problems });

  const rules = await loadRules(deps);
  const asking: Asking = { request, rules, correlation: call.correlation };
  const plannings = await mapLimited(found.targets, deps.parallelism, (target) => planScope(deps, asking, target));
  const planned = plannings.flatMap((one) => one.planned ?? []);
  const gaps = plannings.flatMap(({ gap }) => gap ?? []);
  if (planned.length === 0) return refused({ code: 'inventory-incomplete', incomplete: gaps.flatMap(sayGap) });
  return findStale(request, planned) ?? respond(deps, asking, planned, gaps);
}

const refused = (rejection: Rejection): Attempt => ({ kind: 'refused', rejection });

const sayGap = ({ scope, why }: Gap): readonly string[] => why.map((what) => `${toScopeKey(scope)}: ${what}`);

function findStale({ expects }: ResyncRequest, planned: readonly Planned[]): Attempt | null {
  if (expects === null) return null;
  const other = planned.map(({ studied }) => studied.plan.guard.digest).find((digest) => digest !== expects);
  return other === undefined ? null : refused({ code: 'plan-stale', digest: other });
}

async function respond(
  deps: Invocation,
  { request, correlation }: Asking,
  planned: readonly Planned[],
  gaps: readonly Gap[],
): Promise<Attempt> {
  const deed = await act(deps, request, planned);
  const plans = planned.map(({ studied }) => studied.plan);
  return { kind: 'answered', answer: toAnswer({ correlation, mode: deps.mode(), plans, gaps, deed }, request) };
}

async function act(deps: Invocation, request: ResyncRequest, planned: readonly Planned[]): Promise<Deed> {
  if (request.mode === 'plan') return finish(deps, planned, { did: 'planned' });
  if (deps.mode() !== 'enforce') return finish(deps, planned, { did: 'withheld' });
  return isForInline(planned) ? applyAll(deps, planned) : enqueue(deps, planned);
}

function isForInline(planned: readonly Planned[]): boolean {
  const count = planned.reduce((sum, { studied }) => sum + studied.plan.changes.length, 0);
  return count <= MOST_INLINE && isSideBySide(planned);
}

/** Whether all that interrupts is done in about a minute: no two machines that stand in for each other, and no more than may at a time. */
function isSideBySide(planned: readonly Planned[]): boolean {
  const machines = planned.map(({ studied: { world, plan } }) => {
    const interruptible = interruptibleIn(world);
    return plan.changes.flatMap(({ source }) => interruptible.get(source) ?? []);
  });
  const isApart = (some: readonly Machine[]): boolean =>
    new Set(some.map(unitOf)).size === new Set(some.map(({ id }) => id)).size;
  const most = Math.min(...planned.map(({ task }) => task.rules.config.interruption.inFlight));
  return machines.every(isApart) && machines.flat().length <= most;
}

/** Journals that these were planned and that nothing was tried here. */
function finish(deps: Deps, planned: readonly Planned[], deed: Deed): Deed {
  for (const { task, studied, startedMs } of planned) {
    recordFinish(deps, task.order, toReport(deps.mode(), studied, []), startedMs);
  }
  return deed;
}

/** What would wait in vain for its turn stays behind, and is told: no sweep may do what is lifted here. */
async function enqueue(deps: Deps, planned: readonly Planned[]): Promise<Deed> {
  const shared = planned.map((one) => ({ one, share: shareFor(deps, one) }));
  const works = shared.flatMap(({ one: { task, studied }, share: { changes } }) => {
    const { world, plan } = studied;
    return toChunks(deps, { world, rulesVersion: plan.rulesVersion, changes }, askerOf(task));
  });
  const [first, ...others] = works;
  if (first !== undefined) await deps.queues.send('bulk', [first, ...others], 0);
  for (const { one, share } of shared) {
    const { task, studied, startedMs } = one;
    for (const outcome of outcomesOf(share)) recordOutcome(deps, task.order, task.rules, outcome, startedMs);
    recordFinish(deps, task.order, toReport(deps.mode(), studied, share.behind), startedMs);
  }
  return { did: 'queued', messages: works.length, outcomes: shared.flatMap(({ share }) => outcomesOf(share)) };
}

/** What a person allows lives for longer than what a sweep found, since no sweep finds it again. */
const askerOf = ({ order: { correlation, since } }: Task): Asker => ({ correlation, since, askedBy: 'person' });

const NOTHING: ReadonlyMap<SourceId, Digest> = new Map();

/** What sweeps handed on does not count: the person may allow more than they did. */
const shareFor = ({ hash }: Deps, { task, studied: { world, plan } }: Planned): Share =>
  shareOf({
    world,
    changes: plan.changes,
    turns: turnsOf('bulk', task.rules.config.interruption),
    seconds: FORGOTTEN_MS / 1000,
    handedOn: NOTHING,
    sweep: task.order.correlation,
    hash,
  });

const outcomesOf = ({ behind }: Share): readonly Outcome[] => behind.flatMap(({ outcomes }) => outcomes);

/** What there is no time for goes on through the bulk queue: a process that is stopped answers nobody. */
async function applyAll(deps: Invocation, planned: readonly Planned[]): Promise<Deed> {
  const applied = await mapLimited(planned, deps.parallelism, (one) => applyOne(deps, one));
  const outcomes = applied.flatMap((one) => one.outcomes);
  const messages = applied.reduce((sum, one) => sum + one.messages, 0);
  return messages === 0 ? { did: 'applied', outcomes } : { did: 'queued', messages, outcomes };
}

interface Applied {
  readonly outcomes: readonly Outcome[];
  readonly messages: number;
}

async function applyOne(deps: Invocation, { task, studied, startedMs }: Planned): Promise<Applied> {
  const { order } = task;
  const { world, plan } = studied;
  const progress = await enactInTime(deps, { task, studied, happened: () => order.since });
  const { outcomes, left, waits } = progress;
  const toWorks = (changes: readonly Change[]): readonly Work[] =>
    toChunks(deps, { world, rulesVersion: plan.rulesVersion, changes }, askerOf(task));
  const parts = [
    { works: toWorks(left.flat()), seconds: pauseOf(progress) },
    { works: toWorks(waits.flatMap(({ changes }) => changes)), seconds: turnAgainSeconds('bulk', 0) },
  ];
  for (const { works, seconds } of parts) {
    const [first, ...others] = works;
    if (first !== undefined) await deps.queues.send('bulk', [first, ...others], seconds);
  }
  const messages = parts.reduce((sum, { works }) => sum + works.length, 0);
  if (messages > 0) recordContinued(deps, order, left.length + waits.length);
  recordFinish(deps, order, progress, startedMs);
  return { outcomes, messages };
}
