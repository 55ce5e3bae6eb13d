import { CreateTagsCommand, DescribeInstancesCommand, DescribeTrafficMirrorTargetsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { clientOf, createSensor, launch, refusalOf, startCloud } from './rig.ts';
import { EVERYTHING, takeEvents } from './events.ts';

const CENTRAL = '111111111111';
const MEMBER = '222222222222';

test('each account has regions of its own', async () => {
  const cloud = await startCloud({ accounts: [CENTRAL, MEMBER] });
  const central = clientOf(cloud);
  const member = clientOf(cloud, { account: MEMBER });
  const { id } = await launch(cloud, member);
  await createSensor(member);
  const { Reservations } = await member.send(new DescribeInstancesCommand({}));
  expect(Reservations).toMatchObject([{ OwnerId: MEMBER, Instances: [{ InstanceId: id }] }]);
  expect((await central.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  expect((await central.send(new DescribeTrafficMirrorTargetsCommand({}))).TrafficMirrorTargets).toEqual([]);
  const tagging = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror', Value: 'a' }] });
  expect(await refusalOf(central.send(tagging))).toBe('InvalidInstanceID.NotFound');
  expect(cloud.state.in('us-east-1', MEMBER).instances).toMatchObject([{ id }]);
  expect(cloud.state.in().instances).toEqual([]);
});

test('the events of all accounts arrive in one queue, and say whose they are', async () => {
  const cloud = await startCloud({ accounts: [CENTRAL, MEMBER], rules: EVERYTHING });
  const { id } = await launch(cloud, clientOf(cloud, { account: MEMBER }));
  await launch(cloud, clientOf(cloud, { account: CENTRAL }));
  const events = await takeEvents(cloud);
  const launches = events.filter(({ detail }) => detail['eventName'] === 'RunInstances');
  expect(
    launches.map(({ account, detail }) => [account, detail['recipientAccountId'], detail['userIdentity']]),
  ).toEqual(
    [MEMBER, CENTRAL].map((account) => [
      account,
      account,
      expect.objectContaining({ accountId: account, arn: `arn:aws:iam::${account}:user/alice` }) as object,
    ]),
  );
  const running = events.filter(({ detail }) => detail['state'] === 'running');
  expect(running.map(({ account, resources }) => [account, resources])[0]).toEqual([
    MEMBER,
    [`arn:aws:ec2:us-east-1:${MEMBER}:instance/${id}`],
  ]);
});

test('an unknown key is of the first account; a key of no account is not issued', async () => {
  const cloud = await startCloud({ accounts: [CENTRAL, MEMBER] });
  const client = clientOf(cloud, { account: MEMBER });
  client.config.credentials = async () => ({ accessKeyId: 'anybody', secretAccessKey: 'secret' });
  await launch(cloud, client);
  expect(cloud.state.in('us-east-1', CENTRAL).instances).toHaveLength(1);
  expect(() => cloud.as({ kind: 'user', name: 'bob' }, '333333333333')).toThrow(/333333333333 is not an account here/);
});
