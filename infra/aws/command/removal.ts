import { Fault } from '../../../shared/fault.ts';
import { drainAll } from '../../command/drain.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, mustRun } from '../../command/script.ts';
import { begin } from './begin.ts';
import type { Sight } from './checks/aws-cli.ts';
import { BUILD, cdk } from './cdk.ts';
import { findDropped } from './deployed.ts';
import { pauseStack } from './pausing.ts';
import { toDrain } from './removal/reach.ts';
import { findStack } from './stack.ts';
import { namesOf } from '../names.ts';

/**
 * Removes what was deployed, and leaves no session of ours behind: pauses it, waits until what had begun is over, drains, and
 * only when a new read shows nothing of ours takes the stacks away. Each step can be done again. Returns the exit code.
 */
export async function removeAws(typed: Typed, means: Means): Promise<number> {
  const begun = await begin(typed, means);
  if (begun === null) return 1;
  const { sight, path } = begun;
  const drain = toDrain(sight.settings, await findDropped(sight), typed);
  await refuseFormer(sight);
  means.say('\nBuilding: the CDK wants to see what it pauses and removes');
  await mustRun(means, 'building', BUILD);
  await pauseStack(begun, typed, means);
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
