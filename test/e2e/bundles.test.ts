import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloud } from '../../local/aws/aws-cloud.ts';
import { loadFunctionApp } from '../../local/azure/host/functions-core.ts';
import { BUNDLES } from '../../tools/bundle/bundles.ts';

const ROOT = join(import.meta.dirname, '../..');
const BALANCER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensor/50dc6c495c0c9188';
const MACHINE = { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 } as const;

let folder: string;
let cloud: AwsCloud;

/** Writes what is deployed below `prefix` into the folder. */
async function bundle(prefix: string): Promise<void> {
  for (const { entry, outfile, options } of BUNDLES.filter((one) => one.outfile.startsWith(prefix))) {
    const entryPoints = { [outfile.slice(prefix.length, -'.js'.length)]: entry };
    await build({ ...options, entryPoints, outdir: folder, absWorkingDir: ROOT });
  }
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
}

/** Invokes the handler in a process that has nothing but what is deployed, and the environment that Lambda gives. */
async function invoke(event: object): Promise<unknown> {
  const script = `
    const event = JSON.parse(process.argv[1]);
    require('./index.js').handler(event).then((answer) => process.stderr.write(JSON.stringify(answer)));`;
  const env = {
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: 'ASIALOCAL',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: cloud.endpoint,
    AWS_ENDPOINT_URL_SQS: cloud.sqsEndpoint,
    TAPKEEPER_MODE: 'enforce',
    TAPKEEPER_SCOPES: `${cloud.account}:${cloud.region}`,
    TAPKEEPER_EVENT_QUEUE_URL: cloud.queues.event.url,
    TAPKEEPER_BULK_QUEUE_URL: cloud.queues.bulk.url,
  };
  const { stderr } = await promisify(execFile)(process.execPath, ['-e', script, JSON.stringify(event)], {
    cwd: folder,
    env,
  });
  return JSON.parse(stderr);
}

async function writeRules(filter: string): Promise<void> {
  const rules = [
    'version: 1',
    'owner: soc',
    'destinations:',
    `  sensor: { cloud: aws, region: us-east-1, networkLoadBalancer: '${BALANCER}', filter: ${filter}, sessionNumber: 7 }`,
    'rules:',
    '  - { name: tagged, when: { tag: mirror }, mirror: [sensor] }',
  ];
  await writeFile(join(folder, 'tapkeeper.yaml'), rules.join('\n'));
}

const toMessage = (instance: string, state: string) => ({
  messageId: randomUUID(),
  eventSource: 'aws:sqs',
  awsRegion: cloud.region,
  body: JSON.stringify({
    id: randomUUID(),
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    account: cloud.account,
    region: cloud.region,
    time: new Date().toISOString(),
    detail: { 'instance-id': instance, state },
  }),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-bundles-'));
  cloud = await startAwsCloud({ port: 0, settleMs: 1, rules: {} });
});

afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

describe('the bundle of on-change', () => {
  it('attaches, in a process that has nothing but the bundle', async () => {
    await bundle('dist/lambdas/on-change/');
    const credentials = cloud.as({ kind: 'user', name: 'alice' });
    const client = new EC2Client({ endpoint: cloud.endpoint, region: cloud.region, credentials });
    cloud.addBalancer({ arn: BALANCER });
    await client.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: BALANCER }));
    const { TrafficMirrorFilter: filter } = await client.send(new CreateTrafficMirrorFilterCommand({}));
    const tags = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'mirror', Value: 'yes' }] }];
    const { Instances } = await client.send(new RunInstancesCommand({ ...MACHINE, TagSpecifications: tags }));
    await cloud.idle();
    await writeRules(filter?.TrafficMirrorFilterId ?? '');

    const answer = await invoke({ Records: [toMessage(Instances?.[0]?.InstanceId ?? '', 'running')] });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(cloud.state.in().sessions).toMatchObject([{ number: 7, tags: { 'tapkeeper:owner': 'soc' } }]);
    client.destroy();
  });

  it('fails its messages while the rules are no YAML', async () => {
    await writeFile(join(folder, 'tapkeeper.yaml'), 'rules: [');
    const message = toMessage('i-0123456789abcdef0', 'running');

    const answer = await invoke({ Records: [message] });

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: message.messageId }] });
  });
});

describe('the bundle of the function app', () => {
  it('registers every trigger with the host', async () => {
    await bundle('dist/functions/');
    const app = loadFunctionApp(() => void createRequire(import.meta.url)(join(folder, 'main.js')));

    expect([...app.functions.keys()].sort()).toEqual(['on-bulk', 'on-change', 'on-event', 'resync', 'sweep']);
  });
});
