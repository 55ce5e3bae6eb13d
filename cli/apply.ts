import type { Plan, Run, TripName } from '../shared/plan/change.ts';
import { isNothingToDo } from '../shared/plan/summary.ts';
import { Fault } from '../shared/fault.ts';
import { enact } from '../shared/reconcile/converge.ts';
import type { Report } from '../shared/reconcile/report.ts';
import { mapLimited } from '../shared/reconcile/map-limited.ts';
import { toScopeKey } from '../shared/reconcile/scope.ts';
import { nameScope } from '../shared/print/plan-view.ts';
import { printPlanText } from '../shared/print/text.ts';
import { printReportText } from '../shared/print/report.ts';
import type { Arguments } from './arguments.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import type { Io } from './io.ts';
import { type Place, PLACES_AT_A_TIME, reachPlaces } from './live.ts';
import { paintFor } from './paint.ts';
import { withProgress } from './progress.ts';
import { prepare, type Prepared } from './prepare.ts';
import { loadRules, RULES_ARG, rulesPathOf } from './rules-file.ts';
import { SCOPE_ARGS } from './scopes.ts';

const TRIPS: readonly TripName[] = ['batch', 'limit', 'all'];

/** Makes the clouds be as the rules say, once a person or a script has said that the plan is right. */
export const apply: Command = {
  name: 'apply',
  description: 'Carry out the plan, after a yes on the terminal or with --expects',
  args: {
    ...RULES_ARG,
    expects: {
      type: 'string',
      valueHint: 'digest',
      description:
        'The digest that `plan` printed, repeatable, one per scope: apply without asking, if the rules and what is detached and retargeted are still the same (attaches and changes in place are not in it)',
    },
    lift: {
      type: 'string',
      valueHint: TRIPS.join('|'),
      description: 'Let changes through that this trip of the guard withholds',
    },
    ...SCOPE_ARGS,
    ...JSON_FLAG,
  },
  async run(given, io) {
    refuseUnlessEnforcing(io);
    const run = readRun(given);
    const study = async (places: readonly Place[]): Promise<readonly Prepared[]> =>
      prepare(places, await loadRules(rulesPathOf(given.text('rules'), io)), run, io);
    const seen = await study(await reachPlaces(given, io));
    const plans = seen.map(({ plan }) => plan);
    if (plans.every(isNothingToDo)) return conclude(await enactAll(seen, io), seen, given, io);
    if (!(await isConfirmed(plans, given, io))) return codeOf(seen);
    warnOfLimits(seen, io);
    if (given.list('expects').length > 0) return conclude(await enactAll(seen, io), seen, given, io);
    // What could not be read when the plan was shown was not agreed to: it stays out, though it may answer now.
    const again = await study(seen.filter(({ isRead }) => isRead).map(({ place }) => place));
    const fresh = seen.map((one) => again.find(({ place }) => place === one.place) ?? one);
    expectSame(plans, fresh);
    return conclude(await enactAll(fresh, io), fresh, given, io);
  },
};

/** The off switch holds for a laptop too. */
function refuseUnlessEnforcing({ env }: Io): void {
  const mode = env['TAPKEEPER_MODE'] ?? 'enforce';
  if (mode !== 'enforce')
    throw new Fault('denied', `TAPKEEPER_MODE is ${mode}, so nothing is applied; unset it or set it to enforce`);
}

/** Processes that share no storage cannot count each other's interruptions, and a person should know before the second one runs. */
function warnOfLimits(seen: readonly Prepared[], { env, err }: Io): void {
  const interrupting = seen.find(({ plan }) => plan.interruptions.length > 0);
  if (interrupting === undefined || isStorageShared(env)) return;
  const { inFlight } = interrupting.task.rules.config.interruption;
  err(
    `At most ${inFlight} running machines of a subscription are interrupted at a time, counted within this process: what is deployed counts for itself. ` +
      'To count together, set AzureWebJobsStorage (or AzureWebJobsStorage__accountName) to its storage account, or pause it.\n',
  );
}

const isStorageShared = (env: Io['env']): boolean =>
  Object.entries(env).some(([name, value]) => /^AzureWebJobsStorage(__\w+)?$/i.test(name) && (value ?? '') !== '');

function readRun(given: Arguments): Run {
  const lift = given.list('lift').map((name) => {
    const trip = TRIPS.find((known) => known === name);
    if (trip === undefined)
      throw new Fault('config-invalid', `--lift ${name}: the guard's trips are ${TRIPS.join(', ')}`);
    return trip;
  });
  return { kind: 'enforce', seen: null, lift };
}

/** By the digests that were given, or by a person who has read the plan. */
async function isConfirmed(plans: readonly Plan[], given: Arguments, io: Io): Promise<boolean> {
  const pending = plans.filter((plan) => !isNothingToDo(plan));
  const expected = given.list('expects');
  if (expected.length > 0) {
    const stale = pending.find(({ guard }) => !expected.includes(guard.digest));
    if (stale === undefined) return true;
    throw new Fault(
      'plan-stale',
      `${nameScope(stale.scope)} is no longer as it was planned: its digest is ${stale.guard.digest}; nothing was changed, look at the plan again`,
    );
  }
  io.err(printPlanText(plans, paintFor(io.isErrTerminal, io.env)));
  if (io.ask === null) {
    throw new Fault(
      'denied',
      'nobody is there to confirm the plan; nothing was changed, give --expects DIGEST for each scope',
    );
  }
  return /^y(es)?$/i.test((await io.ask('\nApply this plan? [y/N] ')).trim());
}

/** The world may have moved while a person was reading. What can no longer be read has no change, and says so. */
function expectSame(plans: readonly Plan[], fresh: readonly Prepared[]): void {
  const digests = new Map(plans.map(({ scope, guard }) => [toScopeKey(scope), guard.digest]));
  for (const { isRead, plan } of fresh) {
    if (!isRead || plan.guard.digest === digests.get(toScopeKey(plan.scope))) continue;
    throw new Fault(
      'plan-stale',
      `${nameScope(plan.scope)} changed while the plan was read; nothing was changed, plan again`,
    );
  }
}

const enactAll = (prepared: readonly Prepared[], io: Io): Promise<readonly Report[]> =>
  withProgress(
    io,
    'applying',
    mapLimited(prepared, PLACES_AT_A_TIME, ({ place, task, ...asked }) => enact(place.deps, task, asked)),
  );

function conclude(reports: readonly Report[], prepared: readonly Prepared[], given: Arguments, io: Io): ExitCode {
  const asJson = (): string => `${JSON.stringify({ version: 1, reports }, null, 2)}\n`;
  io.out(given.flag('json') ? asJson() : printReportText(reports, paintFor(io.isOutTerminal, io.env)));
  if (reports.some(({ failed }) => failed.length > 0)) return EXIT.error;
  const code = codeOf(prepared);
  return code === EXIT.changesPending ? EXIT.nothingToDo : code;
}

/** What was to be applied where nothing could be read was not: that is an error, and not a plan that lacks something. */
const codeOf = (prepared: readonly Prepared[]): ExitCode =>
  prepared.every(({ isRead }) => isRead) ? exitCodeOf(prepared.map(({ plan }) => plan)) : EXIT.error;
