import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  CreateTrafficMirrorSessionCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeVpcsCommand,
  DetachNetworkInterfaceCommand,
  ModifyTrafficMirrorSessionCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Event } from './events.ts';
import { EVERYTHING, takeEvents } from './events.ts';
import { clientOf, createSensor, launch, launchOptions, refusalOf, sessionCommand, startCloud } from './rig.ts';

async function startWatched() {
  const cloud = await startCloud({
    rules: EVERYTHING,
    visibilitySeconds: 600,
    clock: { now: () => Date.UTC(2026, 10, 21) + 234 },
  });
  return { cloud, client: clientOf(cloud) };
}

const namesOf = (events: readonly Event[]) =>
  events.map(({ 'detail-type': type, detail }) => {
    if (type === 'AWS API Call via CloudTrail') return String(detail['eventName']);
    return type === 'Tag Change on Resource' ? `tags of ${String(detail['resource-type'])}` : String(detail['state']);
  });

const callsIn = (events: readonly Event[], name: string) => events.filter(({ detail }) => detail['eventName'] === name);

/** The fields of a value, and whether each is a text, a number, an object or a list. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, shapeOf(held)]));
}

const sampleShape = (name: string): Event =>
  shapeOf(JSON.parse(readFileSync(new URL(`../../payloads/aws/${name}.json`, import.meta.url), 'utf8'))) as Event;

test('a life of an instance is told in order', async () => {
  const { cloud, client } = await startWatched();
  const { id } = await launch(cloud, client, {
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'mirror', Value: 'a' }] }],
  });
  await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  const events = await takeEvents(cloud);
  expect(namesOf(events)).toEqual([
    'tags of instance',
    'pending',
    'RunInstances',
    'running',
    'shutting-down',
    'TerminateInstances',
    'terminated',
  ]);
  expect(events[3]).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    'detail-type': 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    account: '123456789012',
    time: '2026-11-21T00:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:ec2:us-east-1:123456789012:instance/${id}`],
    detail: { 'instance-id': id, state: 'running' },
  });
});

test('a tag change tells the tags that result and counts up; a change of nothing tells nothing', async () => {
  const { cloud, client } = await startWatched();
  const { id } = await launch(cloud, client);
  await takeEvents(cloud);
  const set = new CreateTagsCommand({
    Resources: [id],
    Tags: [
      { Key: 'mirror', Value: 'a' },
      { Key: 'Name', Value: 'web' },
    ],
  });
  await client.send(set);
  await client.send(set);
  await client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror' }] }));
  const events = await takeEvents(cloud);
  const changes = events.filter(({ source }) => source === 'aws.tag').map(({ detail }) => detail);
  const common = { service: 'ec2', 'resource-type': 'instance' };
  expect(changes).toEqual([
    { ...common, 'changed-tag-keys': ['mirror', 'Name'], version: 1, tags: { mirror: 'a', Name: 'web' } },
    { ...common, 'changed-tag-keys': ['mirror'], version: 2, tags: { Name: 'web' } },
  ]);
  expect(callsIn(events, 'CreateTags')).toHaveLength(2);
});

describe('records of calls', () => {
  test('have the shapes of recorded ones', async () => {
    const { cloud, client } = await startWatched();
    const { id, interfaces } = await launch(cloud, client);
    const sensor = await createSensor(client);
    const made = await client.send(
      new CreateTrafficMirrorSessionCommand({
        ...sessionCommand(interfaces[0], sensor, 1).input,
        TagSpecifications: [{ ResourceType: 'traffic-mirror-session', Tags: [{ Key: 'k', Value: 'v' }] }],
      }),
    );
    const TrafficMirrorSessionId = made.TrafficMirrorSession?.TrafficMirrorSessionId;
    await client.send(
      new ModifyTrafficMirrorSessionCommand({
        TrafficMirrorSessionId,
        TrafficMirrorTargetId: sensor.targetId,
        TrafficMirrorFilterId: sensor.filterId,
        SessionNumber: 2,
        VirtualNetworkId: 7,
        RemoveFields: ['description', 'packet-length'],
      }),
    );
    await client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
    await client.send(
      new CreateTagsCommand({ Resources: [id, interfaces[0] ?? ''], Tags: [{ Key: 'k', Value: 'v' }] }),
    );
    await client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'k' }] }));
    const { NetworkInterface } = await client.send(
      new CreateNetworkInterfaceCommand({ SubnetId: cloud.state.in().subnets[0]?.id }),
    );
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
    const { AttachmentId } = await client.send(
      new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId: id, DeviceIndex: 1 }),
    );
    await client.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
    await cloud.idle();
    await client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));

    const events = await takeEvents(cloud);
    const names = ['CreateTags', 'DeleteTags', 'DeleteTrafficMirrorSession'];
    const moves = ['AttachNetworkInterface', 'DetachNetworkInterface', 'DeleteNetworkInterface'];
    for (const name of [...names, ...moves]) {
      const [{ detail }] = callsIn(events, name).map(shapeOf) as [Event];
      const sample = sampleShape(`ct-${name}`);
      expect(detail['requestParameters'], name).toEqual(sample.detail['requestParameters']);
      expect(detail['responseElements'], name).toEqual(sample.detail['responseElements']);
      expect(Object.keys(detail).sort(), name).toEqual(Object.keys(sample.detail).sort());
    }
    const [created] = callsIn(events, 'CreateTrafficMirrorSession');
    expect(shapeOf(created?.detail['requestParameters'])).toEqual(
      sampleShape('ct-CreateTrafficMirrorSession-ok').detail['requestParameters'],
    );
    expect(created?.detail['responseElements']).toMatchObject({
      CreateTrafficMirrorSessionResponse: {
        trafficMirrorSession: {
          trafficMirrorSessionId: TrafficMirrorSessionId,
          networkInterfaceId: interfaces[0],
          ownerId: 123456789012,
          tagSet: { item: { key: 'k', value: 'v' } },
        },
      },
    });
    const [modified] = callsIn(events, 'ModifyTrafficMirrorSession');
    expect(shapeOf(modified?.detail['requestParameters'])).toEqual(
      sampleShape('ct-ModifyTrafficMirrorSession').detail['requestParameters'],
    );
  });

  test('of interfaces are there for calls only: what a launch attaches and a termination frees has none', async () => {
    const { cloud, client } = await startWatched();
    const { NetworkInterface: made } = await client.send(
      new CreateNetworkInterfaceCommand({ SubnetId: cloud.state.in().subnets[0]?.id }),
    );
    const { id } = await launch(cloud, client, {
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: made?.NetworkInterfaceId, DeleteOnTermination: false }],
    });
    await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    const events = await takeEvents(cloud);
    expect(namesOf(events).filter((name) => /^[A-Z]/.test(name))).toEqual([
      'CreateNetworkInterface',
      'RunInstances',
      'TerminateInstances',
    ]);
    const [launched] = callsIn(events, 'RunInstances');
    expect(JSON.stringify(launched?.detail['responseElements'])).toContain(made?.NetworkInterfaceId);
  });

  test('name the person or the role that calls', async () => {
    const { cloud, client } = await startWatched();
    const { interfaces } = await launch(cloud, client);
    const sensor = await createSensor(client);
    await client.send(sessionCommand(interfaces[0], sensor, 1));
    const signed = client.config.credentials;
    client.config.credentials = async () => cloud.as({ kind: 'role', roleName: 'tapkeeper', sessionName: 'on-change' });
    await client.send(sessionCommand(interfaces[0], sensor, 2));
    client.config.credentials = signed;
    const arns = callsIn(await takeEvents(cloud), 'CreateTrafficMirrorSession').map(
      ({ detail }) => (detail['userIdentity'] as { arn: string }).arn,
    );
    expect(arns).toEqual([
      'arn:aws:iam::123456789012:user/alice',
      'arn:aws:sts::123456789012:assumed-role/tapkeeper/on-change',
    ]);
  });

  test('tell of calls that failed and of dry runs, and not of reads', async () => {
    const { cloud, client } = await startWatched();
    await client.send(new DescribeVpcsCommand({}));
    const run = (input: object) => client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), ...input }));
    await refusalOf(run({ DryRun: true }));
    await refusalOf(run({ ImageId: 'ami-0' }));
    const events = await takeEvents(cloud);
    expect(events.map(({ detail }) => [detail['eventName'], detail['errorCode'], detail['responseElements']])).toEqual([
      ['RunInstances', 'Client.DryRunOperation', null],
      ['RunInstances', 'Client.InvalidAMIID.Malformed', null],
    ]);
  });
});

test('a record leaves out an answer that is too large', async () => {
  const { cloud, client } = await startWatched();
  await client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 120, MaxCount: 120 }));
  const [launched] = callsIn(await takeEvents(cloud), 'RunInstances');
  expect(launched?.detail['requestParameters']).toMatchObject({ instanceType: 'm5.large' });
  expect(launched?.detail['responseElements']).toBeNull();
});

test('only events that a deployed rule matches arrive', async () => {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  await launch(cloud, client, {
    TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'mirror', Value: 'a' }] }],
  });
  expect(namesOf(await takeEvents(cloud))).toEqual(['tags of network-interface', 'running']);
});
