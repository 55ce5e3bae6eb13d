import { isNothingToDo } from '../shared/plan/summary.ts';
import { Fault } from '../shared/fault.ts';
import { enact } from '../shared/reconcile/converge.ts';
import type { Report } from '../shared/reconcile/report.ts';
import { mapLimited } from '../shared/reconcile/map-limited.ts';
import { printReportText } from '../shared/print/report.ts';
import type { Arguments } from './arguments.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { agree, CONSENT_ARGS, readRun } from './consent.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { type Place, PLACES_AT_A_TIME, reachPlaces } from './live.ts';
import { paintFor } from './paint.ts';
import { withProgress } from './progress.ts';
import { codeOf, prepare, type Prepared } from './prepare.ts';
import { loadRules, RULES_ARG, rulesPathOf } from './rules-file.ts';
import { SCOPE_ARGS } from './scopes.ts';

/** Makes the clouds be as the rules say, once a person or a script has said that the plan is right. */
export const apply: Command = {
  name: 'apply',
  description: 'Carry out the plan, after a yes on the terminal or with --expects',
  args: { ...RULES_ARG, ...CONSENT_ARGS, ...SCOPE_ARGS, ...JSON_FLAG },
  async run(given, io) {
    refuseUnlessEnforcing(io);
    const run = readRun(given);
    const study = async (places: readonly Place[]): Promise<readonly Prepared[]> =>
      prepare(places, { aim: 'wished', rules: await loadRules(rulesPathOf(given.text('rules'), io), io), run }, io);
    const seen = await study(await reachPlaces(given, io));
    if (seen.every(({ plan }) => isNothingToDo(plan))) return conclude(await enactAll(seen, io), seen, given, io);
    const agreed = await agree({ seen, question: 'Apply this plan?', study }, given, io);
    if (agreed === null) return codeOf(seen);
    warnOfLimits(agreed, io);
    return conclude(await enactAll(agreed, io), agreed, given, io);
  },
};

/** The off switch holds for a laptop too. */
function refuseUnlessEnforcing({ env }: Io): void {
  const mode = env['TAPKEEPER_MODE'] ?? 'enforce';
  if (mode !== 'enforce')
    throw new Fault('denied', `TAPKEEPER_MODE is ${mode}, so nothing is applied; unset it or set it to enforce`);
}

/** Processes that share no storage cannot count each other's interruptions, and a person should know before the second one runs. */
function warnOfLimits(agreed: readonly Prepared[], { env, err }: Io): void {
  const interrupting = agreed.find(({ plan }) => plan.interruptions.length > 0);
  if (interrupting === undefined || isStorageShared(env)) return;
  const { inFlight } = interrupting.task.rules.config.interruption;
  err(
    `At most ${inFlight} running machines of a subscription are interrupted at a time, counted within this process: what is deployed counts for itself. ` +
      'To count together, set AzureWebJobsStorage (or AzureWebJobsStorage__accountName) to its storage account, or pause it.\n',
  );
}

const isStorageShared = (env: Io['env']): boolean =>
  Object.entries(env).some(([name, value]) => /^AzureWebJobsStorage(__\w+)?$/i.test(name) && (value ?? '') !== '');

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
