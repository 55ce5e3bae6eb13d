import { Fault } from '../../../shared/fault.ts';
import { drainAll } from '../../command/drain.ts';
import { sayFinding, isFatal } from '../../command/finding.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, mustRun, pathFrom } from '../../command/script.ts';
import { sightOf, type Sight } from './checks/aws-cli.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkOwner } from './checks/owner.ts';
import { BUILD, cdk } from './cdk.ts';
import { findDropped } from './deployed.ts';
import { toDrain } from './removal/reach.ts';
import { waitUntilOver } from './removal/running.ts';
import { findStack } from './stack.ts';
import { namesOf } from '../names.ts';
import { loadSettings } from '../settings.ts';

/**
 * Removes what was deployed, and leaves no session of ours behind: pauses it, waits until what had begun is over, drains, and
 * only when a new read shows nothing of ours takes the stacks away. Each step can be done again. Returns the exit code.
 */
export async function removeAws(typed: Typed, means: Means): Promise<number> {
  const { run, say } = means;
  const path = pathFrom(typed.file ?? 'tapkeeper.aws.yaml');
  const { settings } = loadSettings(path, null);
  const sight = sightOf(run, settings);
  const identity = await checkIdentity(sight);
  sayFinding(identity, say);
  if (isFatal(identity)) return 1;
  const drain = toDrain(settings, await findDropped(sight), typed);
  await refuseFormer(sight);
  say('\nBuilding: the CDK wants to see what it pauses and removes');
  await mustRun(means, 'building', BUILD);
  await pauseStack(sight, path, typed, means);
  await drainAll(means, drain, typed);
  await destroy(sight, path, typed, means);
  return 0;
}

/** @throws Fault when a former owner's deployment is there: its sessions are drained as ours, and it would attach them again. */
async function refuseFormer(sight: Sight): Promise<void> {
  for (const { stack: name } of sight.settings.formerOwners.map(namesOf)) {
    if ((await findStack(sight, name)) === null) continue;
    throw new Fault(
      'conflict',
      `${name}, of a former owner, is still deployed and would attach its sessions again; remove it first: ` +
        `pause it, then aws cloudformation delete-stack --stack-name ${name} --region ${sight.settings.region}`,
    );
  }
}

/**
 * Has nothing run any more that could attach. A removal that was stopped half-way may have taken the stack away already, and one
 * whose deployment failed cannot be deployed again: what is there of it is only waited for.
 * @throws Fault when it is not paused, or cannot be told to be.
 */
async function pauseStack(sight: Sight, path: string, { isYes }: Typed, means: Means): Promise<void> {
  const { stack: name } = sight.names;
  const stack = await findStack(sight, name);
  if (stack === null) return refuseElsewhere(sight, means);
  if (stack.state === 'changing') {
    throw new Fault(
      'conflict',
      `${name} is changing (${stack.status}); wait until CloudFormation is done with it, and run this again`,
    );
  }
  if (stack.state === 'deployed') {
    means.say(`\nPausing ${name}: what enforces would attach again what is detached`);
    const approval = isYes ? ['--require-approval', 'never'] : [];
    await mustRun(means, `pausing ${name}`, cdk('deploy', name, path, '-c', 'mode=paused', ...approval));
  } else means.say(`\n${name} cannot be deployed as it is (${stack.status}), so what there is of it is looked at`);
  await waitUntilOver(sight, means);
}

/** @throws Fault when there is a deployment of the owner in another region: it would attach again what is detached. */
async function refuseElsewhere(sight: Sight, { say }: Means): Promise<void> {
  const finding = await checkOwner(sight);
  if (isFatal(finding)) throw new Fault('conflict', `${finding.what}; name the settings that it was deployed by`);
  say(`\n${sight.names.stack} is not deployed in ${sight.settings.region}: there is nothing to pause`);
}

async function destroy(sight: Sight, path: string, { isYes }: Typed, means: Means): Promise<void> {
  const { names, settings } = sight;
  const force = isYes ? ['--force'] : [];
  // A target or filter that a session uses is not deleted, so the destination goes last.
  const stacks = [names.stack, ...(settings.destination === null ? [] : [names.destinationStack])];
  for (const stack of stacks) {
    means.say(`\nRemoving ${stack}`);
    await mustRun(means, `removing ${stack}`, cdk('destroy', stack, path, ...force));
    if ((await findStack(sight, stack)) !== null) {
      throw new Fault(
        'unexpected',
        `${stack} is still there: the answer was no, or CloudFormation could not delete it`,
      );
    }
  }
  means.say('\nRemoved. No session of ours is left. What stays:');
  means.say(
    '- the journal, in CloudWatch Logs (log groups that begin with the name of the stack), until its lines are too old',
  );
  if (settings.members !== null)
    means.say(`- ${names.memberStack} in other accounts: delete its stack instances and stack set`);
}
