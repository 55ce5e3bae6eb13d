import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteTrafficMirrorSessionCommand,
  DeleteTrafficMirrorTargetCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  ModifyTrafficMirrorSessionCommand,
  paginateDescribeTrafficMirrorSessions,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { clientOf, createSensor, launch, NLB, refusalOf, sessionCommand, startCloud } from './rig.ts';

const OWNER = '111111111111';
const CONSUMER = '222222222222';
const STRANGER = '333333333333';

/** A target of one account, shared with another that has a source and a filter. */
async function startShared(NetworkInterfaceId?: (cloud: AwsCloud, owner: EC2Client) => Promise<string>) {
  const cloud = await startCloud({ accounts: [OWNER, CONSUMER, STRANGER] });
  const [owner, consumer, stranger] = [
    clientOf(cloud),
    clientOf(cloud, { account: CONSUMER }),
    clientOf(cloud, { account: STRANGER }),
  ];
  const appliance = await NetworkInterfaceId?.(cloud, owner);
  const { TrafficMirrorTarget } = await owner.send(
    new CreateTrafficMirrorTargetCommand({
      ...(appliance === undefined ? { NetworkLoadBalancerArn: NLB } : { NetworkInterfaceId: appliance }),
      TagSpecifications: [{ ResourceType: 'traffic-mirror-target', Tags: [{ Key: 'team', Value: 'soc' }] }],
    }),
  );
  const targetId = TrafficMirrorTarget?.TrafficMirrorTargetId ?? '';
  cloud.share(targetId, CONSUMER);
  const sensor = { targetId, filterId: await createFilter(consumer) };
  const { interfaces } = await launch(cloud, consumer);
  return { cloud, owner, consumer, stranger, sensor, source: interfaces[0] ?? '' };
}

async function createFilter(client: EC2Client): Promise<string> {
  const { TrafficMirrorFilter } = await client.send(new CreateTrafficMirrorFilterCommand({}));
  return TrafficMirrorFilter?.TrafficMirrorFilterId ?? '';
}

const targetsOf = async (client: EC2Client, input = {}) =>
  (await client.send(new DescribeTrafficMirrorTargetsCommand(input))).TrafficMirrorTargets ?? [];

const ownersOf = async (client: EC2Client, input = {}) =>
  (await client.send(new DescribeTrafficMirrorSessionsCommand(input))).TrafficMirrorSessions?.map(
    ({ OwnerId }) => OwnerId,
  );

describe('a target that is shared', () => {
  test('is seen by its consumer with its owner and without its tags, and by nobody else', async () => {
    const { owner, consumer, stranger, sensor } = await startShared();
    const id = sensor.targetId;
    expect(await targetsOf(owner)).toMatchObject([{ OwnerId: OWNER, Tags: [{ Key: 'team' }] }]);
    expect(await targetsOf(consumer)).toMatchObject([{ TrafficMirrorTargetId: id, OwnerId: OWNER, Tags: [] }]);
    expect(await targetsOf(consumer, { TrafficMirrorTargetIds: [id] })).toHaveLength(1);
    const isOwned = (account: string) => ({ Filters: [{ Name: 'owner-id', Values: [account] }] });
    expect(await targetsOf(consumer, isOwned(CONSUMER))).toEqual([]);
    expect(await targetsOf(consumer, isOwned(OWNER))).toHaveLength(1);
    expect(await targetsOf(stranger)).toEqual([]);
    expect(await refusalOf(targetsOf(stranger, { TrafficMirrorTargetIds: [id] }))).toBe(
      'InvalidTrafficMirrorTargetId.NotFound',
    );
  });

  test('takes sessions of its consumer, which its owner sees unless it asks for its own', async () => {
    const { cloud, owner, consumer, stranger, sensor, source } = await startShared();
    const { TrafficMirrorSession: made } = await consumer.send(sessionCommand(source, sensor, 1));
    expect(made).toMatchObject({ OwnerId: CONSUMER, PacketLength: 8500 });
    expect(await ownersOf(consumer)).toEqual([CONSUMER]);
    expect(await ownersOf(owner)).toEqual([CONSUMER]);
    expect(await ownersOf(owner, { Filters: [{ Name: 'owner-id', Values: [OWNER] }] })).toEqual([]);
    expect(await ownersOf(owner, { TrafficMirrorSessionIds: [made?.TrafficMirrorSessionId ?? ''] })).toEqual([
      CONSUMER,
    ]);
    expect(await ownersOf(stranger)).toEqual([]);
    expect(cloud.state.in('us-east-1', OWNER).sessions).toEqual([]);
    expect(cloud.state.in('us-east-1', CONSUMER).sessions).toMatchObject([{ interfaceId: source }]);
  });

  test('is deleted and tagged by its owner only, and not while sessions of whomever are on it', async () => {
    const { owner, consumer, sensor, source } = await startShared();
    const { TrafficMirrorSession: made } = await consumer.send(sessionCommand(source, sensor, 1));
    const session = { TrafficMirrorSessionId: made?.TrafficMirrorSessionId };
    const deletion = new DeleteTrafficMirrorTargetCommand({ TrafficMirrorTargetId: sensor.targetId });
    const tagging = new CreateTagsCommand({ Resources: [sensor.targetId], Tags: [{ Key: 'k', Value: 'v' }] });
    expect(await refusalOf(consumer.send(deletion))).toBe('UnauthorizedOperation');
    expect(await refusalOf(consumer.send(tagging))).toBe('InvalidTrafficMirrorTargetId.NotFound');
    expect(await refusalOf(owner.send(deletion))).toBe('TrafficMirrorTargetInUseException');
    expect(await refusalOf(owner.send(new DeleteTrafficMirrorSessionCommand(session)))).toBe(
      'InvalidTrafficMirrorSessionId.NotFound',
    );
    await consumer.send(new DeleteTrafficMirrorSessionCommand(session));
    await owner.send(deletion);
    expect(await targetsOf(consumer)).toEqual([]);
  });

  test('has its sessions listed once in pages, whoever made them', async () => {
    const { cloud, owner, consumer, sensor } = await startShared();
    const ownSensor = { ...sensor, filterId: await createFilter(owner) };
    for (const client of [consumer, owner, consumer, owner, owner, consumer, consumer]) {
      const { interfaces } = await launch(cloud, client);
      await client.send(sessionCommand(interfaces[0], client === owner ? ownSensor : sensor, 1));
    }
    const pages: (string | undefined)[][] = [];
    for await (const { TrafficMirrorSessions } of paginateDescribeTrafficMirrorSessions(
      { client: owner, pageSize: 5 },
      {},
    )) {
      pages.push((TrafficMirrorSessions ?? []).map(({ OwnerId }) => OwnerId));
    }
    expect(pages).toEqual([
      [CONSUMER, OWNER, CONSUMER, OWNER, OWNER],
      [CONSUMER, CONSUMER],
    ]);
  });

  test('counts the sources of all accounts', async () => {
    const appliance = async (cloud: AwsCloud, owner: EC2Client) => (await launch(cloud, owner)).interfaces[0] ?? '';
    const { cloud, owner, consumer, sensor, source } = await startShared(appliance);
    const ownSensor = { ...sensor, filterId: await createFilter(owner) };
    for (let nth = 0; nth < 10; nth += 1) {
      const { interfaces } = await launch(cloud, owner);
      await owner.send(sessionCommand(interfaces[0], ownSensor, 1));
    }
    expect(await refusalOf(consumer.send(sessionCommand(source, sensor, 1)))).toBe(
      'TrafficMirrorSourcesPerTargetLimitExceeded',
    );
  });
});

test('a target that is not shared is not found', async () => {
  const { cloud, stranger, sensor } = await startShared();
  const { interfaces } = await launch(cloud, stranger);
  const filterId = await createFilter(stranger);
  const call = stranger.send(sessionCommand(interfaces[0], { ...sensor, filterId }, 1));
  expect(await refusalOf(call)).toBe('InvalidTrafficMirrorTargetId.NotFound');
  expect(() => cloud.share('tmt-0123456789abcdef0', STRANGER)).toThrow(/no such target/);
  expect(() => cloud.share(sensor.targetId, '444444444444')).toThrow(/no such account/);
});

test('the sessions to a target that ceases to be shared stay, can be changed and can move away', async () => {
  const { cloud, owner, consumer, sensor, source } = await startShared();
  const { TrafficMirrorSession: made } = await consumer.send(sessionCommand(source, sensor, 1));
  const other = await createSensor(consumer);
  cloud.unshare(sensor.targetId, CONSUMER);
  expect(await targetsOf(consumer)).toMatchObject([{ TrafficMirrorTargetId: other.targetId }]);
  expect(await ownersOf(consumer)).toEqual([CONSUMER]);
  expect(await ownersOf(owner)).toEqual([CONSUMER]);
  const modify = (input: object) =>
    consumer.send(
      new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId: made?.TrafficMirrorSessionId, ...input }),
    );
  await modify({ SessionNumber: 2 });
  expect(cloud.state.in('us-east-1', CONSUMER).sessions).toMatchObject([{ number: 2, targetId: sensor.targetId }]);
  await modify({ TrafficMirrorTargetId: other.targetId });
  expect(await refusalOf(modify({ TrafficMirrorTargetId: sensor.targetId }))).toBe(
    'InvalidTrafficMirrorTargetId.NotFound',
  );
  expect(await ownersOf(owner)).toEqual([]);
});
