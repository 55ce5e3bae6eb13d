import type { CloudEvent, Origin } from '../ec2/call.ts';
import type { Random } from '../ec2/randomness.ts';
import { newUuid } from '../ec2/randomness.ts';
import type { Ec2Calls } from './ec2-calls.ts';
import type { GroupLaunch, Launches, LifecycleResult } from './launches.ts';

/** An instance to launch in a group that has a launch hook. */
export interface GroupLaunchWish extends Origin {
  readonly group: string;
  readonly hook: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly heartbeatSeconds: number;
  readonly defaultResult: LifecycleResult;
}

interface Surroundings {
  readonly nowMs: () => number;
  readonly random: Random;
  readonly ec2: Ec2Calls;
  readonly emit: (origin: Origin, event: CloudEvent) => void;
}

/** Runs the instance as Auto Scaling, has it wait, and says so. @throws Error with EC2's answer when it is refused. */
export async function launchInGroup(
  { nowMs, random, ec2, emit }: Surroundings,
  launches: Launches,
  { type, tags, ...wish }: GroupLaunchWish,
): Promise<GroupLaunch> {
  const { instanceId, zone } = await ec2.run(wish, type, tags);
  const launch: GroupLaunch = { ...wish, token: newUuid(random), instanceId, zone, startedMs: nowMs(), end: null };
  launches.add(launch);
  emit(wish, toHookEvent(launch, newUuid(random)));
  return launch;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html#launch-lifecycle-action */
const toHookEvent = (
  { account, region, group, hook, token, instanceId }: GroupLaunch,
  groupId: string,
): CloudEvent => ({
  source: 'aws.autoscaling',
  detailType: 'EC2 Instance-launch Lifecycle Action',
  resources: [`arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${groupId}:autoScalingGroupName/${group}`],
  detail: {
    LifecycleActionToken: token,
    AutoScalingGroupName: group,
    LifecycleHookName: hook,
    EC2InstanceId: instanceId,
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    Origin: 'EC2',
    Destination: 'AutoScalingGroup',
  },
});
