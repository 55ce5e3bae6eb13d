import { existsSync } from 'node:fs';
import { Fault } from '../../../shared/fault.ts';
import { fail, type Finding, isFatal, ok, sayCounts, type Say, telling, warn } from '../../command/finding.ts';
import { checkNode } from '../../command/node-version.ts';
import { NOT_FOUND, reading, type Run } from '../../command/process.ts';
import { checkSignIn } from './checks/account.ts';
import { azBy, type Sight } from './checks/az.ts';
import { checkDestinations } from './checks/destinations.ts';
import { checkKept } from './checks/kept.ts';
import { checkOwner } from './checks/owner.ts';
import { checkProviders } from './checks/providers.ts';
import { checkFlex, checkTaps } from './checks/regions.ts';
import { checkBeside, checkRules, hasRulesBeside } from './checks/rules.ts';
import { checkTopics } from './checks/topics.ts';
import { readParameters } from './parameters.ts';

/** What is to be looked at. */
export interface Wanted {
  readonly parametersPath: string;
  /** The home subscription; `null`: the one that the Azure CLI has chosen. */
  readonly subscription: string | null;
}

/** What was found, and what it was found by; `null`: not so much could be read. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly sight: Sight | null;
}

/** In the order in which a person would look. */
const IN_SUBSCRIPTIONS: readonly ((sight: Sight) => Promise<readonly Finding[]>)[] = [
  checkProviders,
  async (sight) => [await checkFlex(sight)],
  checkTaps,
  checkTopics,
  checkOwner,
  checkKept,
];

/** Whether Azure is ready for what the parameters say; tells each thing as it is found. Changes nothing. */
export async function checkAzure(run: Run, wanted: Wanted, say: Say): Promise<Checked> {
  const { findings, tell } = telling(say);
  tell(checkNode(process.versions.node));
  // What needs no Azure CLI is said even where there is none.
  const beside = hasRulesBeside(wanted.parametersPath) ? checkBeside(wanted.parametersPath) : null;
  for (const finding of beside?.findings ?? []) tell(finding);
  const sight = await readSight(run, wanted, tell);
  if (sight !== null) {
    if (sight.parameters.alertEmail === '') tell(warn('alerts tell nobody', 'name who is told: `param alertEmail`'));
    const rules = await checkRules(run, wanted.parametersPath, sight.parameters, beside);
    for (const finding of rules.findings) tell(finding);
    for (const check of IN_SUBSCRIPTIONS) for (const finding of await check(sight)) tell(finding);
    for (const finding of await checkDestinations(sight, rules.destinations)) tell(finding);
  }
  sayCounts(findings, say);
  return { findings, sight };
}

/** The Azure CLI, its Bicep, the sign-in and the parameters: without any of these nothing can be looked at. */
export async function readSight(run: Run, wanted: Wanted, tell: (finding: Finding) => Finding): Promise<Sight | null> {
  const isThere = existsSync(wanted.parametersPath);
  if (!isThere) {
    const remedy =
      'begin with a copy of infra/azure/example.bicepparam whose `using` names infra/azure/main.bicep, or name another one, as in: npm run check:azure -- FILE';
    tell(fail(`there is no parameters file ${wanted.parametersPath}`, remedy));
  }
  if (isFatal(tell(await checkCli(run)))) return null;
  const az = azBy(run);
  const { home, finding } = await checkSignIn(az, wanted.subscription);
  tell(finding);
  if (home === null || isFatal(tell(await checkBicep(run))) || !isThere) return null;
  try {
    const parameters = await readParameters(run, wanted.parametersPath);
    const { owner, location, mode, subscriptions } = parameters;
    tell(
      ok(`${wanted.parametersPath}: owner ${owner} in ${location}, mode ${mode}, keeps ${subscriptions.join(', ')}`),
    );
    return { az, home, parameters };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    tell(fail(thrown.message, 'correct it, then run this again'));
    return null;
  }
}

async function checkCli(run: Run): Promise<Finding> {
  const { code, stdout } = await run(reading('az', 'version'));
  if (code === 0) return ok(`Azure CLI ${/"azure-cli": "([^"]+)"/.exec(stdout)?.[1] ?? ''}`.trim());
  const what = code === NOT_FOUND ? 'there is no Azure CLI' : `az version ended with ${code}`;
  return fail(
    what,
    'install it (https://learn.microsoft.com/cli/azure/install-azure-cli), and its Bicep: az bicep install',
  );
}

async function checkBicep(run: Run): Promise<Finding> {
  const { code, stdout } = await run(reading('az', 'bicep', 'version'));
  return code === 0
    ? ok(`Bicep ${/version (\S+)/.exec(stdout)?.[1] ?? ''}`.trim())
    : fail('the Azure CLI has no Bicep', 'az bicep install');
}
