import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import type { AwsCloud } from '../../../../local/aws/aws-cloud.ts';
import { endAfterTest, launchOptions, refusalOf, startCloud } from '../rig.ts';
import { createClock } from './rig.ts';

const CENTRAL = '123456789012';
const MEMBER = '210987654321';

function tokens(cloud: AwsCloud, roleName = 'tapkeeper', account = CENTRAL): STSClient {
  const credentials = cloud.as({ kind: 'role', roleName, sessionName: 'on-change' }, account);
  const client = new STSClient({ endpoint: cloud.endpoint, region: 'us-east-1', maxAttempts: 1, credentials });
  endAfterTest(async () => client.destroy());
  return client;
}

const startAccounts = (): Promise<AwsCloud> => startCloud({ accounts: [CENTRAL, MEMBER] });

const assume = (client: STSClient, RoleArn: string, more: { ExternalId?: string; DurationSeconds?: number } = {}) =>
  client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'tapkeeper', ...more }));

test('the credentials of an assumed role act in its account, under its name', async () => {
  const cloud = await startAccounts();
  const arn = cloud.addRole({
    account: MEMBER,
    name: 'soc/member',
    trusts: [`arn:aws:iam::${CENTRAL}:role/tapkeeper`],
  });
  expect(arn).toBe(`arn:aws:iam::${MEMBER}:role/soc/member`);
  const { Credentials, AssumedRoleUser } = await assume(tokens(cloud), arn);
  expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/member/tapkeeper`);
  const config = {
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  };
  const [sts, ec2] = [new STSClient(config), new EC2Client(config)];
  endAfterTest(async () => [sts, ec2].forEach((client) => client.destroy()));
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: MEMBER,
    Arn: `arn:aws:sts::${MEMBER}:assumed-role/member/tapkeeper`,
  });
  await ec2.send(new RunInstancesCommand(launchOptions('m5.large')));
  expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations?.[0]?.OwnerId).toBe(MEMBER);
  expect(cloud.state.in('us-east-1', MEMBER).instances).toHaveLength(1);
  expect(cloud.state.in('us-east-1', CENTRAL).instances).toEqual([]);
});

test('credentials expire by the clock of the cloud', async () => {
  const nowMs = Date.UTC(2026, 0, 1);
  const cloud = await startCloud({ accounts: [CENTRAL, MEMBER], clock: { now: () => nowMs } });
  const arn = cloud.addRole({ account: MEMBER, name: 'member', trusts: [CENTRAL] });
  const expiry = async (DurationSeconds?: number) => {
    const { Credentials } = await assume(tokens(cloud), arn, DurationSeconds === undefined ? {} : { DurationSeconds });
    return (Credentials?.Expiration?.getTime() ?? 0) - nowMs;
  };
  expect(await expiry()).toBe(3_600_000);
  expect(await expiry(900)).toBe(900_000);
});

test('after they have expired, every service refuses them as AWS does', async () => {
  const clock = createClock();
  const cloud = await startCloud({ accounts: [CENTRAL, MEMBER], clock });
  const arn = cloud.addRole({ account: MEMBER, name: 'member', trusts: [CENTRAL] });
  const { Credentials } = await assume(tokens(cloud), arn, { DurationSeconds: 900 });
  const config = {
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  };
  const clients = {
    ec2: new EC2Client(config),
    sts: new STSClient(config),
    balancers: new ElasticLoadBalancingV2Client(config),
    groups: new AutoScalingClient(config),
  };
  endAfterTest(async () => Object.values(clients).forEach((client) => client.destroy()));
  const completion = {
    AutoScalingGroupName: 'fleet',
    LifecycleHookName: 'attach-mirror',
    LifecycleActionResult: 'CONTINUE',
    InstanceId: 'i-00000000000000001',
  };
  const ask = () =>
    Promise.all([
      refusalOf(clients.ec2.send(new DescribeInstancesCommand({}))),
      refusalOf(clients.sts.send(new GetCallerIdentityCommand({}))),
      refusalOf(clients.balancers.send(new DescribeLoadBalancersCommand({}))),
      refusalOf(clients.groups.send(new CompleteLifecycleActionCommand(completion))),
    ]);
  const fine = 'the call succeeded';
  clock.advance(899_999);
  expect(await ask()).toEqual([fine, fine, fine, 'ValidationError']);
  clock.advance(1);
  expect(await ask()).toEqual(['RequestExpired', 'ExpiredToken', 'ExpiredToken', 'ExpiredToken']);
  // Who has no key that expires is let in.
  expect(await refusalOf(tokens(cloud).send(new GetCallerIdentityCommand({})))).toBe(fine);
});

test.each<[name: string, trusts: string, externalId: string | undefined, given: string | undefined, answer: string]>([
  ['whoever is in an account that is trusted', CENTRAL, undefined, undefined, 'the call succeeded'],
  ['its root', `arn:aws:iam::${CENTRAL}:root`, undefined, undefined, 'the call succeeded'],
  ['an external id that nobody asks for', CENTRAL, undefined, 'any', 'the call succeeded'],
  ['the right external id', CENTRAL, 'soc-1', 'soc-1', 'the call succeeded'],
  ['no external id', CENTRAL, 'soc-1', undefined, 'AccessDenied'],
  ['a wrong external id', CENTRAL, 'soc-1', 'SOC-1', 'AccessDenied'],
  ['another role', `arn:aws:iam::${CENTRAL}:role/else`, undefined, undefined, 'AccessDenied'],
  ['the same role of another account', `arn:aws:iam::${MEMBER}:role/tapkeeper`, undefined, undefined, 'AccessDenied'],
])('a role that trusts: %s', async (_name, trusts, externalId, ExternalId, answer) => {
  const cloud = await startAccounts();
  const role = { account: MEMBER, name: 'member', trusts: [trusts] };
  const arn = cloud.addRole(externalId === undefined ? role : { ...role, externalId });
  expect(await refusalOf(assume(tokens(cloud), arn, ExternalId === undefined ? {} : { ExternalId }))).toBe(answer);
});

test('what is asked in a wrong way is said to be, and a role that does not exist is denied', async () => {
  const cloud = await startAccounts();
  const arn = cloud.addRole({ account: MEMBER, name: 'member', trusts: [CENTRAL] });
  expect(await refusalOf(assume(tokens(cloud), `${arn}s`))).toBe('AccessDenied');
  expect(await refusalOf(assume(tokens(cloud), 'member'))).toBe('ValidationError');
  expect(await refusalOf(assume(tokens(cloud), arn, { DurationSeconds: 60 }))).toBe('ValidationError');
  expect(await refusalOf(assume(tokens(cloud), arn, { DurationSeconds: 7200 }))).toBe('ValidationError');
  expect(() => cloud.addRole({ account: '000000000001', name: 'x', trusts: [] })).toThrow('is not an account here');
});
