import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from 'vitest';
import type { AwsCloud } from '../../../../local/aws/aws-cloud.ts';
import { clientOf, createManualTimer, endAfterTest, NLB, refusalOf, startCloud } from '../rig.ts';

const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/sensors/0123456789abcdef';
const FORWARD = [{ Type: 'forward' as const, TargetGroupArn: GROUP }];

function balancing(cloud: AwsCloud, region = 'us-east-1', account = cloud.account): ElasticLoadBalancingV2Client {
  const client = new ElasticLoadBalancingV2Client({
    endpoint: cloud.endpoint,
    region,
    maxAttempts: 1,
    credentials: cloud.as({ kind: 'user', name: 'alice' }, account),
  });
  endAfterTest(async () => client.destroy());
  return client;
}

async function create(cloud: AwsCloud, client: ElasticLoadBalancingV2Client, name: string): Promise<string> {
  const { Subnets } = await clientOf(cloud).send(new DescribeSubnetsCommand({}));
  const ids = (Subnets ?? []).map(({ SubnetId }) => SubnetId ?? '');
  const { LoadBalancers } = await client.send(
    new CreateLoadBalancerCommand({ Name: name, Type: 'network', Scheme: 'internal', Subnets: ids }),
  );
  return LoadBalancers?.[0]?.LoadBalancerArn ?? '';
}

const stateOf = async (client: ElasticLoadBalancingV2Client, arn: string) => {
  const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }));
  return LoadBalancers?.[0]?.State?.Code;
};

test('a load balancer is provisioned, then active, and described as it was created', async () => {
  const { timer, runAll } = createManualTimer();
  const cloud = await startCloud({ timer });
  const client = balancing(cloud);
  const arn = await create(cloud, client, 'collectors');
  expect(arn).toMatch(
    /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/net\/collectors\/[0-9a-f]{16}$/,
  );
  expect(await stateOf(client, arn)).toBe('provisioning');
  runAll();
  const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand({ Names: ['collectors'] }));
  expect(LoadBalancers).toMatchObject([
    {
      LoadBalancerArn: arn,
      LoadBalancerName: 'collectors',
      Type: 'network',
      Scheme: 'internal',
      State: { Code: 'active' },
      VpcId: cloud.state.in().vpcId,
      AvailabilityZones: [{ ZoneName: 'us-east-1a' }, { ZoneName: 'us-east-1b' }, { ZoneName: 'us-east-1c' }],
    },
  ]);
});

test('one that fails while it is provisioned stays failed', async () => {
  const { timer, runAll } = createManualTimer();
  const cloud = await startCloud({ timer });
  const client = balancing(cloud);
  const arn = await create(cloud, client, 'collectors');
  cloud.setBalancerState(arn, 'failed');
  runAll();
  expect(await stateOf(client, arn)).toBe('failed');
});

test('listeners are created once per port, listed by load balancer or ARN, and go with the load balancer', async () => {
  const cloud = await startCloud();
  const client = balancing(cloud);
  const arn = await create(cloud, client, 'collectors');
  const listen = (Protocol: 'UDP' | 'TCP', Port: number) =>
    client.send(new CreateListenerCommand({ LoadBalancerArn: arn, Protocol, Port, DefaultActions: FORWARD }));
  const udp = (await listen('UDP', 4789)).Listeners?.[0]?.ListenerArn ?? '';
  const tcp = (await listen('TCP', 443)).Listeners?.[0]?.ListenerArn ?? '';
  expect(udp).toMatch(`${arn.replace(':loadbalancer/', ':listener/')}/`);
  expect(await refusalOf(listen('TCP', 4789))).toBe('DuplicateListenerException');
  const listed = async () => {
    const { Listeners } = await client.send(new DescribeListenersCommand({ LoadBalancerArn: arn }));
    return (Listeners ?? []).map(({ Protocol, Port }) => `${Protocol} ${Port}`).sort();
  };
  expect(await listed()).toEqual(['TCP 443', 'UDP 4789']);
  await client.send(new DeleteListenerCommand({ ListenerArn: tcp }));
  expect(await listed()).toEqual(['UDP 4789']);
  await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
  expect(await refusalOf(client.send(new DescribeListenersCommand({ ListenerArns: [udp] })))).toBe(
    'ListenerNotFoundException',
  );
  await expect(client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))).resolves.toBeDefined();
});

test('what nobody created is not found, in no other region and in no other account', async () => {
  const cloud = await startCloud({ accounts: ['123456789012', '210987654321'] });
  const find = (client: ElasticLoadBalancingV2Client, arn = NLB) => refusalOf(stateOf(client, arn));
  expect(await find(balancing(cloud))).toBe('the call succeeded');
  expect(await find(balancing(cloud), `${NLB}0`)).toBe('LoadBalancerNotFoundException');
  expect(await find(balancing(cloud, 'eu-west-1'))).toBe('LoadBalancerNotFoundException');
  expect(await find(balancing(cloud, 'us-east-1', '210987654321'))).toBe('LoadBalancerNotFoundException');
  expect(await find(balancing(cloud), 'collectors')).toBe('ValidationError');
});

test('a load balancer that is simply there has the listener of a sensor, or those that it was given', async () => {
  const cloud = await startCloud();
  const client = balancing(cloud);
  const other = `${NLB}0`;
  cloud.addBalancer({ arn: other, state: 'provisioning', listeners: [{ protocol: 'TCP', port: 4789 }] });
  const listenersOf = async (LoadBalancerArn: string) =>
    (await client.send(new DescribeListenersCommand({ LoadBalancerArn }))).Listeners;
  expect(await listenersOf(NLB)).toMatchObject([{ Protocol: 'UDP', Port: 4789 }]);
  expect(await listenersOf(other)).toMatchObject([{ Protocol: 'TCP', Port: 4789 }]);
  expect(await stateOf(client, other)).toBe('provisioning');
  cloud.addBalancer({ arn: other });
  expect(await listenersOf(other)).toMatchObject([{ Protocol: 'UDP', Port: 4789 }]);
  expect(await listenersOf(other)).toHaveLength(1);
});

test('pages go through all load balancers', async () => {
  const cloud = await startCloud();
  const client = balancing(cloud);
  const arns = [NLB, ...Array.from({ length: 4 }, (_, at) => `${NLB}${at}`)];
  for (const arn of arns) cloud.addBalancer({ arn });
  const pages: (string | undefined)[][] = [];
  for await (const { LoadBalancers } of paginateDescribeLoadBalancers({ client }, { PageSize: 2 })) {
    pages.push((LoadBalancers ?? []).map(({ LoadBalancerArn }) => LoadBalancerArn));
  }
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual(arns);
});

test('calls are counted with those of EC2, and can be denied', async () => {
  const cloud = await startCloud();
  const client = balancing(cloud);
  await stateOf(client, NLB);
  expect(cloud.calls).toEqual({ DescribeLoadBalancers: 1 });
  cloud.deny('DescribeLoadBalancers');
  expect(await refusalOf(stateOf(client, NLB))).toBe('AccessDenied');
});
