import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AwsCloud, startAwsCloud } from '../../../local/aws/aws-cloud.ts';
import { type AccessKey, toArn } from '../../../local/aws/identity.ts';
import { startPoller } from '../../../local/aws/poller.ts';
import { localSqsClient, type Queue } from '../../../local/aws/queues.ts';
import type { Sources } from '../../../tools/package/zips.ts';
import { build, findMissing, install, unpack } from './built.ts';
import { type DeployedStack, type DescribedFunction, describeStack } from './deployed-stack.ts';
import { type LambdaProcess, startLambda } from './lambda-process.ts';

const NAMES = ['on-change', 'sweep', 'resync'] as const;
type Name = (typeof NAMES)[number];

const BALANCER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensor/50dc6c495c0c9188';
const MACHINE = { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 } as const;
const NAMESPACE = 'tapkeeper/soc';

let folder: string;
let sources: Sources;
let cloud: AwsCloud;
let stack: DeployedStack;
let person: EC2Client;

/** What a test has started, which ends in the reverse order. */
const running: { stop(): unknown }[] = [];

/** An access key of a function's role, which may do what the template lets it do and nothing else. */
function keyOf({ name, roleName, policy }: DescribedFunction): AccessKey {
  cloud.holdTo(roleName, policy);
  return cloud.as({ kind: 'role', roleName, sessionName: name });
}

/** Starts a function out of its zip, with the rules file beside it, and everything else as the template describes it. */
async function start(name: Name): Promise<LambdaProcess> {
  const described = stack.functionOf(name, cloud);
  const lambda = await startLambda(
    { ...described, folder: join(folder, name) },
    {
      region: cloud.region,
      account: cloud.account,
      ...keyOf(described),
      endpoints: {
        AWS_ENDPOINT_URL_EC2: cloud.endpoint,
        AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: cloud.endpoint,
        AWS_ENDPOINT_URL_SQS: cloud.sqsEndpoint,
      },
    },
  );
  running.push(lambda);
  return lambda;
}

/** Has on-change handle what comes to a queue, as its event source mapping does: in the function's role. */
function consume(queue: Queue, lambda: LambdaProcess): void {
  const sqs = localSqsClient(cloud.sqsEndpoint, cloud.region, keyOf(stack.functionOf('on-change', cloud)));
  const stopPolling = startPoller({
    client: sqs,
    queue,
    region: cloud.region,
    batchSize: 10,
    batchWindowMs: 5,
    concurrency: 1,
    activity: cloud.activity,
    failed: () => undefined,
    async handler(event) {
      const outcome = await lambda.invoke(event);
      if (outcome.kind === 'failed') throw new Error(outcome.message);
      return outcome.answer;
    },
  });
  const stopConsuming = cloud.consume();
  running.push({
    async stop() {
      stopConsuming();
      await stopPolling();
      sqs.destroy();
    },
  });
}

const toRules = (filter: string): string => `
version: 1
owner: soc
interruption: { windows: [{ cron: '0 2 * * SAT', duration: 4h }] }
destinations:
  sensor: { cloud: aws, region: us-east-1, networkLoadBalancer: '${BALANCER}', filter: ${filter}, sessionNumber: 7 }
rules:
  - { name: tagged, when: { tag: mirror }, mirror: [sensor] }
`;

const writeRules = async (text: string): Promise<void> => {
  await Promise.all(NAMES.map((name) => writeFile(join(folder, name, 'tapkeeper.yaml'), text)));
};

/** A cloud with a sensor behind a load balancer, and the rules that send tagged machines' traffic there. */
async function startCloud(events: 'events arrive' | 'no event arrives'): Promise<void> {
  cloud = await startAwsCloud({ port: 0, settleMs: 1, ...(events === 'events arrive' ? {} : { rules: {} }) });
  const credentials = cloud.as({ kind: 'user', name: 'alice' });
  person = new EC2Client({ endpoint: cloud.endpoint, region: cloud.region, credentials });
  running.push(cloud, { stop: () => person.destroy() });
  cloud.addBalancer({ arn: BALANCER });
  await person.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: BALANCER }));
  const { TrafficMirrorFilter: made } = await person.send(new CreateTrafficMirrorFilterCommand({}));
  await writeRules(toRules(made?.TrafficMirrorFilterId ?? ''));
}

/** Runs a machine that the rules wish mirrored, and returns its id. */
async function runTagged(): Promise<string> {
  const tags = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'mirror', Value: 'yes' }] }];
  const { Instances } = await person.send(new RunInstancesCommand({ ...MACHINE, TagSpecifications: tags }));
  return Instances?.[0]?.InstanceId ?? '';
}

/** The machines that are mirrored, each with the number of its session and whose it is. */
const mirrored = () => {
  const { sessions, interfaces } = cloud.state.in();
  return sessions.map(({ interfaceId, number, tags }) => ({
    machine: interfaces.find(({ id }) => id === interfaceId)?.attachment?.instanceId,
    number,
    owner: tags['tapkeeper:owner'],
  }));
};

/** A function URL's request that IAM has let through: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html. */
const toRequest = (body: object): object => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/',
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: {
    accountId: cloud.account,
    requestId: 'e1506fd5-9e7b-434f-bd42-4f8fa224b599',
    authorizer: { iam: { userArn: toArn({ kind: 'user', name: 'alice' }, cloud.account) } },
    http: { method: 'POST', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
  },
  body: JSON.stringify(body),
  isBase64Encoded: false,
});

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
const toScheduled = (): object => ({
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: cloud.account,
  time: '2026-01-01T00:00:00Z',
  region: cloud.region,
  resources: [`arn:aws:events:${cloud.region}:${cloud.account}:rule/tapkeeper-soc-sweep`],
  detail: {},
});

interface Embedded {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly { Namespace: string; Metrics: readonly { Name: string }[] }[];
  };
}

/** What CloudWatch counts of a function's lines; each of them must be JSON, or it counts nothing. */
function countedIn({ lines }: LambdaProcess): readonly string[] {
  const [, ...own] = lines;
  const metrics = own.flatMap((line) => (JSON.parse(line) as Embedded)._aws?.CloudWatchMetrics ?? []);
  expect(new Set(metrics.map(({ Namespace }) => Namespace))).toEqual(new Set([NAMESPACE]));
  return metrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-lambdas-'));
  sources = await build('lambdas', folder);
  stack = await describeStack(folder, join(folder, 'dist/lambdas'), toRules('tmf-0a'));
  for (const name of NAMES) await install(`tapkeeper-${name}.zip`, sources, join(folder, name));
  // Two dozen bundles and a synthesis: seconds, and several times that with both cores busy.
}, 180_000);

afterEach(async () => {
  for (const started of running.splice(0).reverse()) await started.stop();
});

afterAll(async () => rm(folder, { recursive: true }));

describe.each(NAMES)('the package of %s', (name) => {
  it('has the bundle, what it loads later, and nothing else', async () => {
    const files = await unpack(`tapkeeper-${name}.zip`, sources);

    expect([...files.keys()].filter((file) => !/^later\/[a-z0-9-]+\.js$/.test(file))).toEqual([
      'index.js',
      'later/package.json',
      'package.json',
    ]);
    // When a window is open is asked only where changes interrupt, which they do on Azure.
    expect(findMissing(files)).toEqual(['later/windows.js']);
  });

  it('is what the stack deploys, with the rules beside it', async () => {
    const deployed = new Map(await stack.codeOf(name));

    expect(deployed.get('tapkeeper.yaml')?.toString()).toBe(toRules('tmf-0a'));
    deployed.delete('tapkeeper.yaml');
    const files = await unpack(`tapkeeper-${name}.zip`, sources);
    expect([...deployed.keys()].sort()).toEqual([...files.keys()].sort());
    for (const [file, contents] of files)
      expect(Buffer.from(contents).equals(deployed.get(file) ?? Buffer.of())).toBe(true);
  });
});

describe('under the runtime client of Lambda, in the roles of the template', () => {
  it('on-change attaches for an event, and counts it', async () => {
    await startCloud('events arrive');
    const onChange = await start('on-change');
    consume(cloud.queues.event, onChange);

    const machine = await runTagged();
    await cloud.idle();

    expect(mirrored()).toEqual([{ machine, number: 7, owner: 'soc' }]);
    expect(countedIn(onChange)).toEqual(expect.arrayContaining(['applied', 'eventToAttachment']));
  });

  it('the sweep finds what no event told, and has on-change attach it', async () => {
    await startCloud('no event arrives');
    const machine = await runTagged();
    const [sweep, onChange] = [await start('sweep'), await start('on-change')];

    expect(await sweep.invoke(toScheduled())).toEqual({ kind: 'answered', answer: null });
    expect(mirrored()).toEqual([]);
    consume(cloud.queues.bulk, onChange);
    await cloud.idle();

    expect(mirrored()).toEqual([{ machine, number: 7, owner: 'soc' }]);
    expect(countedIn(sweep)).toEqual(expect.arrayContaining(['planned', 'sweep.attach']));
  });

  it('resync applies what it is asked for', async () => {
    await startCloud('no event arrives');
    const machine = await runTagged();
    const resync = await start('resync');

    const outcome = await resync.invoke(toRequest({ scope: 'everything', mode: 'apply' }));

    expect(outcome).toMatchObject({ kind: 'answered', answer: { statusCode: 200 } });
    expect(mirrored()).toEqual([{ machine, number: 7, owner: 'soc' }]);
  });

  it('what throws has failed, and the next invocation is served', async () => {
    await startCloud('no event arrives');
    const sweep = await start('sweep');
    const rules = await readFile(join(folder, 'sweep/tapkeeper.yaml'), 'utf8');

    await writeRules('rules: [');
    const failed = await sweep.invoke(toScheduled());
    await writeRules(rules);

    expect(failed).toMatchObject({ kind: 'failed', type: 'Fault' });
    expect(failed.kind === 'failed' ? failed.message : '').toContain('tapkeeper.yaml:1:');
    expect(await sweep.invoke(toScheduled())).toEqual({ kind: 'answered', answer: null });
  });

  it('on-change fails its messages while the rules are no YAML', async () => {
    await startCloud('no event arrives');
    const onChange = await start('on-change');
    await writeRules('rules: [');
    const message = {
      messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
      eventSource: 'aws:sqs',
      awsRegion: cloud.region,
      body: JSON.stringify({
        id: '7bf73129-1428-4cd3-a780-95db273d1602',
        source: 'aws.ec2',
        'detail-type': 'EC2 Instance State-change Notification',
        account: cloud.account,
        region: cloud.region,
        time: '2026-01-01T00:00:00Z',
        detail: { 'instance-id': 'i-0123456789abcdef0', state: 'running' },
      }),
    };

    expect(await onChange.invoke({ Records: [message] })).toEqual({
      kind: 'answered',
      answer: { batchItemFailures: [{ itemIdentifier: message.messageId }] },
    });
  });
});
