import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
  type CompleteLifecycleActionCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { expect, test } from 'vitest';
import type { AwsCloud } from '../../../../local/aws/aws-cloud.ts';
import type { GroupLaunch } from '../../../../local/aws/services/launches.ts';
import { createClock, drain } from './rig.ts';
import { payload } from '../../../lambdas/samples.ts';
import { endAfterTest, refusalOf, startCloud } from '../rig.ts';

function scaling(cloud: AwsCloud): AutoScalingClient {
  const credentials = cloud.as({ kind: 'user', name: 'alice' });
  const client = new AutoScalingClient({ endpoint: cloud.endpoint, region: 'us-east-1', maxAttempts: 1, credentials });
  endAfterTest(async () => client.destroy());
  return client;
}

const complete = (
  cloud: AwsCloud,
  { group, hook, token }: GroupLaunch,
  changes: Partial<CompleteLifecycleActionCommandInput> = {},
) =>
  scaling(cloud).send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName: group,
      LifecycleHookName: hook,
      LifecycleActionToken: token,
      LifecycleActionResult: 'CONTINUE',
      ...changes,
    }),
  );

async function lifecycleOf(cloud: AwsCloud, { instanceId }: GroupLaunch): Promise<string | undefined> {
  const { AutoScalingInstances } = await scaling(cloud).send(
    new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }),
  );
  return AutoScalingInstances?.[0]?.LifecycleState;
}

test('a launch in a group waits for its hook, which an event announces', async () => {
  const cloud = await startCloud({ rules: { hooks: { source: ['aws.autoscaling'] } } });
  const launch = await cloud.launchInGroup({ group: 'web', hook: 'attach', tags: { mirror: 'soc' } });
  await cloud.idle();
  expect(cloud.state.in().instances).toMatchObject([
    { id: launch.instanceId, state: 'running', tags: { mirror: 'soc' } },
  ]);
  expect(await lifecycleOf(cloud, launch)).toBe('Pending:Wait');
  const sample = payload('asg-launch-lifecycle');
  const { NotificationMetadata: _optional, ...detail } = sample['detail'] as Record<string, unknown>;
  expect(await drain(cloud)).toEqual([
    {
      ...sample,
      id: expect.any(String) as string,
      time: expect.any(String) as string,
      resources: [expect.stringMatching(/^arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:.+\/web$/)],
      detail: {
        ...detail,
        LifecycleActionToken: launch.token,
        AutoScalingGroupName: 'web',
        LifecycleHookName: 'attach',
        EC2InstanceId: launch.instanceId,
      },
    },
  ]);
});

test('is in service once the hook is completed, by token or by instance, and only once', async () => {
  const clock = createClock();
  const cloud = await startCloud({ clock, rules: {} });
  const [first, second] = [await cloud.launchInGroup(), await cloud.launchInGroup()];
  clock.advance(10_000);
  await complete(cloud, first);
  await complete(cloud, second, { LifecycleActionToken: undefined, InstanceId: second.instanceId });
  const end = { how: 'completed', result: 'CONTINUE', atMs: clock.now() };
  expect(cloud.groupLaunches()).toMatchObject([{ end }, { end }]);
  expect(await lifecycleOf(cloud, first)).toBe('InService');
  expect(await refusalOf(complete(cloud, first))).toBe('ValidationError');
  await expect(complete(cloud, first)).rejects.toThrow(`No active Lifecycle Action found with token ${first.token}`);
});

test.each<[name: string, changes: Partial<CompleteLifecycleActionCommandInput>]>([
  ['another group', { AutoScalingGroupName: 'other' }],
  ['another hook', { LifecycleHookName: 'other' }],
  ['another token', { LifecycleActionToken: '87654321-4321-4321-4321-210987654321' }],
  ['neither token nor instance', { LifecycleActionToken: undefined }],
  ['no result', { LifecycleActionResult: undefined }],
  ['a result that is none', { LifecycleActionResult: 'PROCEED' }],
])('%s completes nothing', async (_name, changes) => {
  const cloud = await startCloud({ rules: {} });
  const launch = await cloud.launchInGroup();
  expect(await refusalOf(complete(cloud, launch, changes))).toBe('ValidationError');
  expect(cloud.groupLaunches()).toMatchObject([{ end: null }]);
});

test('an abandoned instance is terminated', async () => {
  const cloud = await startCloud({ rules: {} });
  const launch = await cloud.launchInGroup();
  await complete(cloud, launch, { LifecycleActionResult: 'ABANDON' });
  await cloud.idle();
  expect(cloud.state.in().instances).toMatchObject([{ id: launch.instanceId, state: 'terminated' }]);
});

test('a heartbeat that runs out ends the wait with the default result', async () => {
  const clock = createClock();
  const cloud = await startCloud({ clock, rules: {} });
  const kept = await cloud.launchInGroup({ heartbeatSeconds: 30, defaultResult: 'CONTINUE' });
  const given = await cloud.launchInGroup({ heartbeatSeconds: 30 });
  clock.advance(29_999);
  expect(cloud.groupLaunches()).toMatchObject([{ end: null }, { end: null }]);
  clock.advance(60_000);
  expect(cloud.groupLaunches()).toMatchObject([
    { end: { how: 'timed-out', result: 'CONTINUE', atMs: kept.startedMs + 30_000 } },
    { end: { how: 'timed-out', result: 'ABANDON', atMs: given.startedMs + 30_000 } },
  ]);
  await cloud.idle();
  expect(await refusalOf(complete(cloud, kept))).toBe('ValidationError');
  expect(cloud.state.in().instances.map(({ state }) => state)).toEqual(['running', 'terminated']);
});
