import type { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import { Fault } from '../../../shared/fault.ts';
import type { LaunchHook } from '../../../shared/work.ts';
import { describeRefusal, faultCodeOf, toRefusal, type Refusal } from '../faults.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { AwsScope } from '../scope.ts';

/** Completes launch hooks. A hook that was completed, or has timed out, is no fault. */
export type Release = (hook: LaunchHook) => Promise<void>;

/** The part of the SDK that is used: its module is loaded by whoever builds the client, after a cold start. */
interface Commands {
  readonly CompleteLifecycleActionCommand: typeof CompleteLifecycleActionCommand;
}

/**
 * The code is the one of every bad parameter and the message is not documented; that it begins so is told by those who met it
 * (aws/aws-node-termination-handler, giantswarm/aws-operator).
 */
const isOver = ({ code, said }: Refusal): boolean =>
  code === 'ValidationError' && /no active lifecycle action found/i.test(said);

/** Launch hooks of one scope, over one client. */
export function releaseOver(sdk: Commands, client: AutoScalingClient, scope: AwsScope): Release {
  return async (hook) => {
    const command = new sdk.CompleteLifecycleActionCommand({
      AutoScalingGroupName: hook.group,
      LifecycleHookName: hook.name,
      LifecycleActionToken: hook.token ?? undefined,
      InstanceId: hook.machine,
      LifecycleActionResult: 'CONTINUE',
    });
    try {
      await client.send(command);
    } catch (thrown) {
      const refusal = toRefusal(thrown);
      if (isOver(refusal)) return;
      const on = `the hook ${hook.name} of group ${hook.group} for ${hook.machine}`;
      throw new Fault(
        faultCodeOf(refusal),
        describeRefusal(refusal, PERMISSIONS.completeLifecycleAction, on, scope),
        thrown,
      );
    }
  };
}
