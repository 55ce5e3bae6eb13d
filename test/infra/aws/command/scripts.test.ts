import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AwsCloud, startAwsCloud } from '../../../../local/aws/aws-cloud.ts';
import { sessionParameters, tagParameters } from '../../../../local/demo/aws-person.ts';
import { ec2Caller, getElement } from '../../../../local/demo/ec2-caller.ts';
import { findOwner } from '../../../../shared/ids.ts';
import { toMarkTags } from '../../../../shared/mark.ts';
import type { Owner } from '../../../../shared/words.ts';
import { fixturesOf, runScript } from '../../command/stand-ins.ts';
import { READY, settingsFile } from './commands.ts';

const COMMANDS = ['aws', 'cdk', 'npm'];

describe('the scripts, as processes', () => {
  test('check:aws asks AWS and nobody else, and ends with 0', async () => {
    const settings = settingsFile();
    const { code, out, err, asked } = await runScript('infra/aws/command/check.ts', [settings], {
      commands: COMMANDS,
      fixtures: fixturesOf(READY),
    });

    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/11 ok, 0 to look at, 0 FAIL: nothing stops a deployment\n$/);
    expect(new Set(asked.map((line) => line.split(' ')[0]))).toEqual(new Set(['aws']));
  });

  test('check:aws ends with 1 where something stops a deployment, and on an option that it does not know', async () => {
    const table = { ...READY, 'aws sts get-caller-identity': { Account: '210987654321' } };
    const given = { commands: COMMANDS, fixtures: fixturesOf(table) };

    expect((await runScript('infra/aws/command/check.ts', [settingsFile()], given)).code).toBe(1);
    const misspelt = await runScript('infra/aws/command/check.ts', ['--lift', 'all'], given);
    expect(misspelt).toMatchObject({
      code: 1,
      asked: [],
      err: 'there is no option --lift here; it takes a file and --help only\n',
    });
  });

  test('deploy:aws checks, builds and deploys, in this order', async () => {
    const settings = settingsFile();
    const { code, out, asked } = await runScript('infra/aws/command/deploy.ts', [settings], {
      commands: COMMANDS,
      fixtures: fixturesOf(READY),
    });

    expect(code).toBe(0);
    expect(asked.slice(-2)).toEqual([
      'npm run --silent build',
      `cdk deploy tapkeeper-prod --exclusively -c settings=${settings}`,
    ]);
    expect(out).toContain('Next:');
  });

  test('deploy:aws refuses an owner that another deployment has, and deploys nothing', async () => {
    const table = {
      ...READY,
      'aws iam get-role': { Role: { RoleName: 'tapkeeper-prod' } },
      'aws cloudformation list-stack-resources': { StackResourceSummaries: [] },
    };
    const { code, out, asked } = await runScript('infra/aws/command/deploy.ts', [settingsFile()], {
      commands: COMMANDS,
      fixtures: fixturesOf(table),
    });

    expect(code).toBe(1);
    expect(out).toContain('another deployment has the owner prod');
    expect(asked.every((line) => line.startsWith('aws '))).toBe(true);
  });
});

describe('remove:aws, beside a cloud on this machine', () => {
  let cloud: AwsCloud;
  beforeEach(async () => {
    cloud = await startAwsCloud({ port: 0, settleMs: 1 });
    const call = ec2Caller(cloud.endpoint, 'us-east-1', 'netops');
    await call('RunInstances', {
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm6i.large',
      MinCount: '5',
      MaxCount: '5',
    });
    await cloud.activity.settled();
    const balancer = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/ids/50dc6c495c0c9188';
    const target = getElement(
      await call('CreateTrafficMirrorTarget', { NetworkLoadBalancerArn: balancer }),
      'trafficMirrorTargetId',
    );
    const filter = getElement(await call('CreateTrafficMirrorFilter', {}), 'trafficMirrorFilterId');
    const [ours, theirs] = [findOwner('prod') as Owner, findOwner('netops') as Owner];
    for (const { id: source } of cloud.state.in().interfaces) {
      for (const [at, owner] of [ours, theirs].entries())
        await call('CreateTrafficMirrorSession', {
          ...sessionParameters({ source, target, filter, number: 100 + at, by: 'a test' }),
          ...tagParameters('traffic-mirror-session', toMarkTags(owner)),
        });
    }
  });
  afterEach(() => cloud.stop());

  const owners = () =>
    [...Map.groupBy(cloud.state.in().sessions, ({ tags }) => tags['tapkeeper:owner'])].map(([owner, some]) => [
      owner,
      some.length,
    ]);

  const remove = (typed: readonly string[]) =>
    runScript('infra/aws/command/remove.ts', typed, {
      commands: COMMANDS,
      // The stack is gone already, so that nothing is to be paused and waited for.
      fixtures: fixturesOf(READY),
      env: {
        AWS_ACCESS_KEY_ID: 'operator',
        AWS_SECRET_ACCESS_KEY: 'not-checked',
        AWS_ENDPOINT_URL_EC2: cloud.endpoint,
        AWS_ENDPOINT_URL_STS: cloud.endpoint,
      },
    });

  test('removes nothing without the word that the guard asks for, and with it leaves no session of ours', async () => {
    const settings = settingsFile();

    const refused = await remove([settings]);
    expect([refused.code, owners()]).toEqual([
      1,
      [
        ['prod', 5],
        ['netops', 5],
      ],
    ]);
    expect(refused.out).toContain('lift with --lift all');
    expect(refused.err).toContain('nothing was removed');
    expect(refused.asked.filter((line) => !line.startsWith('aws '))).toEqual(['npm run --silent build']);

    const digest = /digest (\w+)/.exec(refused.out)?.[1] ?? '';
    const removed = await remove([settings, '--lift', 'all', '--lift', 'limit', '--expects', digest, '--yes']);
    expect([removed.code, removed.err, owners()]).toEqual([0, '', [['netops', 5]]]);
    expect(removed.out).toContain('AWS 123456789012 us-east-1: nothing of ours is left');
    expect(removed.asked.filter((line) => !line.startsWith('aws '))).toEqual([
      'npm run --silent build',
      `cdk destroy tapkeeper-prod --exclusively -c settings=${settings} --force`,
    ]);
  }, 60_000);
});
