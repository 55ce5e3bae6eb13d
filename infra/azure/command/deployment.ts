import { join } from 'node:path';
import { Fault } from '../../../shared/fault.ts';
import { isFatal } from '../../command/finding.ts';
import type { Typed } from '../../command/options.ts';
import { type Call, ROOT, showing } from '../../command/process.ts';
import { type Means, mustRun, pathFrom } from '../../command/script.ts';
import { checkAzure } from './checks.ts';
import type { Sight } from './checks/az.ts';
import { rulesBeside } from './checks/rules.ts';
import { type Deployment, findDeployment } from './outputs.ts';
import { nameOf } from './parameters.ts';

/** The function app's package, as `npm run package` writes it. */
const ZIP = join(ROOT, 'dist', 'packages', 'tapkeeper-functions.zip');

/** Deploys what the parameters say, then the code, when nothing that was checked speaks against it. Returns the exit code. */
export async function deployAzure(typed: Typed, means: Means): Promise<number> {
  const { run, say } = means;
  const parametersPath = pathFrom(typed.file ?? 'tapkeeper.bicepparam');
  const { findings, sight } = await checkAzure(run, { parametersPath, subscription: typed.subscription }, say);
  if (sight === null || findings.some(isFatal)) return 1;
  const name = nameOf(sight.parameters.owner);
  say('\nPacking the function app');
  await mustRun(means, 'packing', packing(sight, parametersPath));
  say(`\nDeploying ${name} to ${sight.home}, mode ${sight.parameters.mode}; this takes some minutes`);
  await mustRun(means, `deploying ${name}`, deploying(sight, parametersPath));
  const deployment = await findDeployment(sight.az, sight.home, sight.parameters.owner);
  if (deployment === null) throw new Fault('unexpected', `${name} was deployed and has no outputs; run this again`);
  say(`\nPublishing the code to ${deployment.appName}`);
  await publish(means, publishing(sight, deployment));
  for (const line of nextSteps(sight, parametersPath, deployment)) say(line);
  return 0;
}

/** The roles by which a new app reads its package take minutes to be known everywhere: https://learn.microsoft.com/azure/role-based-access-control/troubleshooting. */
const MOST_TRIES = 4;
const PAUSE_SECONDS = 60;

/** Publishes, and again for some minutes where that fails. @throws Fault when the last try fails, too. */
async function publish(means: Means, call: Call): Promise<void> {
  for (let tried = 1; tried < MOST_TRIES; tried++) {
    const { code } = await means.run(call);
    if (code === 0) return;
    means.say(
      `It ended with exit code ${code}; where roles are new they may not be known everywhere yet. Again in ${PAUSE_SECONDS} s (${tried} of ${MOST_TRIES - 1})`,
    );
    await means.pause(PAUSE_SECONDS);
  }
  await mustRun(means, 'publishing the code', call);
}

function packing({ parameters }: Sight, parametersPath: string): Call {
  const rules = parameters.rules === '' ? ['--', '--rules', rulesBeside(parametersPath)] : [];
  return showing('npm', 'run', '--silent', 'package', ...rules);
}

function deploying({ home, parameters }: Sight, parametersPath: string): Call {
  const where = ['--subscription', home, '--name', nameOf(parameters.owner), '--location', parameters.location];
  const what = ['--template-file', join(ROOT, 'infra', 'azure', 'main.bicep'), '--parameters', parametersPath];
  return showing('az', 'deployment', 'sub', 'create', ...where, ...what, '--output', 'none');
}

function publishing({ home }: Sight, { appName, resourceGroup }: Deployment): Call {
  const app = ['--subscription', home, '--resource-group', resourceGroup, '--name', appName];
  return showing('az', 'functionapp', 'deployment', 'source', 'config-zip', ...app, '--src', ZIP, '--output', 'none');
}

function nextSteps({ parameters }: Sight, parametersPath: string, { resyncUrl }: Deployment): readonly string[] {
  const named = parameters.subscriptions.map((id) => `--scope ${id}`).join(' ');
  const rules = parameters.rules === '' ? rulesBeside(parametersPath) : parameters.rules;
  return [
    '\nNext:',
    ...(parameters.rules === ''
      ? []
      : ['- Let the identity read the rules: Storage Blob Data Reader on the blob or its container.']),
    `- See what it would do:  npm run -s tapkeeper -- plan --rules ${rules} ${named}`,
    `- Ask the app itself, with a function key:  ${resyncUrl}`,
    parameters.mode === 'enforce'
      ? '- It enforces: tag a machine and see it attached. Roles that were just assigned take minutes to work.'
      : `- It is in mode ${parameters.mode}. When the plan is right, set \`param mode = 'enforce'\` and deploy again.`,
  ];
}
