import { Fault } from '../../../shared/fault.ts';
import { drainAll } from '../../command/drain.ts';
import { sayFinding, isFatal } from '../../command/finding.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, mustRun, pathFrom } from '../../command/script.ts';
import { sightOf, type Sight } from './checks/aws-cli.ts';
import { checkIdentity } from './checks/identity.ts';
import { findStack } from './checks/owner.ts';
import { BUILD, cdk } from './cdk.ts';
import { rulesFor } from './removal/rules-file.ts';
import { toDrain } from './removal/reach.ts';
import { waitUntilOver } from './removal/running.ts';
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
  const drain = { ...toDrain(settings, typed), rules: await rulesFor(settings.rules, run) };
  say('\nBuilding: the CDK wants to see what it pauses and removes');
  await mustRun(means, 'building', BUILD);
  await pauseStack(sight, path, typed, means);
  await drainAll(means, drain, typed);
  await destroy(sight, path, typed, means);
  return 0;
}

/** A removal that was stopped half-way may have taken the stack away already; it must not be deployed again. */
async function pauseStack(sight: Sight, path: string, { isYes }: Typed, means: Means): Promise<void> {
  const { stack } = sight.names;
  const status = await findStack(sight, stack);
  if (status === null) {
    means.say(`\n${stack} is not deployed in ${sight.settings.region}: there is nothing to pause`);
    return;
  }
  means.say(`\nPausing ${stack}: what enforces would attach again what is detached`);
  const approval = isYes ? ['--require-approval', 'never'] : [];
  await mustRun(means, `pausing ${stack}`, cdk('deploy', stack, path, '-c', 'mode=paused', ...approval));
  await waitUntilOver(sight, means);
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
