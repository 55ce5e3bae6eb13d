import type { ArgsDef } from 'citty';
import { Fault } from '../shared/fault.ts';
import { isNothingToDo } from '../shared/plan/summary.ts';
import { printPlanJson } from '../shared/print/json.ts';
import { printReportText } from '../shared/print/report.ts';
import { printPlanText } from '../shared/print/text.ts';
import { sayRests } from '../shared/print/rest.ts';
import { restOf, type Rest } from '../shared/plan/rest.ts';
import { drain as drainScope } from '../shared/reconcile/drain.ts';
import { mapLimited } from '../shared/reconcile/map-limited.ts';
import { type Report, toReport } from '../shared/reconcile/report.ts';
import type { Rules } from '../shared/reconcile/rules.ts';
import type { Mode } from '../shared/ports.ts';
import type { Scope } from '../shared/words.ts';
import type { Arguments } from './arguments.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { agree, CONSENT_ARGS, readRun } from './consent.ts';
import { nameOfProgram, sayAgain } from './drain-again.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { type Place, PLACES_AT_A_TIME, reachPlaces } from './live.ts';
import { paintFor } from './paint.ts';
import { withProgress } from './progress.ts';
import { codeOf, prepare, prepareOne, type Prepared } from './prepare.ts';
import { loadRules, RULES_ARG, rulesPathOf } from './rules-file.ts';
import { SCOPE_ARGS } from './scopes.ts';

/** Whoever removes a deployment knows whose it is; rules of another owner would leave all of its attachments, and say that none is left. */
const OWNER_ARG = {
  owner: {
    type: 'string',
    valueHint: 'owner',
    description: 'Whose it has to be: refuse where the rules name another owner',
  },
} satisfies ArgsDef;

/** Takes everything of ours away, so that what it points at can be removed. */
export const drain: Command = {
  name: 'drain',
  description:
    'Detach everything of ours, whatever the rules say. Pause the deployment first, and say so: TAPKEEPER_MODE=paused has to be set',
  args: { ...RULES_ARG, ...OWNER_ARG, ...CONSENT_ARGS, ...SCOPE_ARGS, ...JSON_FLAG },
  async run(given, io) {
    refuseUnlessPaused(io);
    const run = readRun(given);
    const study = async (places: readonly Place[]): Promise<readonly Prepared[]> =>
      prepare(places, { aim: 'drained', rules: await loadOwn(given, io), run }, io);
    const seen = await study(await reachPlaces(given, io));
    const plans = seen.map(({ plan }) => plan);
    if (plans.some(({ guard }) => guard.trips.length > 0)) {
      const { isOutTerminal, env } = io;
      io.out(given.flag('json') ? printPlanJson(plans) : printPlanText(plans, paintFor(isOutTerminal, env)));
      sayAgain(plans, given, io);
      return EXIT.guardTripped;
    }
    if (plans.every(isNothingToDo)) return conclude(seen.map(asSeen), seen, given, io);
    const agreed = await agree({ seen, question: 'Take all of this away?', study }, given, io);
    return agreed === null ? codeOf(seen) : conclude(await drainAll(agreed, io), agreed, given, io);
  },
};

const MODES: readonly string[] = ['observe', 'enforce', 'paused'] satisfies readonly Mode[];

/** What is deployed and enforces would attach again at once what is detached here. */
function refuseUnlessPaused({ env }: Io): void {
  const mode = env['TAPKEEPER_MODE']?.trim().toLowerCase() || null;
  if (mode === 'paused') return;
  if (mode !== null && !MODES.includes(mode)) {
    throw new Fault(
      'config-invalid',
      `TAPKEEPER_MODE=${mode}: there is no mode ${mode}; drain wants TAPKEEPER_MODE=paused`,
    );
  }
  throw new Fault(
    'denied',
    `TAPKEEPER_MODE is ${mode ?? 'not set'}, and drain runs only while the deployment is paused: one that enforces would attach again what is detached. ` +
      'Pause it first, in the clone that it was deployed from (AWS: `npm run pause:aws`; Azure: `npm run pause:azure`), ' +
      `then tell the command line so: TAPKEEPER_MODE=paused ${nameOfProgram(env)} drain`,
  );
}

/** @throws Fault `config-invalid` when the rules are not valid, or of another owner than was said. */
async function loadOwn(given: Arguments, io: Io): Promise<Rules> {
  const path = rulesPathOf(given.text('rules'), io);
  const rules = await loadRules(path, io);
  const [owner, expected] = [rules.config.owner, given.text('owner')];
  if (expected === null || expected === owner) return rules;
  throw new Fault(
    'config-invalid',
    `the rules at ${path} are of the owner ${owner}, and what is to be drained is of ${expected}; nothing was read or changed, name the rules of ${expected}`,
  );
}

const drainAll = (agreed: readonly Prepared[], io: Io): Promise<readonly Report[]> =>
  withProgress(
    io,
    'taking away',
    mapLimited(agreed, PLACES_AT_A_TIME, (one) => drainOne(one, io)),
  );

/** Where nothing was to be changed nobody agreed to anything. */
function drainOne(agreed: Prepared, io: Io): Promise<Report> {
  const { place, task, ...asked } = agreed;
  if (isNothingToDo(agreed.plan)) return Promise.resolve(asSeen(agreed));
  return drainScope({
    deps: place.deps,
    task,
    asked,
    look: () => prepareOne(place, task, io),
    pause: (seconds) => io.pause(seconds * 1000),
  });
}

const asSeen = ({ place, world, plan }: Prepared): Report => toReport(place.deps.mode(), { world, plan }, []);

function conclude(reports: readonly Report[], prepared: readonly Prepared[], given: Arguments, io: Io): ExitCode {
  io.out(
    given.flag('json')
      ? `${JSON.stringify({ version: 1, reports, left: reports.flatMap(toLeft) }, null, 2)}\n`
      : `${printReportText(reports, paintFor(io.isOutTerminal, io.env))}\n${sayRests(reports)}`,
  );
  sayAgain(
    reports.flatMap(({ plan }) => plan ?? []),
    given,
    io,
  );
  if (prepared.some(({ isRead }) => !isRead)) return EXIT.error;
  return codeOfReports(reports);
}

const toLeft = ({ plan, incomplete }: Report): readonly (Rest & { readonly scope: Scope })[] =>
  plan === null ? [] : [{ scope: plan.scope, ...restOf(plan, incomplete) }];

/** Only what was read and shows nothing of ours is the end of it. */
function codeOfReports(reports: readonly Report[]): ExitCode {
  const left = reports.flatMap(toLeft);
  if (reports.some(({ failed }) => failed.length > 0)) return EXIT.error;
  if (left.some(({ kind }) => kind === 'unknown')) return EXIT.incomplete;
  if (reports.some(({ plan }) => plan !== null && plan.guard.trips.length > 0)) return EXIT.guardTripped;
  return left.every(({ kind }) => kind === 'none') ? EXIT.nothingToDo : EXIT.changesPending;
}
