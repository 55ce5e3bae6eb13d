import {
  CreateTagsCommand,
  CreateTrafficMirrorSessionCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTagsCommand,
  DescribeTrafficMirrorSessionsCommand,
  ModifyTrafficMirrorSessionCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { clientOf, createSensor, launch, launchOptions, refusalOf, sessionCommand, startCloud } from './rig.ts';

const DELAY_MS = 2000;

/** A cloud that is behind, with a machine and a sensor that are old enough to be seen. */
async function startLate() {
  const clock = { nowMs: 0 };
  const cloud = await startCloud({ seenAfterMs: DELAY_MS, clock: { now: () => clock.nowMs } });
  const client = clientOf(cloud);
  const machine = await launch(cloud, client);
  const sensor = await createSensor(client);
  clock.nowMs += DELAY_MS;
  return { clock, cloud, client, machine, sensor, source: machine.interfaces[0] ?? '' };
}

const sessionsOf = async (client: EC2Client, input = {}) =>
  (await client.send(new DescribeTrafficMirrorSessionsCommand(input))).TrafficMirrorSessions?.map(
    ({ SessionNumber, Tags }) => [SessionNumber, Tags?.[0]?.Value],
  );

const of = (source: string) => ({ Filters: [{ Name: 'network-interface-id', Values: [source] }] });

test('what is created is told at once by its answer, and by Describe calls only later', async () => {
  const { clock, client, sensor, source } = await startLate();
  const { TrafficMirrorSession: made } = await client.send(
    new CreateTrafficMirrorSessionCommand({
      ...sessionCommand(source, sensor, 1).input,
      TagSpecifications: [{ ResourceType: 'traffic-mirror-session', Tags: [{ Key: 'k', Value: 'v' }] }],
    }),
  );
  expect(made).toMatchObject({ SessionNumber: 1, Tags: [{ Key: 'k', Value: 'v' }] });
  const id = made?.TrafficMirrorSessionId ?? '';
  clock.nowMs += DELAY_MS - 1;
  expect(await sessionsOf(client)).toEqual([]);
  expect(await sessionsOf(client, of(source))).toEqual([]);
  expect(await refusalOf(sessionsOf(client, { TrafficMirrorSessionIds: [id] }))).toBe(
    'InvalidTrafficMirrorSessionId.NotFound',
  );
  expect(await refusalOf(client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id })))).toBe(
    'InvalidTrafficMirrorSessionId.NotFound',
  );
  clock.nowMs += 1;
  expect(await sessionsOf(client)).toEqual([[1, 'v']]);
  expect(await sessionsOf(client, of(source))).toEqual([[1, 'v']]);
  await client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id }));
  expect(await sessionsOf(client)).toEqual([[1, 'v']]);
  expect(await refusalOf(client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id })))).toBe(
    'InvalidTrafficMirrorSessionId.NotFound',
  );
  clock.nowMs += DELAY_MS;
  expect(await sessionsOf(client)).toEqual([]);
});

test('numbers and room are judged by what is so', async () => {
  const { client, sensor, source } = await startLate();
  for (const number of [1, 2, 3]) await client.send(sessionCommand(source, sensor, number));
  expect(await sessionsOf(client)).toEqual([]);
  await expect(client.send(sessionCommand(source, sensor, 1))).rejects.toThrow(/already being used/);
  expect(await refusalOf(client.send(sessionCommand(source, sensor, 4)))).toBe(
    'TrafficMirrorSessionsPerInterfaceLimitExceeded',
  );
});

test('a machine that is so new is not found, nor is its interface', async () => {
  const { clock, cloud, client, sensor } = await startLate();
  const { Instances } = await client.send(new RunInstancesCommand(launchOptions('m5.large')));
  const id = Instances?.[0]?.InstanceId ?? '';
  const source = Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '';
  expect(source).toMatch(/^eni-/);
  await cloud.idle();
  expect(cloud.state.in().instances.at(-1)).toMatchObject({ id, state: 'running' });
  const codes = await Promise.all(
    [
      client.send(new DescribeInstancesCommand({ InstanceIds: [id] })),
      client.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [source] })),
      client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'k', Value: 'v' }] })),
      client.send(sessionCommand(source, sensor, 1)),
    ].map(refusalOf),
  );
  expect(codes).toEqual([
    'InvalidInstanceID.NotFound',
    'InvalidNetworkInterfaceID.NotFound',
    'InvalidInstanceID.NotFound',
    'InvalidNetworkInterfaceID.NotFound',
  ]);
  clock.nowMs += DELAY_MS;
  await client.send(sessionCommand(source, sensor, 1));
});

test('tags, states and changes are seen late, too', async () => {
  const { clock, client, machine, sensor, source } = await startLate();
  const { TrafficMirrorSession: made } = await client.send(sessionCommand(source, sensor, 1));
  clock.nowMs += DELAY_MS;
  const look = async () => {
    const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds: [machine.id] }));
    const { Tags } = await client.send(new DescribeTagsCommand({}));
    const [instance] = Reservations?.[0]?.Instances ?? [];
    return [instance?.State?.Name, instance?.Tags, Tags?.length, await sessionsOf(client)];
  };
  const before = ['running', [], 0, [[1, undefined]]];
  expect(await look()).toEqual(before);
  await client.send(new CreateTagsCommand({ Resources: [machine.id], Tags: [{ Key: 'k', Value: 'v' }] }));
  await client.send(new StopInstancesCommand({ InstanceIds: [machine.id] }));
  const { TrafficMirrorSession: changed } = await client.send(
    new ModifyTrafficMirrorSessionCommand({
      TrafficMirrorSessionId: made?.TrafficMirrorSessionId,
      SessionNumber: 5,
    }),
  );
  expect(changed?.SessionNumber).toBe(5);
  expect(await look()).toEqual(before);
  clock.nowMs += DELAY_MS;
  expect(await look()).toEqual([expect.stringMatching(/stop/), [{ Key: 'k', Value: 'v' }], 1, [[5, undefined]]]);
});
