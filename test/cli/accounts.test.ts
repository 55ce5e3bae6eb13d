import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AwsCloud, startAwsCloud } from '../../local/aws/aws-cloud.ts';
import { ec2Caller } from '../../local/demo/ec2-caller.ts';
import { fileOf, run, RULES } from './run.ts';

const [CENTRAL, MEMBER, STRANGER] = ['123456789012', '210987654321', '333333333333'];

let cloud: AwsCloud;
beforeEach(async () => {
  cloud = await startAwsCloud({ port: 0, accounts: [CENTRAL, MEMBER, STRANGER] });
  cloud.addRole({ account: MEMBER, name: 'soc/tapkeeper', trusts: [CENTRAL], externalId: 'ours' });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-checked');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
});

const plan = (externalId: string, ...typed: readonly string[]) =>
  run(['plan', '--rules', fileOf(RULES), ...typed], {
    env: {
      AWS_ENDPOINT_URL_EC2: cloud.endpoint,
      AWS_ENDPOINT_URL_STS: cloud.endpoint,
      TAPKEEPER_SCOPES: [CENTRAL, MEMBER, STRANGER].map((account) => `${account}:us-east-1`).join(','),
      TAPKEEPER_ACCOUNT: CENTRAL,
      TAPKEEPER_MEMBER_ROLE: 'arn:aws:iam::{account}:role/soc/tapkeeper',
      TAPKEEPER_EXTERNAL_ID: externalId,
    },
  });

async function launchIn(account: string): Promise<void> {
  const { accessKeyId } = cloud.as({ kind: 'user', name: 'platform-team' }, account);
  const tags = { 'TagSpecification.1.ResourceType': 'instance', 'TagSpecification.1.Tag.1.Key': 'mirror' };
  const machine = { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm6i.large', MinCount: '1', MaxCount: '1' };
  await ec2Caller(
    cloud.endpoint,
    'us-east-1',
    accessKeyId,
  )('RunInstances', {
    ...machine,
    ...tags,
    'TagSpecification.1.Tag.1.Value': 'soc',
  });
  await cloud.activity.settled();
}

test('plan reads accounts by the member role, and one that cannot be read stops no other', async () => {
  await launchIn(MEMBER);
  const { code, out } = await plan('ours');
  expect(code).toBe(4);
  const [central, member, stranger] = out.split('\n\n');
  expect(central).toMatch(/^AWS 123456789012 us-east-1 .*\n {2}no change\n/);
  expect(member).toMatch(/^AWS 210987654321 us-east-1 .*\n {2}! held +eni-\w+ of i-\w+ +destination-missing soc/);
  expect(stranger).toMatch(
    /^AWS 333333333333 us-east-1 .*\n {2}! incomplete: .*denied: AssumeRole of arn:aws:iam::333333333333:role\/soc\/tapkeeper/,
  );
});

test('plan of one account by name needs no other to answer', async () => {
  expect((await plan('ours', '--account', MEMBER)).code).toBe(0);
  expect((await plan('ours', '--account', MEMBER, '--region', 'eu-west-1')).out).toMatch(
    /^AWS 210987654321 eu-west-1 /,
  );
});

test('an external id that the role does not ask for is refused, with what to do', async () => {
  const { code, out } = await plan('theirs', '--account', MEMBER);
  expect(code).toBe(4);
  expect(out).toContain('TAPKEEPER_EXTERNAL_ID');
});
