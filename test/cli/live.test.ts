import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { type CleanUp, createCleanUp } from '../../local/clean-up.ts';
import { createAwsSensors, launchAwsFleet } from '../../local/demo/aws-fleet.ts';
import { createAzureSensors, launchAzureFleet } from '../../local/demo/azure-fleet.ts';
import { demoRules } from '../../local/demo/demo-rules.ts';
import { ec2Caller } from '../../local/demo/ec2-caller.ts';
import { type Clouds, startClouds } from '../../local/deployment.ts';
import { fileOf, type Ran, run } from './run.ts';

let cleanUp: CleanUp;
let clouds: Clouds;
let rules: string;
let env: Io['env'];

beforeEach(async () => {
  cleanUp = createCleanUp();
  clouds = await startClouds({ ec2: 0, arm: 0 }, cleanUp);
  const sensors = { aws: await createAwsSensors(clouds.aws), azure: await createAzureSensors(clouds.azure) };
  await launchAwsFleet(clouds.aws, sensors.aws);
  await launchAzureFleet(clouds.azure);
  await Promise.all([clouds.aws.activity.settled(), clouds.azure.idle()]);
  rules = fileOf(demoRules(sensors));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-checked');
  env = {
    AWS_ENDPOINT_URL_EC2: clouds.aws.endpoint,
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: clouds.aws.endpoint,
    TAPKEEPER_ARM_ENDPOINT: clouds.azure.endpoint,
    TAPKEEPER_SCOPES: `${clouds.aws.account}:${clouds.aws.region}`,
    TAPKEEPER_SUBSCRIPTIONS: clouds.azure.subscription,
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cleanUp.run();
});

const tapkeeper = (typed: readonly string[], io: Partial<Io> = {}): Promise<Ran> =>
  run([...typed, '--rules', rules], { env, ...io });

interface PlanJson {
  readonly plans: readonly {
    readonly changes: readonly { kind: string }[];
    readonly incomplete: readonly string[];
    readonly guard: { digest: string };
  }[];
}

async function planJson(...typed: readonly string[]): Promise<PlanJson> {
  return JSON.parse((await tapkeeper(['plan', '--json', ...typed])).out) as PlanJson;
}

const expectsOf = ({ plans }: PlanJson): readonly string[] => plans.flatMap(({ guard }) => ['--expects', guard.digest]);

const oursOnAws = (): number => clouds.aws.state.in().sessions.filter(({ tags }) => 'tapkeeper:owner' in tags).length;
const onAzure = (): number => clouds.azure.state.tapConfigurations.length;

describe('plan, on clouds that answer over HTTP', () => {
  test('plans both, and changes nothing', async () => {
    const { code, out, err } = await tapkeeper(['plan']);
    expect([code, err]).toEqual([2, '']);
    expect(out).toMatch(/2 plans: 4 to attach; 1 held \(1 unknown-destination\)/);
    expect([oursOnAws(), onAzure()]).toEqual([0, 0]);
  });

  test('plans one of them by scope', async () => {
    expect((await planJson('--scope', clouds.azure.subscription)).plans).toHaveLength(1);
    expect((await planJson('--cloud', 'aws')).plans).toHaveLength(1);
  });

  test('says which permission is missing where', async () => {
    clouds.aws.deny('DescribeTrafficMirrorSessions');
    const { code, out, err } = await tapkeeper(['plan', '--cloud', 'aws']);
    expect(code).toBe(4);
    expect(out + err).toContain('ec2:DescribeTrafficMirrorSessions');
  });

  test('shows progress on a terminal only, and takes it away again', async () => {
    const { err } = await tapkeeper(['plan'], { isErrTerminal: true });
    const erased = '\r\u001b[K';
    expect(err.startsWith(`${erased}reading AWS 123456789012 us-east-1, Azure `)).toBe(true);
    expect(err.endsWith(erased)).toBe(true);
  });
});

/** Everything of AWS is refused; Azure answers. */
function denyAws(): void {
  for (const kind of ['Instances', 'NetworkInterfaces', 'TrafficMirrorSessions']) clouds.aws.deny(`Describe${kind}`);
}

describe('where one account cannot be read', () => {
  beforeEach(denyAws);

  test('plan has the plans of the others, says why, and exits with 4', async () => {
    const { code, out, err } = await tapkeeper(['plan']);
    expect([code, err]).toEqual([4, '']);
    expect(out).toMatch(
      /^AWS 123456789012 us-east-1 .*\n {2}! incomplete: machines, sources, attachments, targets, filters: denied: .*ec2:Describe/,
    );
    expect(out).toMatch(/2 plans: 2 to attach; /);
    expect((await planJson()).plans).toMatchObject([{ changes: [], incomplete: { length: 5 } }, { incomplete: [] }]);
  });

  test('snapshot has the others, and a plan of it says what is missing', async () => {
    const file = fileOf('', 'fleet.json');
    expect((await tapkeeper(['snapshot', '--out', file])).code).toBe(4);
    const { code, out } = await run(['plan', '--rules', rules, '--from', file]);
    expect([code, out]).toEqual([4, (await tapkeeper(['plan'])).out]);
  });

  test.each([
    ['after a yes', () => [], { ask: () => Promise.resolve('yes') }],
    ['as expected', expectsOf, {}],
  ])('apply goes on with the others %s, and exits with 1', async (_how, expects, io) => {
    const { code, out } = await tapkeeper(['apply', ...expects(await planJson())], io);
    expect([code, oursOnAws(), onAzure()]).toEqual([1, 0, 2]);
    expect(out).toMatch(/^AWS 123456789012 us-east-1\n {2}! incomplete: machines, .*\n\nAzure /);
  });

  test('apply leaves out what was not read when the plan was shown, though it answers by now', async () => {
    const ask = (): Promise<string> => {
      for (const kind of ['Instances', 'NetworkInterfaces', 'TrafficMirrorSessions'])
        clouds.aws.allow(`Describe${kind}`);
      return Promise.resolve('yes');
    };
    const { code } = await tapkeeper(['apply'], { ask });
    expect([code, oursOnAws(), onAzure()]).toEqual([1, 0, 2]);
  });

  test('apply is an error too when there is nothing to do in the others', async () => {
    await tapkeeper(['apply', ...expectsOf(await planJson())]);
    expect((await tapkeeper(['apply'])).code).toBe(1);
  });
});

test('apply leaves out what can no longer be read once it is agreed to', async () => {
  await tapkeeper(['apply', ...expectsOf(await planJson())]);
  await writeFile(rules, (await readFile(rules, 'utf8')).replace(/rules:[^]*/, 'rules: []\n'));
  const ask = (): Promise<string> => {
    denyAws();
    return Promise.resolve('yes');
  };
  const { code, out } = await tapkeeper(['apply'], { ask });
  expect([code, oursOnAws(), onAzure()]).toEqual([1, 2, 0]);
  expect(out).toContain('! incomplete: machines, ');
});

test('adopt has what the commands hand over be ours, and the next plan is what it said', async () => {
  await tapkeeper(['apply', ...expectsOf(await planJson())]);
  const ours = clouds.aws.state.in().sessions.filter(({ tags }) => 'tapkeeper:owner' in tags);
  const call = ec2Caller(clouds.aws.endpoint, clouds.aws.region, 'netops');
  for (const [index, { id }] of ours.entries()) {
    await call('DeleteTags', { 'ResourceId.1': id });
    await call('ModifyTrafficMirrorSession', { TrafficMirrorSessionId: id, SessionNumber: String(800 + index) });
  }
  const adopted = await tapkeeper(['adopt', '--cloud', 'aws']);
  const command = /^aws ec2 create-tags --region (\S+) --resources (.*) --tags (.*)$/m.exec(adopted.out);
  const ids = command?.[2]?.split(' ') ?? [];
  expect([adopted.code, command?.[1], ids.length, oursOnAws()]).toEqual([0, 'us-east-1', 2, 0]);
  const numberOf = (id: string) => clouds.aws.state.in().sessions.find((one) => one.id === id)?.number;
  const told = new Map(
    [...adopted.out.matchAll(/then: modify (\S+) .* number \d+ -> (\d+)/g)].map(([, id = '', to]) => [id, Number(to)]),
  );
  // The other one shares its interface with a session at the wished number, and may stay where it is.
  expect([told.size, adopted.out.match(/then: stays as it is/g)?.length]).toEqual([1, 1]);
  const expected = ids.map((id) => [id, told.get(id) ?? numberOf(id)]);
  const tags = command?.[3]?.split(' ').flatMap((tag, at) => {
    const [, key = '', value = ''] = /^Key=(.*),Value=(.*)$/.exec(tag) ?? [];
    return [[`Tag.${at + 1}.Key`, key] as const, [`Tag.${at + 1}.Value`, value] as const];
  });
  const resources = ids.map((id, at) => [`ResourceId.${at + 1}`, id] as const);
  await call('CreateTags', Object.fromEntries([...resources, ...(tags ?? [])]));
  expect(oursOnAws()).toBe(2);
  await tapkeeper(['apply', '--cloud', 'aws', ...expectsOf(await planJson('--cloud', 'aws'))]);
  expect(ids.map((id) => [id, numberOf(id)])).toEqual(expected);
  expect((await tapkeeper(['adopt', '--cloud', 'aws'])).out).toContain('no session of others does what a rule wishes');
});

test('snapshot writes what plan --from plans alike, offline', async () => {
  const file = fileOf('', 'fleet.json');
  expect(await tapkeeper(['snapshot', '--out', file])).toMatchObject({ code: 0, out: '' });
  const live = await planJson();
  const offline = JSON.parse((await run(['plan', '--json', '--rules', rules, '--from', file])).out) as PlanJson;
  expect(offline).toEqual(live);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    ...(JSON.parse((await tapkeeper(['snapshot'])).out) as object),
    takenAt: expect.any(String) as string,
  });
});

test('plan says of a load balancer without a listener that it is unhealthy, live and from a snapshot alike', async () => {
  const balancer = `arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/deaf/50dc6c495c0c9188`;
  clouds.aws.addBalancer({ arn: balancer, listeners: [{ protocol: 'TCP', port: 443 }] });
  const call = ec2Caller(clouds.aws.endpoint, clouds.aws.region, 'netops');
  await call('CreateTrafficMirrorTarget', { NetworkLoadBalancerArn: balancer });
  const text = await readFile(rules, 'utf8');
  await writeFile(rules, text.replace(/networkInterface: \S+/, `networkLoadBalancer: ${balancer}`));
  const live = await tapkeeper(['plan', '--cloud', 'aws']);
  expect(live.out).toMatch(
    /! held +eni-\w+ of i-\w+ +destination-unhealthy soc-aws +# .*4789.*\n +to do: bring the sensor/,
  );
  const file = fileOf('', 'fleet.json');
  await tapkeeper(['snapshot', '--cloud', 'aws', '--out', file]);
  expect(await run(['plan', '--rules', rules, '--from', file])).toEqual(live);
});

describe('apply', () => {
  test('carries out what it was told to expect, and then there is nothing to do', async () => {
    const { code, out } = await tapkeeper(['apply', ...expectsOf(await planJson())]);
    expect([code, oursOnAws(), onAzure()]).toEqual([0, 2, 2]);
    expect(out).toMatch(/4 done, 0 gone, 0 refused, 1 held\.\n$/);
    expect((await tapkeeper(['plan'])).code).toBe(0);
    expect((await tapkeeper(['apply', '--json'])).code).toBe(0);
  });

  test('does nothing when something else was expected', async () => {
    const { code, err } = await tapkeeper(['apply', '--expects', 'another-digest']);
    expect([code, oursOnAws(), onAzure()]).toEqual([1, 0, 0]);
    expect(err).toMatch(/^tapkeeper: plan-stale: AWS 123456789012 us-east-1 is no longer as it was planned/);
  });

  test('does nothing when nobody is there to confirm', async () => {
    const { code, err } = await tapkeeper(['apply']);
    expect([code, oursOnAws(), onAzure()]).toEqual([1, 0, 0]);
    expect(err).toContain('give --expects DIGEST');
  });

  test.each([
    ['no', 2, 0],
    ['', 2, 0],
    ['y', 0, 2],
    ['Yes', 0, 2],
  ])('after the answer %j exits with %d', async (answer, expected, ours) => {
    const { code, err } = await tapkeeper(['apply', '--cloud', 'aws'], { ask: () => Promise.resolve(answer) });
    expect([code, oursOnAws()]).toEqual([expected, ours]);
    expect(err).toContain('+ attach');
  });

  test('does nothing when the world has moved while the plan was read', async () => {
    await tapkeeper(['apply', ...expectsOf(await planJson())]);
    const text = await readFile(rules, 'utf8');
    await writeFile(rules, text.replace('data, equals: pci', 'data, equals: none'));
    const ask = async (): Promise<string> => {
      await writeFile(rules, text.replace('tag: mirror }', 'tag: none }'));
      return 'yes';
    };
    const { code, err } = await tapkeeper(['apply', '--cloud', 'aws'], { ask });
    expect([code, oursOnAws()]).toEqual([1, 2]);
    expect(err).toContain('changed while the plan was read');
  });

  test('withholds what the guard withholds until it is lifted by name', async () => {
    await tapkeeper(['apply', ...expectsOf(await planJson())]);
    const text = await readFile(rules, 'utf8');
    await writeFile(
      rules,
      text.replace('count: 5, percent: 20', 'count: 0, percent: 0').replace(/rules:[^]*/, 'rules: []\n'),
    );
    const tripped = await tapkeeper(['apply', '--cloud', 'aws', ...expectsOf(await planJson())]);
    expect([tripped.code, oursOnAws()]).toEqual([3, 2]);
    const lifted = await planJson('--cloud', 'aws');
    const { code } = await tapkeeper(['apply', '--cloud', 'aws', '--lift', 'limit', ...expectsOf(lifted)]);
    expect([code, oursOnAws()]).toEqual([0, 0]);
  });

  test('keeps to the off switch', async () => {
    const { code, err } = await tapkeeper(['apply'], { env: { ...env, TAPKEEPER_MODE: 'paused' } });
    expect([code, oursOnAws()]).toEqual([1, 0]);
    expect(err).toContain('TAPKEEPER_MODE is paused');
  });

  test('says what the cloud refuses, and exits with 1', async () => {
    const expects = expectsOf(await planJson());
    clouds.aws.deny('CreateTrafficMirrorSession');
    const { code, out } = await tapkeeper(['apply', ...expects]);
    expect([code, oursOnAws(), onAzure()]).toEqual([1, 0, 2]);
    expect(out).toMatch(/failed +attach .*denied: .*ec2:CreateTrafficMirrorSession/);
  });
});
