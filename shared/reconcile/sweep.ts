import { toInstant } from '../ids.ts';
import type { Plan } from '../plan/change.ts';
import type { Deps, Mode, SweepRound } from '../ports.ts';
import type { Digest, Scope, SourceId } from '../words.ts';
import type { Work } from '../work.ts';
import { turnsOf } from './apply/turn-limits.ts';
import type { Origin } from './chunk.ts';
import { toChunks } from './chunk.ts';
import { toInvocation } from './invocation.ts';
import type { Order } from './order.ts';
import { toRun } from './permission.ts';
import { rememberSweep } from './recent.ts';
import { recordFault, recordFinish, recordOutcome } from './record.ts';
import type { Report } from './report.ts';
import { PAUSED, toReport } from './report.ts';
import { loadRules } from './rules.ts';
import { toScopeKey } from './scope.ts';
import { shareOf } from './share.ts';
import { study, type Studied, type Task } from './study.ts';

/** A sweep every quarter of an hour; what this one hands on beyond that would be handed on once more by the next. */
const UNTIL_NEXT_SECONDS = 900;

/** What the sweep of one scope came to. */
export interface ScopeSweep {
  readonly scope: Scope;
  /** `null`: the deployment is paused, so nothing was read. */
  readonly plan: Plan | null;
  /** Messages put on the bulk queue: none, when nothing differs or nothing may be changed. */
  readonly queued: number;
}

/** What one scheduled sweep came to: handed on to the bulk queue scope by scope, or done straight when there is one scope. */
export type SweepReport =
  | { readonly kind: 'paused'; readonly correlation: string }
  | { readonly kind: 'queued'; readonly correlation: string; readonly scopes: readonly Scope[] }
  | { readonly kind: 'swept'; readonly correlation: string; readonly sweep: ScopeSweep };

/**
 * Starts a sweep of everything that this deployment keeps.
 * @throws Fault as {@link sweepScope}, or what the queue said.
 */
export async function sweep(deps: Deps): Promise<SweepReport> {
  const invocation = toInvocation(deps, null);
  const origin: Origin = { correlation: deps.newId(), since: toInstant(deps.clock.now()) };
  const { correlation } = origin;
  if (invocation.mode() === 'paused') {
    recordFinish(deps, { correlation, scope: null, trigger: 'sweep' }, PAUSED, deps.clock.now());
    return { kind: 'paused', correlation };
  }
  const [first, ...others] = await deps.cloud.scopes();
  if (first === undefined) return { kind: 'queued', correlation, scopes: [] };
  if (others.length === 0) return { kind: 'swept', correlation, sweep: await sweepScope(invocation, first, origin) };
  const toWork = (scope: Scope): Work => ({ kind: 'sweep', scope, ...origin, follows: null });
  await deps.queues.send('bulk', [toWork(first), ...others.map(toWork)], 0);
  return { kind: 'queued', correlation, scopes: [first, ...others] };
}

/**
 * Lists one scope and puts what differs on the bulk queue. It writes nothing to the cloud: what it found may have changed
 * by the time that a writer comes to it, so the writer reads again, and this can be repeated at any time.
 * @throws Fault `config-invalid`, what the queue said, or what the cloud said when nothing at all could be read.
 */
export async function sweepScope(deps: Deps, scope: Scope, { correlation, since }: Origin): Promise<ScopeSweep> {
  const startedMs = deps.clock.now();
  const order: Order = {
    scope,
    selection: { kind: 'everything' },
    run: null,
    basis: 'scope',
    correlation,
    since,
    trigger: 'sweep',
    lane: 'bulk',
  };
  try {
    const { report, works, interrupting, opensAtMs, round } = await compare(deps, order);
    const [first, ...others] = works;
    if (first !== undefined) await deps.queues.send('bulk', [first, ...others], 0);
    if (round !== null) deps.requests.handOn(round, interrupting);
    if (opensAtMs !== null) await sweepAtOpening(deps, order, opensAtMs);
    if (report.plan !== null)
      deps.requests.tellSwept({ scope, rulesVersion: report.plan.rulesVersion, nowMs: startedMs });
    recordFinish(deps, order, report, startedMs);
    return { scope, plan: report.plan, queued: works.length };
  } catch (thrown) {
    throw recordFault(deps, order, thrown, `sweeping ${toScopeKey(scope)}`);
  }
}

interface Comparison {
  readonly report: Report;
  readonly works: readonly Work[];
  readonly interrupting: ReadonlyMap<SourceId, Digest>;
  /** When a window opens soon that is waited for; `null`: nothing waits for one, or it is one of a later sweep. */
  readonly opensAtMs: number | null;
  /** `null`: nothing may be handed on. */
  readonly round: SweepRound | null;
}

const NOTHING = { works: [], interrupting: new Map(), opensAtMs: null, round: null };

async function compare(deps: Deps, order: Order): Promise<Comparison> {
  const mode: Mode = deps.mode();
  if (mode === 'paused') return { report: PAUSED, ...NOTHING };
  const run = toRun(mode, order.run);
  const task: Task = { aim: 'wished', order, rules: await loadRules(deps), run };
  const studied = await study(deps, task, order.selection);
  if (run.kind === 'observe') return { report: toReport(mode, studied, []), ...NOTHING };
  rememberSweep(deps, task, studied);
  const { world, plan } = studied;
  const round: SweepRound = { scope: order.scope, rulesVersion: plan.rulesVersion, nowMs: deps.clock.now() };
  const { changes, interrupting, behind } = shareOf({
    world,
    changes: plan.changes,
    turns: turnsOf('bulk', task.rules.config.interruption),
    seconds: UNTIL_NEXT_SECONDS,
    handedOn: deps.requests.handedOn(round),
    sweep: order.correlation,
    hash: deps.hash,
  });
  for (const { outcomes } of behind) {
    for (const outcome of outcomes) recordOutcome(deps, order, task.rules, outcome, deps.clock.now());
  }
  const { correlation, since } = order;
  const works = toChunks(
    deps,
    { world, rulesVersion: plan.rulesVersion, changes },
    { correlation, since, askedBy: 'sweep' },
  );
  return { report: toReport(mode, studied, behind), works, interrupting, opensAtMs: findSoon(deps, studied), round };
}

/** When the next window opens, if that is before the next sweep by the clock, which might come when it is closed again. */
function findSoon({ clock }: Deps, { opening, plan }: Studied): number | null {
  if (opening.kind === 'open' || opening.opensAtMs === null) return null;
  const isWaitedFor = plan.holds.some(({ code }) => code === 'outside-window');
  return isWaitedFor && opening.opensAtMs - clock.now() <= UNTIL_NEXT_SECONDS * 1000 ? opening.opensAtMs : null;
}

/** Clocks of machines differ by less. */
const AFTER_OPENING_SECONDS = 2;

/** A sweep that comes so shortly before a window opens may be the one that was asked for, by a clock that is ahead. */
const NEARLY_SECONDS = 30;

/** Asks for one sweep when a window opens, however many sweeps of this process find it closed. */
async function sweepAtOpening(deps: Deps, { scope, correlation, since }: Order, opensAtMs: number): Promise<void> {
  const seconds = Math.ceil((opensAtMs - deps.clock.now()) / 1000);
  if (seconds > NEARLY_SECONDS && deps.requests.findOpening(scope) === opensAtMs) return;
  const work: Work = { kind: 'sweep', scope, correlation, since, follows: null };
  await deps.queues.send('bulk', [work], seconds + AFTER_OPENING_SECONDS);
  deps.requests.awaitOpening(scope, opensAtMs);
}
