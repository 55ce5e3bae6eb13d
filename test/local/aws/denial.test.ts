import {
  CreateTagsCommand,
  CreateTrafficMirrorSessionCommand,
  DescribeInstancesCommand,
  DeleteTrafficMirrorSessionCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { clientOf, createSensor, launch, launchOptions, sessionCommand, startCloud } from './rig.ts';

const ALICE = 'User: arn:aws:iam::123456789012:user/alice is not authorized to perform:';

async function startFleet() {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const { id, interfaces } = await launch(cloud, client);
  return { cloud, client, id, source: interfaces[0] ?? '', sensor: await createSensor(client) };
}

const messageOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'the call succeeded',
    (thrown: unknown) => (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)),
  );

const said = (action: string, on: string): string =>
  `UnauthorizedOperation: You are not authorized to perform this operation. ${ALICE} ec2:${action}${on} because no identity-based policy allows the ec2:${action} action`;

test('a denial names the caller, the action and what it is about, and no resource where the action knows none', async () => {
  const { cloud, client, id, source, sensor } = await startFleet();
  const denials = [
    ['DescribeInstances', new DescribeInstancesCommand({}), ''],
    ['RunInstances', new RunInstancesCommand(launchOptions('m5.large')), 'instance/*'],
    ['CreateTags', new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] }), `instance/${id}`],
    ['CreateTrafficMirrorSession', sessionCommand(source, sensor, 1), `network-interface/${source}`],
    [
      'DeleteTrafficMirrorSession',
      new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: 'tms-00000000000000001' }),
      'traffic-mirror-session/tms-00000000000000001',
    ],
  ] as const;
  for (const [action, command, resource] of denials) {
    cloud.deny(action);
    const on = resource === '' ? '' : ` on resource: arn:aws:ec2:us-east-1:123456789012:${resource}`;
    const message = await messageOf(client.send(command as DescribeInstancesCommand));
    expect(message.startsWith(said(action, on)), message).toBe(true);
    expect(message.includes('. Encoded authorization failure message: ')).toBe(resource !== '');
    cloud.allow(action);
  }
});

test('who may not create tags makes nothing that has tags', async () => {
  const { cloud, client, source, sensor } = await startFleet();
  cloud.deny('CreateTags');
  const { input } = sessionCommand(source, sensor, 1);
  const TagSpecifications = [
    { ResourceType: 'traffic-mirror-session' as const, Tags: [{ Key: 'tapkeeper:owner', Value: 'soc' }] },
  ];
  const message = await messageOf(client.send(new CreateTrafficMirrorSessionCommand({ ...input, TagSpecifications })));
  expect(message).toContain(
    said('CreateTags', ' on resource: arn:aws:ec2:us-east-1:123456789012:traffic-mirror-session/*'),
  );
  expect(cloud.state.in().sessions).toEqual([]);
  await client.send(sessionCommand(source, sensor, 1));
  expect(cloud.state.in().sessions).toHaveLength(1);
});
