import {
  DeleteNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { EVERYTHING, takeEvents } from './events.ts';
import { clientOf, createSensor, refusalOf, sessionCommand, startCloud } from './rig.ts';

const interfacesOf = async (client: EC2Client, input = {}) =>
  (await client.send(new DescribeNetworkInterfacesCommand(input))).NetworkInterfaces ?? [];

describe('an interface of a service', () => {
  test.each([
    ['amazon-rds', 'interface', 'the call succeeded'],
    ['amazon-elasticache', 'interface', 'the call succeeded'],
    ['amazon-elb', 'interface', 'NetworkInterfaceNotSupported'],
    ['amazon-aws', 'nat_gateway', 'NetworkInterfaceNotSupported'],
  ])('of %s and type %s is there, and as a source: %s', async (requester, type, outcome) => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const id = cloud.provide.interface({ requester, type, description: 'made for you' });
    await cloud.idle();
    const [held] = await interfacesOf(client, { Filters: [{ Name: 'requester-managed', Values: ['true'] }] });
    expect(held).toMatchObject({
      NetworkInterfaceId: id,
      InterfaceType: type,
      RequesterId: requester,
      RequesterManaged: true,
      Status: 'in-use',
      OwnerId: '123456789012',
      Attachment: { Status: 'attached', InstanceOwnerId: requester },
    });
    expect(held?.Attachment?.InstanceId).toBeUndefined();
    expect(await refusalOf(client.send(sessionCommand(id, await createSensor(client), 1)))).toBe(outcome);
  });

  test('is of the account and region that is named, and in use', async () => {
    const cloud = await startCloud({ accounts: ['111111111111', '222222222222'] });
    const place = { account: '222222222222', region: 'eu-west-1' };
    const id = cloud.provide.interface({ requester: 'amazon-rds', ...place });
    const client = clientOf(cloud, place);
    expect(await interfacesOf(client)).toMatchObject([{ NetworkInterfaceId: id, OwnerId: '222222222222' }]);
    expect(await interfacesOf(clientOf(cloud))).toEqual([]);
    expect(await refusalOf(client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })))).toBe(
      'InvalidNetworkInterface.InUse',
    );
  });
});

describe('an instance that a service manages', () => {
  test('is hidden with its interface from lists that do not ask for it', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    const { id, interfaceId } = cloud.provide.instance({ operator: 'eks.amazonaws.com', tags: { mirror: 'a' } });
    await cloud.idle();
    const list = async (input = {}) => (await client.send(new DescribeInstancesCommand(input))).Reservations;
    expect(await list()).toEqual([]);
    expect(await interfacesOf(client)).toEqual([]);
    const Operator = { Managed: true, Principal: 'eks.amazonaws.com', HiddenByDefault: true };
    const all = { IncludeManagedResources: true };
    const instance = { InstanceId: id, State: { Name: 'running' }, Operator, Tags: [{ Key: 'mirror', Value: 'a' }] };
    expect(await list(all)).toMatchObject([{ Instances: [instance] }]);
    expect(await interfacesOf(client, all)).toMatchObject([{ NetworkInterfaceId: interfaceId, Operator }]);
    expect(await list({ ...all, Filters: [{ Name: 'operator.managed', Values: ['false'] }] })).toEqual([]);
    await client.send(sessionCommand(interfaceId, await createSensor(client), 1));
  });

  test('tells of its states and tags', async () => {
    const cloud = await startCloud({ rules: EVERYTHING });
    cloud.provide.instance({ operator: 'eks.amazonaws.com', tags: { mirror: 'a' } });
    const details = (await takeEvents(cloud)).map(({ detail }) => detail['state'] ?? detail['tags']);
    expect(details).toEqual([{ mirror: 'a' }, 'pending', 'running']);
  });
});
