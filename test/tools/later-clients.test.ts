import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloud } from '../../local/aws/aws-cloud.ts';
import { BUNDLES } from '../../tools/bundle/bundles.ts';

const ROOT = join(import.meta.dirname, '../..');
const PREFIX = 'dist/lambdas/on-change/';
const OURS = '123456789012';
const MEMBER = '210987654321';

let folder: string;
let cloud: AwsCloud;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-later-'));
  cloud = await startAwsCloud({ port: 0, settleMs: 1, rules: {}, accounts: [OURS, MEMBER] });
  for (const { entry, outfile, options } of BUNDLES.filter((one) => one.outfile.startsWith(PREFIX))) {
    const entryPoints = { [outfile.slice(PREFIX.length, -'.js'.length)]: entry };
    await build({ ...options, entryPoints, outdir: folder, absWorkingDir: ROOT });
  }
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
  await writeFile(join(folder, 'tapkeeper.yaml'), '{ version: 1, owner: soc }');
});

afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** Invokes the handler in a process that has nothing but what is deployed; gives its answer and the files that it loaded. */
async function invoke(
  event: object,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly answer: unknown; readonly loaded: readonly string[] }> {
  const script = `
    const event = JSON.parse(process.argv[1]);
    require('./index.js').handler(event, { getRemainingTimeInMillis: () => 60000 }).then((answer) => {
      const loaded = Object.keys(require.cache).map((path) => path.split(/[\\\\/]/).at(-1)).sort();
      process.stderr.write(JSON.stringify({ answer, loaded }));
    });`;
  const key = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: 'on-change' });
  const env = {
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_STS: cloud.endpoint,
    AWS_ENDPOINT_URL_AUTO_SCALING: cloud.endpoint,
    AWS_ENDPOINT_URL_S3: cloud.s3Endpoint,
    AWS_ENDPOINT_URL_SSM: cloud.endpoint,
    TAPKEEPER_MODE: 'enforce',
    TAPKEEPER_SCOPES: `${OURS}:${cloud.region},${MEMBER}:${cloud.region}`,
    TAPKEEPER_ACCOUNT: OURS,
    TAPKEEPER_MEMBER_ROLE: 'arn:aws:iam::{account}:role/member',
    ...more,
  };
  const { stderr } = await promisify(execFile)(process.execPath, ['-e', script, JSON.stringify(event)], {
    cwd: folder,
    env,
  });
  return JSON.parse(stderr) as { answer: unknown; loaded: string[] };
}

it('loads a client when it first needs it, in a process that has nothing but the bundle', async () => {
  cloud.addRole({ account: MEMBER, name: 'member', trusts: [OURS] });
  const launch = await cloud.launchInGroup({ account: MEMBER });
  await cloud.idle();
  const hook = {
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    LifecycleActionToken: launch.token,
    LifecycleHookName: launch.hook,
    AutoScalingGroupName: launch.group,
    EC2InstanceId: launch.instanceId,
  };
  const ofSource = { source: 'aws.autoscaling', 'detail-type': 'EC2 Instance-launch Lifecycle Action', detail: hook };
  const body = JSON.stringify({ id: 'e', account: MEMBER, region: launch.region, ...ofSource });

  const { answer, loaded } = await invoke({ Records: [{ messageId: 'm', eventSource: 'aws:sqs', body }] });

  expect(answer).toEqual({ batchItemFailures: [] });
  expect(cloud.groupLaunches()[0]?.end).toMatchObject({ how: 'completed', result: 'CONTINUE' });
  expect(loaded).toEqual(['auto-scaling-client.js', 'index.js', 'parse.js', 'sts-client.js']);
  expect((await readdir(join(folder, 'later'))).sort()).toContain('balancer-client.js');
});

/** A state change of a machine of our own account. */
const toStateChange = (): object => ({
  id: 'e',
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  account: OURS,
  region: cloud.region,
  time: '2026-01-01T00:00:00Z',
  detail: { 'instance-id': 'i-0123456789abcdef0', state: 'running' },
});

it('loads none of them for an event of our own account', async () => {
  const { loaded } = await invoke(toStateChange());

  expect(loaded).toEqual(['index.js', 'parse.js']);
});

it('loads the client of the place that the rules are in, and no other', async () => {
  const credentials = cloud.as({ kind: 'user', name: 'alice' });
  const s3 = new S3Client({ endpoint: cloud.s3Endpoint, region: cloud.region, credentials, forcePathStyle: true });
  const Body = '{ version: 1, owner: soc }';
  await s3.send(new CreateBucketCommand({ Bucket: 'rules' }));
  await s3.send(new PutObjectCommand({ Bucket: 'rules', Key: 'soc/tapkeeper.yaml', Body }));
  s3.destroy();
  cloud.putParameter({ name: '/tapkeeper/rules', value: Body, type: 'SecureString' });

  const fromObject = await invoke(toStateChange(), { TAPKEEPER_RULES: 's3://rules/soc/tapkeeper.yaml' });
  const fromParameter = await invoke(toStateChange(), { TAPKEEPER_RULES: 'ssm:/tapkeeper/rules' });

  expect(fromObject.loaded).toEqual(['index.js', 'object-client.js', 'parse.js']);
  expect(fromParameter.loaded).toEqual(['index.js', 'parameter-client.js', 'parse.js']);
});
