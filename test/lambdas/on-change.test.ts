import { CreateTrafficMirrorFilterCommand, CreateTrafficMirrorTargetCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose, type AwsDeps } from '../../lambdas/compose.ts';
import { onChange } from '../../lambdas/on-change.ts';
import { startAwsCloud, type AwsCloud } from '../../local/aws/aws-cloud.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { JournalEntry } from '../../shared/journal.ts';
import type { Mode } from '../../shared/ports.ts';
import type { RulesVersion } from '../../shared/words.ts';

let cloud: AwsCloud;
let person: EC2Client;
let deps: AwsDeps;
let entries: JournalEntry[];
let mode: Mode;

const kindsOf = (): readonly string[] => entries.map(({ kind }) => kind);

/** A load balancer as sensor, and the rules that mirror to it what is tagged. */
async function createSensor(): Promise<string> {
  const balancer = `arn:aws:elasticloadbalancing:${cloud.region}:${cloud.account}:loadbalancer/net/sensor/50dc6c495c0c9188`;
  cloud.addBalancer({ arn: balancer });
  const { TrafficMirrorTarget: target } = await person.send(
    new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: balancer }),
  );
  const { TrafficMirrorFilter: filter } = await person.send(new CreateTrafficMirrorFilterCommand({}));
  const to = { target: target?.TrafficMirrorTargetId, filter: filter?.TrafficMirrorFilterId };
  return JSON.stringify({
    version: 1,
    owner: 'soc',
    destinations: { sensor: { cloud: 'aws', region: cloud.region, ...to, sessionNumber: 100 } },
    rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensor'] }],
  });
}

beforeEach(async () => {
  cloud = await startAwsCloud({ port: 0, settleMs: 0, rules: {} });
  const credentials = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: 'on-change' });
  person = new EC2Client({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.as({ kind: 'user', name: 'alice' }),
  });
  const parsed = parseConfig(await createSensor());
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  entries = [];
  mode = 'enforce';
  const env = {
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_SQS: cloud.sqsEndpoint,
    AWS_ENDPOINT_URL_AUTO_SCALING: cloud.endpoint,
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: cloud.endpoint,
    TAPKEEPER_SCOPES: `${cloud.account}:${cloud.region}`,
    TAPKEEPER_EVENT_QUEUE_URL: cloud.queues.event.url,
    TAPKEEPER_BULK_QUEUE_URL: cloud.queues.bulk.url,
    get TAPKEEPER_MODE() {
      return mode;
    },
  };
  deps = compose(env, {
    credentials,
    journal: { write: (entry) => void entries.push(entry) },
    rules: { followedBy: 'reader', load: async () => ({ config: parsed.config, version: 'v' as RulesVersion }) },
  });
});
afterEach(async () => {
  person.destroy();
  await cloud.stop();
});

/** The message that the group's hook puts straight on the queue. */
function hookMessage({
  account,
  region,
  group,
  hook,
  token,
  instanceId,
}: Awaited<ReturnType<AwsCloud['launchInGroup']>>) {
  const body = {
    LifecycleHookName: hook,
    AccountId: account,
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    AutoScalingGroupName: group,
    EC2InstanceId: instanceId,
    LifecycleActionToken: token,
    Time: new Date().toISOString(),
  };
  const record = { messageId: 'm0', eventSource: 'aws:sqs', awsRegion: region, body: JSON.stringify(body) };
  return { Records: [record] };
}

const launchTagged = async () => {
  const launch = await cloud.launchInGroup({ group: 'web', tags: { mirror: 'yes' } });
  await cloud.idle();
  return launch;
};

const endOf = (token: string) => cloud.groupLaunches().find((launch) => launch.token === token)?.end;
const withTimeLeft = (ms: number) => ({ getRemainingTimeInMillis: () => ms });

describe('a launch that waits for its hook', () => {
  test('is mirrored and then goes into service', async () => {
    const launch = await launchTagged();
    expect(await onChange(() => deps)(hookMessage(launch), withTimeLeft(60_000))).toEqual({ batchItemFailures: [] });
    expect(cloud.state.in().sessions).toHaveLength(1);
    expect(endOf(launch.token)).toMatchObject({ how: 'completed', result: 'CONTINUE' });
    expect(kindsOf().indexOf('released')).toBeGreaterThan(kindsOf().indexOf('applied'));
  });

  test.each<Mode>(['observe', 'paused'])('goes into service also in the mode %s', async (other) => {
    mode = other;
    const launch = await launchTagged();
    await onChange(() => deps)(hookMessage(launch), withTimeLeft(60_000));
    expect(cloud.state.in().sessions).toEqual([]);
    expect(endOf(launch.token)).toMatchObject({ result: 'CONTINUE' });
  });

  test('goes into service also when EC2 refuses the session, and a message that comes twice is no fault', async () => {
    cloud.deny('CreateTrafficMirrorSession');
    const launch = await launchTagged();
    await onChange(() => deps)(hookMessage(launch), withTimeLeft(60_000));
    expect(endOf(launch.token)).toMatchObject({ result: 'CONTINUE' });
    cloud.allow('CreateTrafficMirrorSession');
    entries = [];
    expect(await onChange(() => deps)(hookMessage(launch), withTimeLeft(60_000))).toEqual({ batchItemFailures: [] });
    expect(kindsOf()).not.toContain('fault');
    expect(cloud.state.in().sessions).toHaveLength(1);
  });
});

describe('an invocation that has too little time from the start', () => {
  test('begins nothing, lets the launch go, and has its message delivered again until somebody sees it', async () => {
    const launch = await launchTagged();
    const answer = await onChange(() => deps)(hookMessage(launch), withTimeLeft(15_000));
    expect(answer?.batchItemFailures).toHaveLength(1);
    expect(cloud.state.in().sessions).toEqual([]);
    expect(endOf(launch.token)).toMatchObject({ result: 'CONTINUE' });
    expect(await cloud.depthOf(cloud.queues.event)).toMatchObject({ waiting: 0 });
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'fault', code: 'config-invalid' }));
  });

  test('without a context has all the time that it needs', async () => {
    await onChange(() => deps)(hookMessage(await launchTagged()));
    expect(cloud.state.in().sessions).toHaveLength(1);
  });
});
