import { Fault } from '../../../shared/fault.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, mustRun } from '../../command/script.ts';
import { begin, type Begun } from './begin.ts';
import { BUILD, cdk } from './cdk.ts';
import { checkOwner } from './checks/owner.ts';
import { findDropped } from './deployed.ts';
import { refuseForgotten } from './removal/reach.ts';
import { waitUntilOver } from './removal/running.ts';
import { findStack } from './stack.ts';

/** Has nothing of ours write any more, and is done when what had begun is over. Returns the exit code. */
export async function pauseAws(typed: Typed, means: Means): Promise<number> {
  const begun = await begin(typed, means);
  if (begun === null) return 1;
  refuseForgotten(await findDropped(begun.sight), typed);
  means.say('\nBuilding: the CDK wants to see what it pauses');
  await mustRun(means, 'building', BUILD);
  if ((await pauseStack(begun, typed, means)) === 'absent') return 0;
  means.say('\nPaused until the next deployment, which sets what `mode` in the settings says.');
  return 0;
}

/**
 * Has nothing run any more that could attach. A removal that was stopped half-way may have taken the stack away already, and one
 * whose deployment failed cannot be deployed again: what is there of it is only waited for.
 * @throws Fault when it is not paused, or cannot be told to be.
 */
export async function pauseStack({ sight, path }: Begun, { isYes }: Typed, means: Means): Promise<'paused' | 'absent'> {
  const { stack: name } = sight.names;
  const stack = await findStack(sight, name);
  if (stack === null) {
    await refuseElsewhere(sight, means);
    return 'absent';
  }
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
  return 'paused';
}

/** @throws Fault when there is a deployment of the owner in another region: it would attach again what is detached. */
async function refuseElsewhere(sight: Begun['sight'], { say }: Means): Promise<void> {
  const finding = await checkOwner(sight);
  if (finding.level === 'FAIL')
    throw new Fault('conflict', `${finding.what}; name the settings that it was deployed by`);
  say(`\n${sight.names.stack} is not deployed in ${sight.settings.region}: there is nothing to pause`);
}
