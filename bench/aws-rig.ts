import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { compose } from '../lambdas/compose.ts';
import { jsonJournal } from '../lambdas/journal.ts';
import { onChange } from '../lambdas/on-change.ts';
import { onSweep } from '../lambdas/sweep.ts';
import { startAwsCloud, type AwsCloud, type AwsCloudOptions } from '../local/aws/aws-cloud.ts';
import { toEnvironment } from '../local/aws/lambda-settings.ts';

const BALANCER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensor/50dc6c495c0c9188';

/** Puts a mirror target in front of a load balancer: a sensor without a machine. Returns rules that mirror to it all that is tagged. */
async function createSensor(cloud: AwsCloud, client: EC2Client): Promise<string> {
  cloud.addBalancer({ arn: BALANCER });
  await client.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: BALANCER }));
  const { TrafficMirrorFilter: filter } = await client.send(new CreateTrafficMirrorFilterCommand({}));
  const entry = { networkLoadBalancer: BALANCER, filter: filter?.TrafficMirrorFilterId };
  return JSON.stringify({
    version: 1,
    owner: 'bench',
    destinations: { sensor: { cloud: 'aws', region: cloud.region, ...entry, sessionNumber: 100 } },
    rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensor'] }],
  });
}

/** A cloud with a sensor in it, somebody who works there, and the rules that mirror to the sensor. */
export interface Bench {
  readonly cloud: AwsCloud;
  readonly client: EC2Client;
  readonly rulesPath: string;
}

/** Runs something against a cloud of its own, with a sensor and a rules file. */
export async function withAwsCloud<Result>(
  options: Partial<AwsCloudOptions>,
  run: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-bench-'));
  const cloud = await startAwsCloud({ port: 0, settleMs: 1, ...options });
  const credentials = cloud.as({ kind: 'user', name: 'bench' });
  const client = new EC2Client({ endpoint: cloud.endpoint, region: cloud.region, credentials });
  try {
    const rulesPath = join(folder, 'tapkeeper.yaml');
    await writeFile(rulesPath, await createSensor(cloud, client));
    return await run({ cloud, client, rulesPath });
  } finally {
    client.destroy();
    await cloud.stop();
    await rm(folder, { recursive: true });
  }
}

/** A request to launch instances whose tag asks for the sensor. */
export const toLaunch = (count: number): RunInstancesCommandInput => ({
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 'm7i.large',
  MinCount: count,
  MaxCount: count,
  TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'mirror', Value: 'yes' }] }],
});

/** Launches instances and waits until they run. */
export async function launch({ cloud, client }: Bench, count: number): Promise<readonly string[]> {
  const { Instances = [] } = await client.send(new RunInstancesCommand(toLaunch(count)));
  await cloud.idle();
  return Instances.flatMap(({ InstanceId }) => InstanceId ?? []);
}

/** A batch of SQS messages, one for each instance that runs. */
export const toBatch = ({ account, region }: AwsCloud, instances: readonly string[]) => ({
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
export function startProcess({ cloud, rulesPath }: Bench) {
  const credentials = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: 'bench' });
  const environment = toEnvironment(cloud, { rulesPath, mode: () => 'enforce' }, credentials, 1);
  // The journal writes its lines, and nobody keeps them.
  const journal = jsonJournal(cloud.clock, 'tapkeeper', () => undefined);
  const deps = compose(environment, { credentials, journal, clock: cloud.clock });
  return { change: onChange(() => deps), sweep: onSweep(() => deps) };
}
