import {
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteTrafficMirrorFilterCommand,
  DeleteTrafficMirrorSessionCommand,
  DeleteTrafficMirrorTargetCommand,
  DescribeTrafficMirrorSessionsCommand,
  ModifyTrafficMirrorSessionCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import {
  clientOf,
  createSensor,
  endAfterTest,
  launch,
  launchOptions,
  NLB,
  refusalOf,
  sessionCommand,
  startCloud,
} from './rig.ts';

async function createInterfaceTarget(client: EC2Client, NetworkInterfaceId: string | undefined): Promise<string> {
  const { TrafficMirrorTarget } = await client.send(new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId }));
  return TrafficMirrorTarget?.TrafficMirrorTargetId ?? '';
}

async function startFleet(type = 'm5.large') {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const machine = await launch(cloud, client, launchOptions(type));
  const sensor = await createSensor(client);
  return { cloud, client, source: machine.interfaces[0] ?? '', machine, sensor };
}

test('a lenient cloud lets its Lambdas make sessions that EC2 refuses, and nobody else', async () => {
  const cloud = await startCloud({ isLenient: true });
  const person = clientOf(cloud);
  const { interfaces } = await launch(cloud, person);
  const sensor = await createSensor(person);
  const credentials = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: 'on-change' });
  const lambda = new EC2Client({ endpoint: cloud.endpoint, region: cloud.region, maxAttempts: 1, credentials });
  endAfterTest(async () => lambda.destroy());
  for (const number of [1, 2, 2, 3]) await lambda.send(sessionCommand(interfaces[0], sensor, number));
  expect(cloud.state.in().sessions.map(({ number }) => number)).toEqual([1, 2, 2, 3]);
  expect(await refusalOf(person.send(sessionCommand(interfaces[0], sensor, 2)))).toBe('InvalidParameterValue');
  expect(await refusalOf(person.send(sessionCommand(interfaces[0], sensor, 4)))).toBe(
    'TrafficMirrorSessionsPerInterfaceLimitExceeded',
  );
});

describe('creating a session', () => {
  test('fills in a network identifier, and a packet length for a load balancer', async () => {
    const { client, source, sensor, cloud } = await startFleet();
    const { TrafficMirrorSession: made } = await client.send(
      new CreateTrafficMirrorSessionCommand({
        ...sessionCommand(source, sensor, 7).input,
        Description: 'of a test',
        TagSpecifications: [{ ResourceType: 'traffic-mirror-session', Tags: [{ Key: 'k', Value: 'v' }] }],
      }),
    );
    expect(made).toMatchObject({
      NetworkInterfaceId: source,
      OwnerId: '123456789012',
      PacketLength: 8500,
      SessionNumber: 7,
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(made?.VirtualNetworkId).toBeGreaterThan(0);
    expect(cloud.state.in().sessions.map(({ id }) => id)).toEqual([made?.TrafficMirrorSessionId]);
  });

  test('leaves the packet length open for an interface target, and takes what is given', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    const appliance = await launch(cloud, client);
    const targetId = await createInterfaceTarget(client, appliance.interfaces[0]);
    await client.send(sessionCommand(source, { ...sensor, targetId }, 1));
    await client.send(
      new CreateTrafficMirrorSessionCommand({
        ...sessionCommand(source, sensor, 2).input,
        PacketLength: 128,
        VirtualNetworkId: 4242,
      }),
    );
    expect(cloud.state.in().sessions).toMatchObject([
      { number: 1, packetLength: null },
      { number: 2, packetLength: 128, virtualNetworkId: 4242 },
    ]);
  });

  test.each([0, 32_767])('refuses the number %i', async (number) => {
    const { client, source, sensor } = await startFleet();
    expect(await refusalOf(client.send(sessionCommand(source, sensor, number)))).toBe('InvalidParameterValue');
  });

  test('refuses a number that is taken on the interface, with its message', async () => {
    const { client, source, sensor } = await startFleet();
    await client.send(sessionCommand(source, sensor, 1));
    await expect(client.send(sessionCommand(source, sensor, 1))).rejects.toThrow(/already being used/);
  });

  test('refuses a fourth session', async () => {
    const { client, source, sensor, cloud } = await startFleet();
    for (const number of [1, 2, 3]) await client.send(sessionCommand(source, sensor, number));
    expect(await refusalOf(client.send(sessionCommand(source, sensor, 4)))).toBe(
      'TrafficMirrorSessionsPerInterfaceLimitExceeded',
    );
    expect(cloud.state.in().sessions).toHaveLength(3);
  });

  test.each(['t2.micro', 'm8g.large', 'm7i.metal-24xl'])('refuses an interface of a %s', async (type) => {
    const { client, source, sensor } = await startFleet(type);
    expect(await refusalOf(client.send(sessionCommand(source, sensor, 1)))).toBe('NetworkInterfaceNotSupported');
  });

  test('refuses an interface that is not attached yet', async () => {
    const cloud = await startCloud({ settleMs: 60_000 });
    const client = clientOf(cloud);
    const { Instances } = await client.send(new RunInstancesCommand(launchOptions('m5.large')));
    const source = Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
    const call = client.send(sessionCommand(source, await createSensor(client), 1));
    expect(await refusalOf(call)).toBe('NetworkInterfaceNotSupported');
  });

  test('refuses an interface that is a target', async () => {
    const { client, source, sensor } = await startFleet();
    await createInterfaceTarget(client, source);
    await expect(client.send(sessionCommand(source, sensor, 1))).rejects.toThrow(/is in use by target/);
  });

  test('refuses an eleventh source of an interface target, and not a second session of one', async () => {
    const { cloud, client, sensor } = await startFleet();
    const appliance = await launch(cloud, client);
    const full = { ...sensor, targetId: await createInterfaceTarget(client, appliance.interfaces[0]) };
    const { Instances } = await client.send(
      new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 11, MaxCount: 11 }),
    );
    await cloud.idle();
    const sources = (Instances ?? []).map((instance) => instance.NetworkInterfaces?.[0]?.NetworkInterfaceId);
    for (const source of sources.slice(0, 10)) await client.send(sessionCommand(source, full, 1));
    expect(await refusalOf(client.send(sessionCommand(sources[10], full, 1)))).toBe(
      'TrafficMirrorSourcesPerTargetLimitExceeded',
    );
    await client.send(sessionCommand(sources[0], full, 2));
    expect(cloud.state.in().sessions).toHaveLength(11);
  });

  test('takes more sources at an interface of a large instance', async () => {
    const { cloud, client, sensor } = await startFleet();
    const appliance = await launch(cloud, client, launchOptions('m5.24xlarge'));
    const large = { ...sensor, targetId: await createInterfaceTarget(client, appliance.interfaces[0]) };
    const { Instances } = await client.send(
      new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 101, MaxCount: 101 }),
    );
    await cloud.idle();
    const sources = (Instances ?? []).map((instance) => instance.NetworkInterfaces?.[0]?.NetworkInterfaceId);
    for (const source of sources.slice(0, 100)) await client.send(sessionCommand(source, large, 1));
    await expect(client.send(sessionCommand(sources[100], large, 1))).rejects.toThrow(/limit reached \(101\)/);
  });

  test('refuses an interface target whose machine does not run', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    const appliance = await launch(cloud, client);
    const targetId = await createInterfaceTarget(client, appliance.interfaces[0]);
    await client.send(new StopInstancesCommand({ InstanceIds: [appliance.id] }));
    await cloud.idle();
    const call = client.send(sessionCommand(source, { ...sensor, targetId }, 1));
    expect(await refusalOf(call)).toBe('InvalidTrafficMirrorTarget');
  });

  test.each([
    ['interface', { NetworkInterfaceId: 'eni-0123456789abcdef0' }, 'InvalidNetworkInterfaceID.NotFound'],
    ['malformed interface', { NetworkInterfaceId: 'eni' }, 'InvalidNetworkInterfaceID.Malformed'],
    ['target', { TrafficMirrorTargetId: 'tmt-0123456789abcdef0' }, 'InvalidTrafficMirrorTargetId.NotFound'],
    ['filter', { TrafficMirrorFilterId: 'tmf-0123456789abcdef0' }, 'InvalidTrafficMirrorFilterId.NotFound'],
    ['packet length', { PacketLength: 8501 }, 'InvalidParameterValue'],
    ['network identifier', { VirtualNetworkId: 16_777_216 }, 'InvalidParameterValue'],
  ])('refuses an unknown %s', async (_name, wrong, code) => {
    const { client, source, sensor } = await startFleet();
    const input = { ...sessionCommand(source, sensor, 1).input, ...wrong };
    expect(await refusalOf(client.send(new CreateTrafficMirrorSessionCommand(input)))).toBe(code);
  });

  test('with a client token that was used answers as before, even when the session is gone', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    const create = (number: number) =>
      client.send(
        new CreateTrafficMirrorSessionCommand({ ...sessionCommand(source, sensor, number).input, ClientToken: 'once' }),
      );
    const { TrafficMirrorSession: made } = await create(1);
    const id = made?.TrafficMirrorSessionId;
    await client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id }));
    expect((await create(1)).TrafficMirrorSession?.TrafficMirrorSessionId).toBe(id);
    expect(cloud.state.in().sessions).toEqual([]);
    expect(await refusalOf(create(2))).toBe('IdempotentParameterMismatch');
  });
});

describe('a session', () => {
  test('is changed in place, and set back where a field is removed', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    const other = await createSensor(client);
    const { TrafficMirrorSession: made } = await client.send(
      new CreateTrafficMirrorSessionCommand({
        ...sessionCommand(source, sensor, 1).input,
        Description: 'first',
        PacketLength: 100,
        VirtualNetworkId: 5,
      }),
    );
    await client.send(
      new ModifyTrafficMirrorSessionCommand({
        TrafficMirrorSessionId: made?.TrafficMirrorSessionId,
        TrafficMirrorTargetId: other.targetId,
        TrafficMirrorFilterId: other.filterId,
        SessionNumber: 9,
        RemoveFields: ['description', 'packet-length'],
      }),
    );
    expect(cloud.state.in().sessions).toMatchObject([
      { ...other, number: 9, description: null, packetLength: 8500, virtualNetworkId: 5 },
    ]);
  });

  test('gets another network identifier when its own is removed, or one that is given', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    const { TrafficMirrorSession: made } = await client.send(
      new CreateTrafficMirrorSessionCommand({ ...sessionCommand(source, sensor, 1).input, VirtualNetworkId: 5 }),
    );
    const modify = (input: object) =>
      client.send(
        new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId: made?.TrafficMirrorSessionId, ...input }),
      );
    await modify({ RemoveFields: ['virtual-network-id'], PacketLength: 96, Description: 'second' });
    const [changed] = cloud.state.in().sessions;
    expect(changed).toMatchObject({ packetLength: 96, description: 'second', number: 1 });
    expect(changed?.virtualNetworkId).not.toBe(5);
    await modify({ VirtualNetworkId: 6 });
    expect(cloud.state.in().sessions).toMatchObject([{ packetLength: 96, virtualNetworkId: 6 }]);
    const codes = [
      { RemoveFields: ['session-number'] },
      { VirtualNetworkId: 16_777_216 },
      { PacketLength: 8501 },
      { SessionNumber: 0 },
      { TrafficMirrorFilterId: 'tmf-0123456789abcdef0' },
      { TrafficMirrorTargetId: 'tmt-0123456789abcdef0' },
      { TrafficMirrorSessionId: 'tms-0123456789abcdef0' },
    ].map((input) => refusalOf(modify(input)));
    expect(await Promise.all(codes)).toEqual([
      'InvalidParameterValue',
      'InvalidParameterValue',
      'InvalidParameterValue',
      'InvalidParameterValue',
      'InvalidTrafficMirrorFilterId.NotFound',
      'InvalidTrafficMirrorTargetId.NotFound',
      'InvalidTrafficMirrorSessionId.NotFound',
    ]);
  });

  test('cannot move to a target that is full or whose machine does not run, and can move within one', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    const appliance = await launch(cloud, client);
    const full = { ...sensor, targetId: await createInterfaceTarget(client, appliance.interfaces[0]) };
    const { TrafficMirrorSession: mine } = await client.send(sessionCommand(source, sensor, 1));
    const ids: (string | undefined)[] = [];
    for (let nth = 0; nth < 10; nth += 1) {
      const { interfaces } = await launch(cloud, client);
      const { TrafficMirrorSession: made } = await client.send(sessionCommand(interfaces[0], full, 1));
      ids.push(made?.TrafficMirrorSessionId);
    }
    const move = (TrafficMirrorSessionId: string | undefined, input: object = {}) =>
      client.send(
        new ModifyTrafficMirrorSessionCommand({
          TrafficMirrorSessionId,
          TrafficMirrorTargetId: full.targetId,
          ...input,
        }),
      );
    expect(await refusalOf(move(mine?.TrafficMirrorSessionId))).toBe('TrafficMirrorSourcesPerTargetLimitExceeded');
    await move(ids[0], { SessionNumber: 2 });
    await client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: ids[0] }));
    await client.send(new StopInstancesCommand({ InstanceIds: [appliance.id] }));
    await cloud.idle();
    expect(await refusalOf(move(mine?.TrafficMirrorSessionId))).toBe('InvalidTrafficMirrorTarget');
    await move(ids[1], { SessionNumber: 3 });
    expect(cloud.state.in().sessions.find(({ id }) => id === ids[1])).toMatchObject({ number: 3 });
  });

  test('cannot take the number of another', async () => {
    const { client, source, sensor } = await startFleet();
    await client.send(sessionCommand(source, sensor, 1));
    const { TrafficMirrorSession: second } = await client.send(sessionCommand(source, sensor, 2));
    const modification = new ModifyTrafficMirrorSessionCommand({
      TrafficMirrorSessionId: second?.TrafficMirrorSessionId,
      SessionNumber: 1,
    });
    expect(await refusalOf(client.send(modification))).toBe('InvalidParameterValue');
  });

  test('keeps its target and its filter from being deleted, until it is gone', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    const { TrafficMirrorSession: made } = await client.send(sessionCommand(source, sensor, 1));
    const target = new DeleteTrafficMirrorTargetCommand({ TrafficMirrorTargetId: sensor.targetId });
    const filter = new DeleteTrafficMirrorFilterCommand({ TrafficMirrorFilterId: sensor.filterId });
    const session = new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: made?.TrafficMirrorSessionId });
    expect(await refusalOf(client.send(target))).toBe('TrafficMirrorTargetInUseException');
    expect(await refusalOf(client.send(filter))).toBe('TrafficMirrorFilterInUse');
    await client.send(session);
    await client.send(target);
    await client.send(filter);
    expect(await refusalOf(client.send(session))).toBe('InvalidTrafficMirrorSessionId.NotFound');
    const { sessions, targets, filters } = cloud.state.in();
    expect([sessions, targets, filters]).toEqual([[], [], []]);
  });

  test('exists in its region only', async () => {
    const { cloud, client, source, sensor } = await startFleet();
    await client.send(sessionCommand(source, sensor, 1));
    const elsewhere = clientOf(cloud, { region: 'eu-west-1' });
    const { TrafficMirrorSessions } = await elsewhere.send(new DescribeTrafficMirrorSessionsCommand({}));
    expect(TrafficMirrorSessions).toEqual([]);
  });
});

describe('a target', () => {
  test.each([
    ['a load balancer', { NetworkLoadBalancerArn: NLB }, 'network-load-balancer'],
    ['an endpoint', { GatewayLoadBalancerEndpointId: 'vpce-0123456789abcdef0' }, 'gateway-load-balancer-endpoint'],
  ])('is %s', async (_name, input, kind) => {
    const cloud = await startCloud();
    const { TrafficMirrorTarget } = await clientOf(cloud).send(new CreateTrafficMirrorTargetCommand(input));
    expect(TrafficMirrorTarget).toMatchObject({ ...input, Type: kind });
  });

  test.each([
    ['nothing', {}, 'MissingParameter'],
    [
      'two things',
      { NetworkLoadBalancerArn: NLB, GatewayLoadBalancerEndpointId: 'vpce-0123456789abcdef0' },
      'InvalidParameterCombination',
    ],
    ['another load balancer', { NetworkLoadBalancerArn: NLB.replace('/net/', '/app/') }, 'InvalidParameterValue'],
    ['an unknown interface', { NetworkInterfaceId: 'eni-0123456789abcdef0' }, 'InvalidNetworkInterfaceID.NotFound'],
  ])('cannot be %s', async (_name, input, code) => {
    const cloud = await startCloud();
    expect(await refusalOf(clientOf(cloud).send(new CreateTrafficMirrorTargetCommand(input)))).toBe(code);
  });
});
