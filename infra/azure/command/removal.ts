import { Fault } from '../../../shared/fault.ts';
import { drainAll } from '../../command/drain.ts';
import { sayFinding } from '../../command/finding.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, pathFrom } from '../../command/script.ts';
import { readSight } from './checks.ts';
import type { Sight } from './checks/az.ts';
import { type Deployment, findDeployment } from './outputs.ts';
import { nameOf } from './parameters.ts';
import { deleteAll } from './removal/delete.ts';
import { pauseApp } from './removal/pause.ts';
import { rulesFor } from './removal/rules-file.ts';

/**
 * Removes what was deployed, and leaves no TAP configuration of ours behind: pauses the app, waits until what had begun is over,
 * drains, and only when a new read shows nothing of ours deletes what the deployment made. Each step can be done again. Returns
 * the exit code.
 */
export async function removeAzure(typed: Typed, means: Means): Promise<number> {
  const { run, say } = means;
  const parametersPath = pathFrom(typed.file ?? 'tapkeeper.bicepparam');
  const sight = await readSight(run, { parametersPath, subscription: typed.subscription }, (finding) => {
    sayFinding(finding, say);
    return finding;
  });
  if (sight === null) return 1;
  const { home, parameters } = sight;
  const deployment = await findDeployment(sight.az, home, parameters.owner);
  if (deployment === null) {
    const remedy =
      'name its home with --subscription; what a deployment left that never came to its end is in infra/azure/README.md';
    throw new Fault('gone', `there is no deployment ${nameOf(parameters.owner)} in ${home}; ${remedy}`);
  }
  const rules = await rulesFor(run, parametersPath, parameters);
  await pauseApp(sight, deployment, means);
  await drainAll(means, { rules, scopes: subscriptionsOf(sight, deployment), env: {} }, typed);
  await deleteAll(sight, deployment, means);
  say(
    '\nRemoved. No TAP configuration of ours is left. What stays: system topics that were there before, and the VTAPs.',
  );
  return 0;
}

/** Those that are kept, and those that were when it was deployed. */
function subscriptionsOf({ parameters }: Sight, { sourceRoles }: Deployment): readonly string[] {
  const deployed = sourceRoles.map(({ scope }) => scope.replace(/^\/subscriptions\//i, ''));
  return [...new Set([...parameters.subscriptions, ...deployed].map((id) => id.toLowerCase()))].sort();
}
