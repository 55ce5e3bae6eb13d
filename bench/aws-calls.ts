import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { compose } from '../lambdas/compose.ts';
import { onChange } from '../lambdas/on-change.ts';
import { onSweep } from '../lambdas/sweep.ts';
import { startAwsCloud, type AwsCloud } from '../local/aws/aws-cloud.ts';
import { hostLambdas } from '../local/aws/lambda-host.ts';
import type { Calls } from './calls.ts';

const SWEPT = 1000;
const AT_ONCE = 100;

/** What the AWS side calls, counted by action at the EC2 endpoint. */
export interface AwsCalls {
  readonly cold: Calls;
  readonly warm: Calls;
  readonly again: Calls;
  readonly hundred: Calls;
  readonly sweep: Calls;
}

const BALANCER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensor/50dc6c495c0c9188';

/** Puts a mirror target in front of a load balancer: a sensor without a machine. Returns rules that mirror to it all that is tagged. */
async function createSensor(client: EC2Client, region: string): Promise<string> {
  await client.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: BALANCER }));
  const { TrafficMirrorFilter: filter } = await client.send(new CreateTrafficMirrorFilterCommand({}));
  const entry = { networkLoadBalancer: BALANCER, filter: filter?.TrafficMirrorFilterId };
  return JSON.stringify({
    version: 1,
    owner: 'bench',
    destinations: { sensor: { cloud: 'aws', region, ...entry, sessionNumber: 100 } },
    rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensor'] }],
  });
}

interface Bench {
  readonly cloud: AwsCloud;
  readonly client: EC2Client;
  readonly rulesPath: string;
}

/** Runs something against a cloud of its own, with a sensor and a rules file. */
async function withAwsCloud<Result>(
  rules: Readonly<Record<string, unknown>> | null,
  run: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-bench-'));
  const cloud = await startAwsCloud({ port: 0, settleMs: 1, ...(rules === null ? {} : { rules }) });
  const credentials = cloud.as({ kind: 'user', name: 'bench' });
  const client = new EC2Client({ endpoint: cloud.endpoint, region: cloud.region, credentials });
  try {
    const rulesPath = join(folder, 'tapkeeper.yaml');
    await writeFile(rulesPath, await createSensor(client, cloud.region));
    return await run({ cloud, client, rulesPath });
  } finally {
    client.destroy();
    await cloud.stop();
    await rm(folder, { recursive: true });
  }
}

async function launch({ cloud, client }: Bench, count: number): Promise<readonly string[]> {
  const { Instances = [] } = await client.send(
    new RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm7i.large',
      MinCount: count,
      MaxCount: count,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'mirror', Value: 'yes' }] }],
    }),
  );
  await cloud.idle();
  return Instances.flatMap(({ InstanceId }) => InstanceId ?? []);
}

/** A batch of SQS messages, one for each instance that runs. */
const toBatch = ({ account, region }: AwsCloud, instances: readonly string[]) => ({
  Records: instances.map((instance) => ({
    messageId: randomUUID(),
    eventSource: 'aws:sqs',
    awsRegion: region,
    body: JSON.stringify({
      id: randomUUID(),
      source: 'aws.ec2',
      'detail-type': 'EC2 Instance State-change Notification',
      account,
      region,
      time: new Date().toISOString(),
      detail: { 'instance-id': instance, state: 'running' },
    }),
  })),
});

/** The deployed handlers in a process of their own: nothing is remembered. */
function startProcess({ cloud, rulesPath }: Bench) {
  const env = {
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_SQS: cloud.sqsEndpoint,
    TAPKEEPER_MODE: 'enforce',
    TAPKEEPER_RULES: rulesPath,
    TAPKEEPER_SCOPES: `${cloud.account}:${cloud.region}`,
    TAPKEEPER_EVENT_QUEUE_URL: cloud.queues.event.url,
    TAPKEEPER_BULK_QUEUE_URL: cloud.queues.bulk.url,
    TAPKEEPER_ROLE_NAME: cloud.roleName,
  };
  const credentials = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: 'bench' });
  const deps = compose(env, { credentials, journal: { write: () => undefined } });
  return { change: onChange(() => deps), sweep: onSweep(() => deps) };
}

async function countCalls(cloud: AwsCloud, run: () => Promise<unknown>): Promise<Calls> {
  cloud.resetCalls();
  await run();
  const counts = Object.entries(cloud.calls);
  const sum = (of: readonly (readonly [string, number])[]): number => of.reduce((total, [, count]) => total + count, 0);
  return {
    reads: sum(counts.filter(([action]) => action.startsWith('Describe'))),
    writes: sum(counts.filter(([action]) => !action.startsWith('Describe'))),
  };
}

/** Counts what a launch, its repetition, many launches and a sweep cost. No event is delivered but those that are given. */
export const countAwsCalls = (): Promise<AwsCalls> =>
  withAwsCloud({}, async (bench) => {
    const { cloud } = bench;
    const process = startProcess(bench);
    const [first, second, hundred] = [await launch(bench, 1), await launch(bench, 1), await launch(bench, AT_ONCE)];
    const count = (instances: readonly string[]) => countCalls(cloud, () => process.change(toBatch(cloud, instances)));
    const cold = await count(first);
    const warm = await count(second);
    const again = await count(second);
    const many = await count(hundred);
    const rest = await launch(bench, SWEPT - AT_ONCE - 2);
    for (let at = 0; at < rest.length; at += AT_ONCE) await count(rest.slice(at, at + AT_ONCE));
    return { cold, warm, again, hundred: many, sweep: await countCalls(cloud, process.sweep) };
  });

/** From the moment at which EC2 emits the event, through queue and Lambda, to its answer that the session exists. */
export const measureAwsAttachMs = (times: number): Promise<readonly number[]> =>
  withAwsCloud(null, async (bench) => {
    const host = hostLambdas(bench.cloud, { rulesPath: bench.rulesPath, mode: () => 'enforce', sweepSeconds: null });
    try {
      for (let time = 0; time < times; time++) await launch(bench, 1);
      return host.attachTimes.map(({ tookMs }) => tookMs);
    } finally {
      await host.stop();
    }
  });
