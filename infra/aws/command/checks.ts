import { Fault } from '../../../shared/fault.ts';
import { fail, type Finding, isFatal, ok, sayCounts, type Say, telling, warn } from '../../command/finding.ts';
import { checkNode } from '../../command/node-version.ts';
import { NOT_FOUND, reading, type Run } from '../../command/process.ts';
import { loadNamed } from './begin.ts';
import { type Sight, sightOf } from './checks/aws-cli.ts';
import { checkBootstrap } from './checks/bootstrap.ts';
import { checkConcurrency } from './checks/concurrency.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkDestinations } from './checks/destinations.ts';
import { checkKept } from './checks/kept.ts';
import { checkOwner } from './checks/owner.ts';
import { checkRegions } from './checks/regions.ts';
import { checkRules } from './checks/rules.ts';
import { checkMeant, checkRegionNames } from './checks/settings.ts';
import { checkFormerOwners, checkStack } from './checks/stack.ts';
import { checkTrail } from './checks/trail.ts';
import type { Settings } from '../settings.ts';

/** What was found, and the settings that could be read; `null`: they could not. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly settings: Settings | null;
}

/** In the order in which a person would look. Without the account that is meant, nothing after it says anything. */
const IN_ACCOUNT: readonly ((sight: Sight) => Promise<Finding | readonly Finding[]>)[] = [
  checkRegions,
  checkBootstrap,
  checkStack,
  checkOwner,
  checkFormerOwners,
  checkKept,
  checkDestinations,
  checkTrail,
  checkConcurrency,
];

/** Whether AWS is ready for what the settings say; tells each thing as it is found. Changes nothing. */
export async function checkAws(run: Run, path: string, say: Say): Promise<Checked> {
  const { findings, tell } = telling(say);
  tell(checkNode(process.versions.node));
  const { settings, found } = readSettings(path);
  for (const finding of found) tell(finding);
  if (settings !== null && !(await checkAccount(run, settings, tell)))
    for (const one of checkRegionNames(settings)) tell(one);
  sayCounts(findings, say);
  return { findings, settings };
}

function readSettings(path: string): { readonly settings: Settings | null; readonly found: readonly Finding[] } {
  try {
    const { settings, warnings } = loadNamed(path);
    const { account, region, owner, mode, scopes } = settings;
    const kept = scopes.map((scope) => `${scope.account}:${scope.region}`).join(', ');
    return {
      settings,
      found: [
        ok(`${path}: ${account} in ${region}, owner ${owner}, mode ${mode}, keeps ${kept}`),
        ...checkMeant(settings),
        ...warnings.map((line) => warn(line, 'put it right, unless it is meant (docs/rules.md)')),
      ],
    };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { settings: null, found: [fail(thrown.message, 'correct it, then run this again')] };
  }
}

/** The deployment does without; whoever has none is told so, and finds out while deploying what is missing. */
async function checkCli(run: Run, { names }: Sight): Promise<Finding> {
  const { code, stdout } = await run(reading('aws', '--version'));
  if (code === 0) return ok(`AWS CLI ${/aws-cli\/(\S+)/.exec(stdout)?.[1] ?? ''}`.trim());
  const what = code === NOT_FOUND ? 'there is no AWS CLI' : `aws --version ended with ${code}`;
  return fail(
    `${what}, so the account cannot be looked at`,
    `install it (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html); or deploy unchecked: npm run build && npx cdk deploy ${names.stack} -c settings=FILE`,
  );
}

/** What AWS is asked about. Returns whether it could be asked. */
async function checkAccount(run: Run, settings: Settings, tell: (finding: Finding) => Finding): Promise<boolean> {
  const sight = sightOf(run, settings);
  if (isFatal(tell(await checkCli(run, sight))) || isFatal(tell(await checkIdentity(sight)))) return false;
  for (const finding of await checkRules(run, settings)) tell(finding);
  for (const check of IN_ACCOUNT) for (const finding of [await check(sight)].flat()) tell(finding);
  return true;
}
