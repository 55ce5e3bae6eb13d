import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startAwsCloud } from '../../local/aws/aws-cloud.ts';

const run = promisify(execFile);
const isInstalled = await run('python3', ['-c', 'import boto3']).then(
  () => true,
  () => false,
);

const MEMBER = '210987654321';
const NLB = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/given/0123456789abcdef';

test('boto3 does all that people do, with its own pages and waiters', { timeout: 120_000 }, async ({ skip }) => {
  skip(!isInstalled, 'boto3 is not installed');
  const cloud = await startAwsCloud({ port: 0, settleMs: 1, rules: {}, accounts: ['123456789012', MEMBER] });
  try {
    cloud.addBalancer({ arn: NLB });
    const role = cloud.addRole({ account: MEMBER, name: 'member', externalId: 'soc-1', trusts: [cloud.account] });
    const launch = await cloud.launchInGroup();
    const { accessKeyId } = cloud.as({ kind: 'user', name: 'bob' });
    const words = [cloud.endpoint, accessKeyId, role, NLB, JSON.stringify(launch)];
    const { stdout } = await run('python3', [join(import.meta.dirname, 'boto3/walk.py'), ...words], {
      env: { ...process.env, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
    });
    expect(JSON.parse(stdout)).toEqual({
      found: [
        [
          true,
          [
            ['mirror', 'soc'],
            ['team', 'shop'],
          ],
        ],
      ],
      pages: [5, 5, 2],
      sources: 12,
      'dry run': 'DryRunOperation',
      'number taken': 'InvalidParameterValue',
      'session pages': [5, 5, 2],
      moved: [9, 128, [{ Key: 'by', Value: 'bob' }]],
      targets: ['network-load-balancer'],
      rules: [[10, 6, { FromPort: 443, ToPort: 443 }]],
      'deleted twice': 'InvalidTrafficMirrorSessionId.NotFound',
      'wrong id': 'AccessDenied',
      member: `arn:aws:sts::${MEMBER}:assumed-role/member/bob`,
      listeners: [['TCP_UDP', 4789]],
      'balancer pages': [1, 1],
      gone: 'LoadBalancerNotFound',
      'completed twice': 'ValidationError',
    });
    await cloud.idle();
    const { instances, sessions } = cloud.state.in();
    const states = instances.filter(({ id }) => id !== launch.instanceId).map(({ state }) => state);
    expect(states).toEqual(['stopped', ...Array.from({ length: 11 }, () => 'terminated')]);
    // The two that were not deleted went with the interfaces of machines that are gone.
    expect(sessions).toEqual([]);
    expect(cloud.groupLaunches()).toMatchObject([{ end: { how: 'completed', result: 'CONTINUE' } }]);
  } finally {
    await cloud.stop();
  }
});
