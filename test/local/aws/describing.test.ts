import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  paginateDescribeNetworkInterfaces,
  paginateDescribeTrafficMirrorSessions,
  RunInstancesCommand,
  DeleteTrafficMirrorSessionCommand,
  type EC2Client,
  type Filter,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { clientOf, createSensor, launch, launchOptions, refusalOf, sessionCommand, startCloud } from './rig.ts';

const tagged = (Value: string) => ({
  TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Name', Value }] }],
});

async function startThree() {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const machines = [];
  for (const name of ['web-1', 'web-2', 'db*']) machines.push(await launch(cloud, client, tagged(name)));
  return { cloud, client, machines };
}

async function namesFound(client: EC2Client, ...Filters: Filter[]): Promise<readonly (string | undefined)[]> {
  const { Reservations } = await client.send(new DescribeInstancesCommand({ Filters }));
  return (Reservations ?? []).flatMap(({ Instances }) => (Instances ?? []).map(({ Tags }) => Tags?.[0]?.Value));
}

describe('filters', () => {
  test.each<[name: string, filters: Filter[], found: string[]]>([
    ['a tag', [{ Name: 'tag:Name', Values: ['web-1'] }], ['web-1']],
    ['values, one of them', [{ Name: 'tag:Name', Values: ['web-1', 'web-2'] }], ['web-1', 'web-2']],
    ['any text', [{ Name: 'tag:Name', Values: ['web*'] }], ['web-1', 'web-2']],
    ['any character', [{ Name: 'tag:Name', Values: ['web-?'] }], ['web-1', 'web-2']],
    ['a star that is meant', [{ Name: 'tag:Name', Values: ['db\\*'] }], ['db*']],
    ['another case', [{ Name: 'tag:Name', Values: ['WEB-1'] }], []],
    ['a tag key', [{ Name: 'tag-key', Values: ['Name'] }], ['web-1', 'web-2', 'db*']],
    ['a tag that nothing has', [{ Name: 'tag:constructor', Values: ['*'] }], []],
    [
      'several, all of them',
      [
        { Name: 'tag:Name', Values: ['web*'] },
        { Name: 'instance-state-name', Values: ['stopped'] },
      ],
      [],
    ],
  ])('%s', async (_name, filters, found) => {
    const { client } = await startThree();
    expect(await namesFound(client, ...filters)).toEqual(found);
  });

  test('find interfaces by their machine', async () => {
    const { client, machines } = await startThree();
    const ids = machines.slice(0, 2).map(({ id }) => id);
    const { NetworkInterfaces } = await client.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: ids }] }),
    );
    expect(NetworkInterfaces?.map(({ Attachment }) => Attachment?.InstanceId)).toEqual(ids);
  });

  test('find sessions by what they have', async () => {
    const { client, machines } = await startThree();
    const sensor = await createSensor(client);
    const sources = machines.map(({ interfaces }) => interfaces[0] ?? '');
    for (const [at, source] of sources.entries()) await client.send(sessionCommand(source, sensor, at + 1));
    const numbersBy = async (Name: string, ...Values: string[]) => {
      const command = new DescribeTrafficMirrorSessionsCommand({ Filters: [{ Name, Values }] });
      return (await client.send(command)).TrafficMirrorSessions?.map(({ SessionNumber }) => SessionNumber);
    };
    expect(await numbersBy('network-interface-id', ...sources.slice(1))).toEqual([2, 3]);
    expect(await numbersBy('owner-id', '123456789012')).toEqual([1, 2, 3]);
    expect(await numbersBy('owner-id', '210987654321')).toEqual([]);
    expect(await numbersBy('session-number', '3')).toEqual([3]);
    expect(await numbersBy('traffic-mirror-target-id', sensor.targetId)).toEqual([1, 2, 3]);
    expect(await numbersBy('network-interface-id', 'eni-*')).toEqual([1, 2, 3]);
    expect(await numbersBy('network-interface-id', ...sources, ...sources)).toEqual([1, 2, 3]);
    expect(await numbersBy('network-interface-id', 'eni-0', sources[2]?.replace(/.$/, '?') ?? '')).toEqual([3]);
  });

  test.each<[name: string, filter: Filter, code: string]>([
    ['an unknown name', { Name: 'colour', Values: ['blue'] }, 'InvalidParameterValue'],
    ['a name of every object', { Name: 'toString', Values: ['x'] }, 'InvalidParameterValue'],
    ['no value', { Name: 'instance-id', Values: [] }, 'InvalidParameterValue'],
    [
      '201 values',
      { Name: 'instance-id', Values: Array.from({ length: 201 }, (_, at) => `i-${at}`) },
      'FilterLimitExceeded',
    ],
  ])('%s is refused', async (_name, filter, code) => {
    const cloud = await startCloud();
    const call = clientOf(cloud).send(new DescribeInstancesCommand({ Filters: [filter] }));
    expect(await refusalOf(call)).toBe(code);
  });

  test('200 values are not refused', async () => {
    const { client, machines } = await startThree();
    const others = Array.from({ length: 199 }, (_, at) => `i-${at}`);
    const found = await namesFound(client, { Name: 'instance-id', Values: [...others, machines[1]?.id ?? ''] });
    expect(found).toEqual(['web-2']);
  });

  test('by tag are refused for sessions and targets, which have none', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const Filters = [{ Name: 'tag:k', Values: ['v'] }];
    const calls = [
      client.send(new DescribeTrafficMirrorSessionsCommand({ Filters })),
      client.send(new DescribeTrafficMirrorTargetsCommand({ Filters })),
    ];
    expect(await Promise.all(calls.map(refusalOf))).toEqual(['InvalidParameterValue', 'InvalidParameterValue']);
  });
});

describe('pages', () => {
  test('list everything once, in order', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    await client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 12, MaxCount: 12 }));
    await cloud.idle();
    const sizes: number[] = [];
    const ids: (string | undefined)[] = [];
    for await (const page of paginateDescribeNetworkInterfaces({ client, pageSize: 5 }, {})) {
      sizes.push(page.NetworkInterfaces?.length ?? 0);
      ids.push(...(page.NetworkInterfaces ?? []).map(({ NetworkInterfaceId }) => NetworkInterfaceId));
    }
    expect(sizes).toEqual([5, 5, 2]);
    expect(ids).toEqual(cloud.state.in().interfaces.map(({ id }) => id));
    const addresses = cloud.state.in().interfaces.map(({ privateIp }) => privateIp);
    expect(new Set(addresses).size).toBe(12);
  });

  test('go on after what was listed has been deleted', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const sensor = await createSensor(client);
    await client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 7, MaxCount: 7 }));
    await cloud.idle();
    for (const { id } of cloud.state.in().interfaces) await client.send(sessionCommand(id, sensor, 1));
    const seen: (string | undefined)[] = [];
    for await (const { TrafficMirrorSessions } of paginateDescribeTrafficMirrorSessions({ client, pageSize: 5 }, {})) {
      for (const { TrafficMirrorSessionId } of TrafficMirrorSessions ?? []) {
        seen.push(TrafficMirrorSessionId);
        await client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
      }
    }
    expect(new Set(seen).size).toBe(7);
    expect(cloud.state.in().sessions).toEqual([]);
  });

  test.each([4, 1001])('of %i are refused', async (MaxResults) => {
    const cloud = await startCloud();
    const call = clientOf(cloud).send(new DescribeInstancesCommand({ MaxResults }));
    expect(await refusalOf(call)).toBe('InvalidParameterValue');
  });

  test('of another action, or of nothing, are refused', async () => {
    const { client } = await startThree();
    const calls = ['nonsense', Buffer.from('["DescribeVpcs",1]').toString('base64url')].map((NextToken) =>
      client.send(new DescribeInstancesCommand({ NextToken })),
    );
    expect(await Promise.all(calls.map(refusalOf))).toEqual(['InvalidParameterValue', 'InvalidParameterValue']);
  });

  test('exclude ids', async () => {
    const { client, machines } = await startThree();
    const command = new DescribeInstancesCommand({ InstanceIds: [machines[0]?.id ?? ''], MaxResults: 5 });
    expect(await refusalOf(client.send(command))).toBe('InvalidParameterCombination');
  });
});

test('one unknown id fails the whole call, one unknown filter value does not', async () => {
  const { client, machines } = await startThree();
  const ids = [machines[0]?.id ?? '', 'i-0123456789abcdef0'];
  expect(await refusalOf(client.send(new DescribeInstancesCommand({ InstanceIds: ids })))).toBe(
    'InvalidInstanceID.NotFound',
  );
  expect(await namesFound(client, { Name: 'instance-id', Values: ids })).toEqual(['web-1']);
});

test('each region has a default network and tells of instance types', async () => {
  const cloud = await startCloud();
  const client = clientOf(cloud, { region: 'eu-central-1' });
  const { Subnets } = await client.send(new DescribeSubnetsCommand({}));
  expect(Subnets?.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
    'eu-central-1a',
    'eu-central-1b',
    'eu-central-1c',
  ]);
  const { InstanceTypes } = await client.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: ['t2.micro', 'm5.large'] }),
  );
  expect(InstanceTypes?.map(({ Hypervisor }) => Hypervisor)).toEqual(['xen', 'nitro']);
});
