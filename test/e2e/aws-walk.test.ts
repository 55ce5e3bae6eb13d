import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorFilterRuleCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeTrafficMirrorSessionsCommand,
  EC2Client,
  ModifyTrafficMirrorSessionCommand,
  RunInstancesCommand,
  type TrafficMirrorSession,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  type DescribeLoadBalancersCommandOutput,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTapkeeperLocal, type TapkeeperLocal } from './tapkeeper-local.ts';

let folder: string;
let rules: string;
let local: TapkeeperLocal;
let ec2: EC2Client;
let balancing: ElasticLoadBalancingV2Client;
let balancer: string;
let target: string;
let otherTarget: string;
let filter: string;
let otherFilter: string;

/** What is there, or a failure of the test's own. */
function get<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the cloud answered without it');
  return value;
}

const rulesFile = (number: number): string => `
version: 1
owner: soc
destinations:
  sensor: { cloud: aws, region: us-east-1, networkLoadBalancer: "${balancer}", filter: ${filter}, sessionNumber: ${number} }
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [sensor] }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-walk-'));
  rules = join(folder, 'tapkeeper.yaml');
  await writeFile(rules, 'version: 1\nowner: soc\n');
  local = await startTapkeeperLocal('--empty', '--rules', rules, '--sweep-seconds', '2');
  const credentials = { accessKeyId: 'AKIDANYBODY', secretAccessKey: 'anything' };
  const config = { endpoint: local.ec2, region: 'us-east-1', credentials };
  ec2 = new EC2Client(config);
  balancing = new ElasticLoadBalancingV2Client(config);
  filter = await createFilter(6);
  otherFilter = await createFilter(17);
  balancer = await createBalancer('sensor');
  target = await createTarget(balancer);
  otherTarget = await createTarget(await createBalancer('packets'));
  await writeFile(rules, rulesFile(100));
});

afterAll(async () => {
  ec2.destroy();
  balancing.destroy();
  expect(await local.stop()).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

/** A filter that accepts one protocol in both directions. */
async function createFilter(Protocol: number): Promise<string> {
  const { TrafficMirrorFilter } = await ec2.send(new CreateTrafficMirrorFilterCommand({}));
  const TrafficMirrorFilterId = get(TrafficMirrorFilter?.TrafficMirrorFilterId);
  for (const TrafficDirection of ['ingress', 'egress'] as const) {
    await ec2.send(
      new CreateTrafficMirrorFilterRuleCommand({
        TrafficMirrorFilterId,
        TrafficDirection,
        Protocol,
        RuleNumber: 100,
        RuleAction: 'accept',
        SourceCidrBlock: '0.0.0.0/0',
        DestinationCidrBlock: '0.0.0.0/0',
      }),
    );
  }
  return TrafficMirrorFilterId;
}

/** A load balancer that takes mirrored packets, once it is active. */
async function createBalancer(Name: string): Promise<string> {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const { LoadBalancers } = await balancing.send(
    new CreateLoadBalancerCommand({ Name, Type: 'network', Subnets: [get(Subnets?.[0]?.SubnetId)] }),
  );
  const LoadBalancerArn = get(LoadBalancers?.[0]?.LoadBalancerArn);
  const TargetGroupArn = LoadBalancerArn.replace(':loadbalancer/net/', ':targetgroup/');
  await balancing.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'UDP',
      Port: 4789,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
  const described = (): Promise<DescribeLoadBalancersCommandOutput> =>
    balancing.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }));
  await eventually(described, (now) => now.LoadBalancers?.[0]?.State?.Code === 'active');
  return LoadBalancerArn;
}

async function createTarget(balancer: string): Promise<string> {
  const create = new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: balancer });
  return get((await ec2.send(create)).TrafficMirrorTarget?.TrafficMirrorTargetId);
}

interface Launched {
  readonly instance: string;
  readonly eni: string;
}

async function launch(tags: Readonly<Record<string, string>>): Promise<Launched> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm7i.large',
      MinCount: 1,
      MaxCount: 1,
      ...(Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: 'instance', Tags }] }),
    }),
  );
  const instance = get(Instances?.[0]?.InstanceId);
  await eventually(
    async () =>
      (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance] }))).Reservations?.[0]?.Instances?.[0],
    (now) => now?.State?.Name === 'running',
  );
  return { instance, eni: get(Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId) };
}

async function sessionsOn(eni: string): Promise<readonly TrafficMirrorSession[]> {
  const Filters = [{ Name: 'network-interface-id', Values: [eni] }];
  return (await ec2.send(new DescribeTrafficMirrorSessionsCommand({ Filters }))).TrafficMirrorSessions ?? [];
}

const isOurs = ({ Tags = [] }: TrafficMirrorSession): boolean =>
  Tags.some(({ Key, Value }) => Key === 'tapkeeper:owner' && Value === 'soc');

const oursOn = (eni: string, isWished: (ours: readonly TrafficMirrorSession[]) => boolean) =>
  eventually(async () => (await sessionsOn(eni)).filter(isOurs), isWished);

const isOne = (ours: readonly TrafficMirrorSession[]): boolean => ours.length === 1;
const isNone = (ours: readonly TrafficMirrorSession[]): boolean => ours.length === 0;

const tag = ({ instance }: Launched, value: string) =>
  ec2.send(new CreateTagsCommand({ Resources: [instance], Tags: [{ Key: 'mirror', Value: value }] }));
const untag = ({ instance }: Launched) =>
  ec2.send(new DeleteTagsCommand({ Resources: [instance], Tags: [{ Key: 'mirror' }] }));

describe('tapkeeper local, used as an account of AWS', () => {
  it('mirrors a tagged instance from its launch on, with our mark', async () => {
    const { eni } = await launch({ mirror: 'sensor' });
    const [ours] = await oursOn(eni, isOne);
    expect(ours).toMatchObject({ TrafficMirrorTargetId: target, TrafficMirrorFilterId: filter, SessionNumber: 100 });
    expect(ours?.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'tapkeeper:owner', Value: 'soc' },
        { Key: 'tapkeeper:mark', Value: 'v1' },
      ]),
    );
  });

  it('follows a tag that comes and goes', async () => {
    const launched = await launch({});
    expect(await sessionsOn(launched.eni)).toEqual([]);
    await tag(launched, 'sensor');
    await oursOn(launched.eni, isOne);
    await untag(launched);
    await oursOn(launched.eni, isNone);
  });

  it('keeps what exists when a tag is misspelt', async () => {
    const launched = await launch({ mirror: 'sensor' });
    const [before] = await oursOn(launched.eni, isOne);
    await tag(launched, 'sensr');
    await eventually(
      async () => local.log(),
      (log) => log.includes('names sensr'),
    );
    expect(await sessionsOn(launched.eni)).toEqual([before]);
  });

  it('puts back a session that somebody deletes, and one that somebody changes', async () => {
    const { eni } = await launch({ mirror: 'sensor' });
    const [first] = await oursOn(eni, isOne);
    const TrafficMirrorSessionId = get(first?.TrafficMirrorSessionId);
    await ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
    const [second] = await oursOn(eni, isOne);
    expect(second?.TrafficMirrorSessionId).not.toBe(TrafficMirrorSessionId);

    const changed = { TrafficMirrorSessionId: get(second?.TrafficMirrorSessionId), SessionNumber: 7 };
    await ec2.send(new ModifyTrafficMirrorSessionCommand(changed));
    const [third] = await oursOn(eni, ([ours]) => ours?.SessionNumber === 100);
    expect(third?.TrafficMirrorSessionId).toBe(second?.TrafficMirrorSessionId);
  });

  it("leaves others' sessions untouched, before and after ours", async () => {
    const launched = await launch({});
    const create = (SessionNumber: number) =>
      ec2.send(
        new CreateTrafficMirrorSessionCommand({
          NetworkInterfaceId: launched.eni,
          TrafficMirrorTargetId: otherTarget,
          TrafficMirrorFilterId: otherFilter,
          SessionNumber,
        }),
      );
    await create(1);
    await create(100);
    const theirs = await sessionsOn(launched.eni);

    await tag(launched, 'sensor');
    const [ours] = await oursOn(launched.eni, isOne);
    expect(ours?.SessionNumber).toBe(101);
    await untag(launched);
    await oursOn(launched.eni, isNone);
    expect(await sessionsOn(launched.eni)).toEqual(theirs);
  });

  it('takes new rules without a restart, and keeps the last good ones', async () => {
    const { eni } = await launch({ mirror: 'sensor' });
    await oursOn(eni, isOne);
    await writeFile(rules, rulesFile(100).replace('sessionNumber: 100', 'sessionNumber: 0'));
    await eventually(
      async () => local.log(),
      (log) => log.includes('a whole number from 1 to 32766'),
    );
    await writeFile(rules, rulesFile(300));
    await oursOn(eni, ([ours]) => ours?.SessionNumber === 300);
  });
});
