import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startAwsCloud, type AwsCloud, type AwsCloudOptions } from '../../local/aws/aws-cloud.ts';
import type { AccessKey } from '../../local/aws/identity.ts';

/** One call of the AWS CLI takes most of a second, and several when the machine is busy; there are forty. */
const TIMEOUT_MS = 300_000;

const run = promisify(execFile);
const isInstalled = await run('aws', ['--version']).then(
  () => true,
  () => false,
);

const clouds: AwsCloud[] = [];
afterAll(async () => {
  for (const cloud of clouds) await cloud.stop();
});
beforeEach(({ skip }) => skip(!isInstalled, 'the AWS CLI is not installed'));

async function startCloud(options: Partial<AwsCloudOptions> = {}): Promise<AwsCloud> {
  const cloud = await startAwsCloud({ port: 0, settleMs: 1, rules: {}, ...options });
  clouds.push(cloud);
  return cloud;
}

/** Calls the CLI with words that have no space in them, and reads its answer. */
type Aws = <Answer = unknown>(line: string) => Promise<Answer>;

/** The CLI of somebody. Its endpoint is in its words: versions that know no setting for it would ask AWS itself. */
function cliOf(cloud: AwsCloud, key: AccessKey & { readonly token?: string }): Aws {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...inherited } = process.env;
  const env = {
    ...inherited,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    ...(key.token === undefined ? {} : { AWS_SESSION_TOKEN: key.token }),
    AWS_DEFAULT_REGION: cloud.region,
    AWS_REGION: cloud.region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  return async <Answer>(line: string) => {
    const words = ['--endpoint-url', cloud.endpoint, '--output', 'json', ...line.trim().split(/\s+/)];
    const { stdout } = await run('aws', words, { env });
    return (stdout.trim() === '' ? null : JSON.parse(stdout)) as Answer;
  };
}

const person = (cloud: AwsCloud): Aws => cliOf(cloud, cloud.as({ kind: 'user', name: 'alice' }));

/** The code under which the CLI says that a call was refused. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  const said = await call.then(
    () => 'the call succeeded',
    (thrown: unknown) => String((thrown as { stderr?: unknown }).stderr),
  );
  return /An error occurred \(([\w.]+)\)/.exec(said)?.[1] ?? said;
}

/** Launches with the SDK, which takes no time beside the CLI; returns the interfaces. */
async function launch(cloud: AwsCloud, count: number, name: string): Promise<readonly string[]> {
  const credentials = cloud.as({ kind: 'user', name: 'alice' });
  const client = new EC2Client({ endpoint: cloud.endpoint, region: cloud.region, credentials });
  const { Instances } = await client.send(
    new RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm5.large',
      MinCount: count,
      MaxCount: count,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
    }),
  );
  await cloud.idle();
  client.destroy();
  return (Instances ?? []).map(({ NetworkInterfaces }) => NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '');
}

const NLB = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensors/0123456789abcdef';

/** Creates what a session needs beside its source. */
async function createSensor(aws: Aws): Promise<{ readonly target: string; readonly filter: string }> {
  const target = await aws<string>(
    `ec2 create-traffic-mirror-target --network-load-balancer-arn ${NLB} --query TrafficMirrorTarget.TrafficMirrorTargetId`,
  );
  const filter = await aws<string>(
    'ec2 create-traffic-mirror-filter --description web --query TrafficMirrorFilter.TrafficMirrorFilterId',
  );
  return { target, filter };
}

describe.concurrent('with the AWS CLI', { timeout: TIMEOUT_MS }, () => {
  test('machines are run, found, tagged, stopped and terminated', async () => {
    const cloud = await startCloud();
    const aws = person(cloud);
    const id = await aws<string>(
      `ec2 run-instances --image-id ami-0123456789abcdef0 --instance-type m5.large
       --tag-specifications ResourceType=instance,Tags=[{Key=mirror,Value=soc}] --query Instances[0].InstanceId`,
    );
    await aws(`ec2 create-tags --resources ${id} --tags Key=team,Value=shop Key=data,Value=pci`);
    await aws(`ec2 delete-tags --resources ${id} --tags Key=data`);
    await cloud.idle();
    expect(cloud.state.in().instances).toMatchObject([{ id, state: 'running', tags: { mirror: 'soc', team: 'shop' } }]);
    const find = (filters: string) =>
      aws(`ec2 describe-instances --filters ${filters} --query Reservations[].Instances[].InstanceId`);
    expect(await find('Name=tag:mirror,Values=soc,ids Name=instance-state-name,Values=running')).toEqual([id]);
    expect(await find('Name=tag:mirror,Values=ids')).toEqual([]);
    const [card] = await aws<object[]>(
      `ec2 describe-network-interfaces --filters Name=attachment.instance-id,Values=${id} --query NetworkInterfaces`,
    );
    expect(card).toMatchObject({ Status: 'in-use', Attachment: { InstanceId: id, Status: 'attached' } });
    await aws(`ec2 stop-instances --instance-ids ${id}`);
    await cloud.idle();
    expect(cloud.state.in().instances).toMatchObject([{ id, state: 'stopped' }]);
    await aws(`ec2 terminate-instances --instance-ids ${id}`);
    await cloud.idle();
    expect(cloud.state.in().instances).toMatchObject([{ id, state: 'terminated' }]);
    const unknown = aws('ec2 terminate-instances --instance-ids i-00000000000000000');
    expect(await refusalOf(unknown)).toBe('InvalidInstanceID.NotFound');
  });

  test('a session is made, moved and taken away, with its target, filter and rule', async () => {
    const cloud = await startCloud();
    const aws = person(cloud);
    const [source = ''] = await launch(cloud, 1, 'web');
    const { target, filter } = await createSensor(aws);
    await aws(
      `ec2 create-traffic-mirror-filter-rule --traffic-mirror-filter-id ${filter} --rule-number 10
       --traffic-direction ingress --rule-action accept --protocol 6 --source-cidr-block 0.0.0.0/0
       --destination-cidr-block 10.0.0.0/8 --destination-port-range FromPort=443,ToPort=443`,
    );
    const create = `ec2 create-traffic-mirror-session --network-interface-id ${source} --session-number 7
       --traffic-mirror-target-id ${target} --traffic-mirror-filter-id ${filter}`;
    expect(await refusalOf(aws(`${create} --dry-run`))).toBe('DryRunOperation');
    expect(cloud.state.in().sessions).toEqual([]);
    const id = await aws<string>(
      `${create} --tag-specifications ResourceType=traffic-mirror-session,Tags=[{Key=by,Value=alice}]
       --query TrafficMirrorSession.TrafficMirrorSessionId`,
    );
    expect(await refusalOf(aws(create))).toBe('InvalidParameterValue');
    await aws(
      `ec2 modify-traffic-mirror-session --traffic-mirror-session-id ${id} --session-number 9 --packet-length 128
       --description moved`,
    );
    const [session] = await aws<object[]>(
      `ec2 describe-traffic-mirror-sessions --query TrafficMirrorSessions
       --filters Name=network-interface-id,Values=${source} Name=owner-id,Values=${cloud.account}`,
    );
    expect(session).toMatchObject({
      TrafficMirrorSessionId: id,
      TrafficMirrorTargetId: target,
      TrafficMirrorFilterId: filter,
      NetworkInterfaceId: source,
      OwnerId: cloud.account,
      SessionNumber: 9,
      PacketLength: 128,
      Description: 'moved',
      Tags: [{ Key: 'by', Value: 'alice' }],
    });
    const targets = aws(
      `ec2 describe-traffic-mirror-targets --filters Name=network-load-balancer-arn,Values=${NLB}
       --query TrafficMirrorTargets[].[TrafficMirrorTargetId,Type]`,
    );
    expect(await targets).toEqual([[target, 'network-load-balancer']]);
    const [described] = await aws<object[]>(
      `ec2 describe-traffic-mirror-filters --traffic-mirror-filter-ids ${filter} --query TrafficMirrorFilters`,
    );
    expect(described).toMatchObject({
      TrafficMirrorFilterId: filter,
      Description: 'web',
      EgressFilterRules: [],
      IngressFilterRules: [
        { RuleNumber: 10, RuleAction: 'accept', Protocol: 6, DestinationPortRange: { FromPort: 443, ToPort: 443 } },
      ],
    });
    const remove = `ec2 delete-traffic-mirror-session --traffic-mirror-session-id ${id}`;
    await aws(remove);
    expect(cloud.state.in().sessions).toEqual([]);
    expect(await refusalOf(aws(remove))).toBe('InvalidTrafficMirrorSessionId.NotFound');
  });

  test('pages are followed to the end, or as far as is asked for', async () => {
    const cloud = await startCloud();
    const aws = person(cloud);
    const sources = await launch(cloud, 12, 'web');
    const list = 'ec2 describe-network-interfaces --query NetworkInterfaces[].NetworkInterfaceId';
    cloud.resetCalls();
    expect(await aws(`${list} --page-size 5`)).toEqual(sources);
    expect(cloud.calls).toEqual({ DescribeNetworkInterfaces: 3 });
    const some = await aws<{ NetworkInterfaces: { NetworkInterfaceId: string }[]; NextToken: string }>(
      'ec2 describe-network-interfaces --max-items 7 --page-size 5',
    );
    expect(some.NetworkInterfaces.map(({ NetworkInterfaceId: id }) => id)).toEqual(sources.slice(0, 7));
    expect(await aws(`${list} --starting-token ${some.NextToken}`)).toEqual(sources.slice(7));
  });

  test('a role is assumed by who is trusted and knows the external id', async () => {
    const member = '210987654321';
    const cloud = await startCloud({ accounts: ['123456789012', member] });
    const arn = cloud.addRole({ account: member, name: 'member', externalId: 'soc-1', trusts: [cloud.account] });
    const assume = `sts assume-role --role-arn ${arn} --role-session-name alice --external-id`;
    const aws = person(cloud);
    expect(await refusalOf(aws(`${assume} soc-2`))).toBe('AccessDenied');
    const { Credentials: given } = await aws<{ Credentials: Record<string, string> }>(`${assume} soc-1`);
    const assumed = cliOf(cloud, {
      accessKeyId: given['AccessKeyId'] ?? '',
      secretAccessKey: given['SecretAccessKey'] ?? '',
      token: given['SessionToken'] ?? '',
    });
    expect(await assumed('sts get-caller-identity')).toMatchObject({
      Account: member,
      Arn: `arn:aws:sts::${member}:assumed-role/member/alice`,
    });
  });

  test('a load balancer is made, listens and is found', async () => {
    const cloud = await startCloud();
    const aws = person(cloud);
    const arn = await aws<string>(
      `elbv2 create-load-balancer --name sensors --type network --scheme internal
       --subnets ${cloud.state.in().subnets[0]?.id} --query LoadBalancers[0].LoadBalancerArn`,
    );
    await aws(
      `elbv2 create-listener --load-balancer-arn ${arn} --protocol UDP --port 4789
       --default-actions Type=forward,TargetGroupArn=${arn.replace('loadbalancer/net', 'targetgroup')}`,
    );
    await cloud.idle();
    const found = aws(
      `elbv2 describe-load-balancers --load-balancer-arns ${arn}
       --query LoadBalancers[].[LoadBalancerName,Type,State.Code]`,
    );
    expect(await found).toEqual([['sensors', 'network', 'active']]);
    const listeners = aws(`elbv2 describe-listeners --load-balancer-arn ${arn} --query Listeners[].[Protocol,Port]`);
    expect(await listeners).toEqual([['UDP', 4789]]);
    for (const at of [1, 2, 3]) cloud.addBalancer({ arn: `${NLB}${at}` });
    const page = (more: string) =>
      aws<{ LoadBalancers: { LoadBalancerArn: string }[]; NextMarker?: string }>(
        `elbv2 describe-load-balancers --page-size 3 ${more}`,
      );
    const first = await page('');
    const second = await page(`--marker ${first.NextMarker}`);
    expect([first, second].map(({ LoadBalancers }) => LoadBalancers.length)).toEqual([3, 1]);
    expect([...first.LoadBalancers, ...second.LoadBalancers].map(({ LoadBalancerArn }) => LoadBalancerArn)).toEqual([
      arn,
      ...[1, 2, 3].map((at) => `${NLB}${at}`),
    ]);
    expect(second.NextMarker).toBeUndefined();
    expect(await refusalOf(aws('elbv2 describe-load-balancers --names others'))).toBe('LoadBalancerNotFound');
  });

  test('a launch hook is completed', async () => {
    const cloud = await startCloud();
    const aws = person(cloud);
    const { group, hook, instanceId } = await cloud.launchInGroup();
    const complete = `autoscaling complete-lifecycle-action --auto-scaling-group-name ${group}
       --lifecycle-hook-name ${hook} --instance-id ${instanceId} --lifecycle-action-result CONTINUE`;
    await aws(complete);
    expect(cloud.groupLaunches()).toMatchObject([{ end: { how: 'completed', result: 'CONTINUE' } }]);
    expect(await refusalOf(aws(complete))).toBe('ValidationError');
  });
});
