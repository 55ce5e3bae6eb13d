import { Fault, toFault } from '../../../../shared/fault.ts';
import { fail, type Finding, ok, warn } from '../../../command/finding.ts';
import { type Deployment, findDeployment } from '../outputs.ts';
import { isSameId } from '../parameters.ts';
import type { Sight } from './az.ts';
import { findSourceRole } from './owner.ts';

/** Whether each subscription is named once, and none is dropped without being cleared: the next deployment knows nothing of it any more. */
export async function checkKept(sight: Sight): Promise<readonly Finding[]> {
  const deployment = await findLast(sight);
  if (deployment === null) return checkTwice(sight);
  return [...checkTwice(sight), ...(await checkDropped(sight, deployment)), ...checkDroppedTaps(sight, deployment)];
}

/** A deployment that cannot be asked for is told of by the check of the owner. */
async function findLast({ az, home, parameters }: Sight): Promise<Deployment | null> {
  try {
    return await findDeployment(az, home, parameters.owner);
  } catch (thrown) {
    if (thrown instanceof Fault) return null;
    throw toFault(thrown, 'looking for the deployment');
  }
}

/** Two deployments into one subscription at a time would be in each other's way. */
function checkTwice({ parameters: { subscriptions } }: Sight): readonly Finding[] {
  const twice = subscriptions.filter((id, at) => subscriptions.findIndex((one) => isSameId(one, id)) < at);
  return twice.map((id) => fail(`the subscription ${id} is in \`subscriptions\` twice`, 'write it once'));
}

async function checkDropped(sight: Sight, { sourceRoles }: Deployment): Promise<readonly Finding[]> {
  const deployed = sourceRoles.map(({ scope }) => scope.replace(/^\/subscriptions\//i, ''));
  const dropped = deployed.filter((id) => !sight.parameters.subscriptions.some((one) => isSameId(one, id)));
  return Promise.all(dropped.map((id) => checkCleared(sight, id)));
}

/** Its role goes last when it is cleared, so it tells. */
async function checkCleared(sight: Sight, id: string): Promise<Finding> {
  const what = `the subscription ${id} is kept by what is deployed, and not in \`subscriptions\` any more`;
  const remedy =
    `clear it before: pause the app, TAPKEEPER_MODE=paused npm run -s tapkeeper -- drain --scope ${id}, and delete what the outputs ` +
    'of the deployment name for it, its role last (infra/azure/README.md, Commands)';
  const role = await findSourceRole(sight, id);
  if (role.kind === 'refused') return warn(`${what}; whether it was cleared could not be told: ${role.said}`, remedy);
  if (role.value === null) return ok(`${what}; nothing that was deployed for it is left`);
  return fail(`${what}; TAP configurations and what was deployed for it would be left there`, remedy);
}

/** Who may join a VTAP goes on being let, until the assignment is deleted. */
function checkDroppedTaps({ parameters: { taps } }: Sight, { tapAssignmentIds }: Deployment): readonly Finding[] {
  return tapAssignmentIds.flatMap((assignment): readonly Finding[] => {
    const tap = assignment.replace(/\/providers\/Microsoft\.Authorization\/.*$/i, '');
    if (taps.some((one) => isSameId(one, tap))) return [];
    return [
      warn(
        `the VTAP ${tap} is not in \`taps\` any more, and may still be joined`,
        `az role assignment delete --ids ${assignment}`,
      ),
    ];
  });
}
