import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DetachNetworkInterfaceCommand,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import {
  clientOf,
  createManualTimer,
  createSensor,
  IMAGE,
  launch,
  launchOptions,
  refusalOf,
  sessionCommand,
  startCloud,
} from './rig.ts';

const subnetOf = (cloud: AwsCloud): string => cloud.state.in().subnets[0]?.id ?? '';

async function createInterface(client: EC2Client, SubnetId: string): Promise<string> {
  const { NetworkInterface: made } = await client.send(new CreateNetworkInterfaceCommand({ SubnetId }));
  return made?.NetworkInterfaceId ?? '';
}

describe('an instance', () => {
  test('is pending with its interface in use and attaching, then running and attached', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const { Instances } = await client.send(new RunInstancesCommand(launchOptions('m5.large')));
    expect(Instances?.[0]?.State?.Name).toBe('pending');
    expect(Instances?.[0]?.NetworkInterfaces?.[0]).toMatchObject({
      Status: 'in-use',
      Attachment: { Status: 'attaching' },
    });
    await cloud.idle();
    const { Reservations } = await client.send(new DescribeInstancesCommand({}));
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
      State: { Code: 16, Name: 'running' },
      NetworkInterfaces: [{ Attachment: { Status: 'attached', DeviceIndex: 0, DeleteOnTermination: true } }],
    });
  });

  test('comes with the interfaces and the tags that its launch asks for', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const existing = await createInterface(client, subnetOf(cloud));
    const { id, interfaces } = await launch(cloud, client, {
      NetworkInterfaces: [
        { DeviceIndex: 1, NetworkInterfaceId: existing },
        { DeviceIndex: 0, SubnetId: subnetOf(cloud), DeleteOnTermination: true, Description: 'first' },
      ],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
        { ResourceType: 'network-interface', Tags: [{ Key: 'mirror', Value: 'ids' }] },
      ],
    });
    const { NetworkInterfaces: held } = await client.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
    );
    expect(held?.map((one) => [one.Attachment?.DeviceIndex, one.Attachment?.DeleteOnTermination, one.TagSet])).toEqual([
      [1, false, [{ Key: 'mirror', Value: 'ids' }]],
      [0, true, [{ Key: 'mirror', Value: 'ids' }]],
    ]);
    expect(interfaces[1]).toBe(existing);
    expect(cloud.state.in().instances[0]?.tags).toEqual({ Name: 'web' });
  });

  test('is launched as often as is asked for, in one reservation', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    await client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 2, MaxCount: 3 }));
    const { Reservations } = await client.send(new DescribeInstancesCommand({}));
    expect(Reservations?.map(({ Instances }) => Instances?.length)).toEqual([3]);
  });

  test('stops with a reason that says when, starts again, and keeps its interface and session', async () => {
    const cloud = await startCloud({ clock: { now: () => Date.UTC(2026, 10, 21, 7, 8, 9) } });
    const client = clientOf(cloud);
    const { id, interfaces } = await launch(cloud, client);
    await client.send(sessionCommand(interfaces[0], await createSensor(client), 1));
    const { StoppingInstances } = await client.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect(StoppingInstances?.map(({ CurrentState }) => CurrentState?.Name)).toEqual(['stopping']);
    await cloud.idle();
    expect(cloud.state.in().instances[0]).toMatchObject({
      state: 'stopped',
      transitionReason: 'User initiated (2026-11-21 07:08:09 GMT)',
    });
    await client.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await cloud.idle();
    expect(cloud.state.in().instances[0]).toMatchObject({ state: 'running', transitionReason: '' });
    expect(cloud.state.in().sessions).toHaveLength(1);
  });

  test('changes its type while it is stopped only, and keeps its session', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const { id, interfaces } = await launch(cloud, client);
    const sensor = await createSensor(client);
    await client.send(sessionCommand(interfaces[0], sensor, 1));
    const change = (Value: string) =>
      client.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value } }));
    expect(await refusalOf(change('m8g.large'))).toBe('IncorrectInstanceState');
    await client.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await cloud.idle();
    expect(await refusalOf(change('large'))).toBe('InvalidParameterValue');
    await change('m8g.large');
    await client.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await cloud.idle();
    expect(cloud.state.in().instances).toMatchObject([{ type: 'm8g.large', state: 'running' }]);
    expect(cloud.state.in().sessions).toHaveLength(1);
    expect(await refusalOf(client.send(sessionCommand(interfaces[0], sensor, 2)))).toBe('NetworkInterfaceNotSupported');
  });

  test('takes interfaces that are deleted with it to the grave, their sessions too, and sets others free', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const kept = await createInterface(client, subnetOf(cloud));
    const { id, interfaces } = await launch(cloud, client, {
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId: subnetOf(cloud) },
        { DeviceIndex: 1, NetworkInterfaceId: kept },
      ],
    });
    const sensor = await createSensor(client);
    await client.send(sessionCommand(interfaces[0], sensor, 1));
    await client.send(sessionCommand(kept, sensor, 1));
    await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await cloud.idle();
    const { instances, interfaces: left, sessions } = cloud.state.in();
    expect(instances[0]?.state).toBe('terminated');
    expect(left.map((one) => [one.id, one.attachment])).toEqual([[kept, null]]);
    expect(sessions.map(({ interfaceId }) => interfaceId)).toEqual([kept]);
  });

  test('that is terminated is described for an hour', async () => {
    let nowMs = 0;
    const cloud = await startCloud({ clock: { now: () => nowMs } });
    const client = clientOf(cloud);
    const { id } = await launch(cloud, client);
    await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await cloud.idle();
    nowMs = 3_600_000;
    expect((await client.send(new DescribeInstancesCommand({}))).Reservations).toHaveLength(1);
    nowMs += 1;
    expect((await client.send(new DescribeInstancesCommand({}))).Reservations).toHaveLength(0);
  });

  test('that is terminated while it is pending never runs', async () => {
    const { timer, runAll } = createManualTimer();
    const cloud = await startCloud({ timer });
    const client = clientOf(cloud);
    const { Instances } = await client.send(new RunInstancesCommand(launchOptions('m5.large')));
    await client.send(new TerminateInstancesCommand({ InstanceIds: [Instances?.[0]?.InstanceId ?? ''] }));
    const states: (string | undefined)[] = [];
    cloud.onChange(() => void states.push(cloud.state.in().instances[0]?.state));
    runAll();
    expect([...new Set(states)]).toEqual(['shutting-down', 'terminated']);
  });

  test.each([
    ['without an image', { ImageId: undefined }, 'MissingParameter'],
    ['of an image that is no image', { ImageId: 'image' }, 'InvalidAMIID.Malformed'],
    ['in an unknown subnet', { SubnetId: 'subnet-0123456789abcdef0' }, 'InvalidSubnetID.NotFound'],
    ['of fewer than none', { MinCount: 2, MaxCount: 1 }, 'InvalidParameterValue'],
    [
      'with two interfaces at one index',
      { NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 0 }] },
      'InvalidParameterValue',
    ],
    ['without a primary interface', { NetworkInterfaces: [{ DeviceIndex: 1 }] }, 'InvalidParameterValue'],
  ])('cannot be launched %s', async (_name, options, code) => {
    const cloud = await startCloud();
    const command = new RunInstancesCommand({ ...launchOptions('m5.large'), ...options });
    expect(await refusalOf(clientOf(cloud).send(command))).toBe(code);
    expect(cloud.state.in().interfaces).toEqual([]);
  });

  test('is launched once for one client token', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const run = (type: string) =>
      client.send(new RunInstancesCommand({ ...launchOptions(type), ImageId: IMAGE, ClientToken: 'once' }));
    const [first, second] = [await run('m5.large'), await run('m5.large')];
    expect(second.Instances?.[0]?.InstanceId).toBe(first.Instances?.[0]?.InstanceId);
    expect(await refusalOf(run('m5.xlarge'))).toBe('IdempotentParameterMismatch');
    expect(cloud.state.in().instances).toHaveLength(1);
  });
});

describe('an interface', () => {
  test('stays when its instance is terminated, if that was changed', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const { id, interfaces } = await launch(cloud, client);
    const AttachmentId = cloud.state.in().interfaces[0]?.attachment?.id;
    const modify = (attachment: string | undefined) =>
      client.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: interfaces[0],
          Attachment: { AttachmentId: attachment, DeleteOnTermination: false },
        }),
      );
    expect(await refusalOf(modify('eni-attach-0123456789abcdef0'))).toBe('InvalidAttachmentID.NotFound');
    await modify(AttachmentId);
    await client.send(sessionCommand(interfaces[0], await createSensor(client), 1));
    await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await cloud.idle();
    const { interfaces: left, sessions } = cloud.state.in();
    expect(left).toMatchObject([{ id: interfaces[0], attachment: null }]);
    expect(sessions).toHaveLength(1);
  });

  test('is attached and detached in steps', async () => {
    const { timer, runAll } = createManualTimer();
    const cloud = await startCloud({ timer });
    const client = clientOf(cloud);
    const { Instances } = await client.send(new RunInstancesCommand(launchOptions('m5.large')));
    runAll();
    const made = await createInterface(client, subnetOf(cloud));
    const statusOf = () => cloud.state.in().interfaces.find((one) => one.id === made)?.attachment?.status;
    const InstanceId = Instances?.[0]?.InstanceId;
    const { AttachmentId } = await client.send(
      new AttachNetworkInterfaceCommand({ NetworkInterfaceId: made, InstanceId, DeviceIndex: 1 }),
    );
    expect(statusOf()).toBe('attaching');
    runAll();
    expect(statusOf()).toBe('attached');
    await client.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
    expect(statusOf()).toBe('detaching');
    runAll();
    expect(statusOf()).toBeUndefined();
  });

  test('takes its sessions with it when it is deleted', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const { id } = await launch(cloud, client);
    const made = await createInterface(client, subnetOf(cloud));
    const { AttachmentId } = await client.send(
      new AttachNetworkInterfaceCommand({ NetworkInterfaceId: made, InstanceId: id, DeviceIndex: 1 }),
    );
    await cloud.idle();
    await client.send(sessionCommand(made, await createSensor(client), 1));
    const deletion = new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: made });
    expect(await refusalOf(client.send(deletion))).toBe('InvalidNetworkInterface.InUse');
    await client.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
    await cloud.idle();
    expect(cloud.state.in().sessions).toHaveLength(1);
    await client.send(deletion);
    expect(cloud.state.in().sessions).toHaveLength(0);
  });

  test('is refused where another is, twice, and away from the primary place', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const { id, interfaces } = await launch(cloud, client);
    const made = await createInterface(client, subnetOf(cloud));
    const attach = (NetworkInterfaceId: string | undefined, DeviceIndex: number) =>
      client.send(new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId: id, DeviceIndex }));
    expect(await refusalOf(attach(made, 0))).toBe('InvalidParameterValue');
    expect(await refusalOf(attach(interfaces[0], 1))).toBe('InvalidNetworkInterface.InUse');
    const AttachmentId = cloud.state.in().interfaces[0]?.attachment?.id;
    const detachment = new DetachNetworkInterfaceCommand({ AttachmentId });
    expect(await refusalOf(client.send(detachment))).toBe('OperationNotPermitted');
  });
});
