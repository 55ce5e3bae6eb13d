import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import {
  memberStatements,
  sweepStatements,
  toPolicyStatements,
  writerStatements,
  type Deployment,
} from '../../../../infra/aws/policies.ts';
import { newApp } from '../../../../infra/aws/new-app.ts';
import { decide } from '../../../../local/aws/policy/decide.ts';
import type { Statement } from '../../../../lambdas/ec2/permissions/statements.ts';
import { deployment, MEMBER, OURS } from './roles-rig.ts';

const QUEUES = ['arn:aws:sqs:us-east-1:123456789012:a', 'arn:aws:sqs:us-east-1:123456789012:b'] as const;
const OTHER = '333333333333';

const sidsOf = (statements: readonly Statement[]): readonly string[] => statements.map(({ Sid }) => Sid);
const actionsOf = (statements: readonly Statement[]): readonly string[] => statements.flatMap(({ Action }) => Action);
const find = (statements: readonly Statement[], sid: string): Statement | undefined =>
  statements.find(({ Sid }) => Sid === sid);

const withRules = (rules: Deployment['rules']): Deployment => ({ ...deployment([OURS]), rules });

describe('the writer', () => {
  test('assumes exactly the member role of exactly the other accounts, each once', () => {
    const twice = deployment([OURS, MEMBER, MEMBER, OTHER]);
    expect(find(writerStatements(twice, QUEUES), 'ReachMembers')?.Resource).toEqual([
      `arn:aws:iam::${MEMBER}:role/tapkeeper-soc-member`,
      `arn:aws:iam::${OTHER}:role/tapkeeper-soc-member`,
    ]);
    expect(sidsOf(writerStatements(deployment([OURS]), QUEUES))).not.toContain('ReachMembers');
  });

  test('assumes the member role of the accounts of an organization where they are too many to be named', () => {
    const accountOf = (index: number): string => String(400_000_000_000 + index);
    const many = deployment([OURS, ...Array.from({ length: 61 }, (_, index) => accountOf(index))]);
    const statements = writerStatements({ ...many, organization: 'o-a1b2c3d4e5' }, QUEUES);
    const assume = (resource: string, organization: string) =>
      decide(statements, {
        action: 'sts:AssumeRole',
        resource,
        context: new Map([['aws:resourceorgid', organization]]),
      });
    const role = `arn:aws:iam::${accountOf(60)}:role/tapkeeper-soc-member`;
    expect(assume(role, 'o-a1b2c3d4e5')).toBe('allowed');
    expect(assume(role, 'o-b1b2c3d4e5')).toBe('not-allowed');
    expect(assume(`arn:aws:iam::${accountOf(60)}:role/admin`, 'o-a1b2c3d4e5')).toBe('not-allowed');
    expect(() => writerStatements(many, QUEUES)).toThrow(/61 accounts/);
  });

  test('keeps to the regions that are kept, however many they are', () => {
    const regions = Array.from({ length: 9 }, (_, index) => `eu-west-${index}`);
    const [first, ...others] = regions.map((region) => ({ account: OURS, region }));
    if (first === undefined) throw new Error('there are regions');
    const statements = writerStatements({ ...deployment([OURS]), scopes: [first, ...others] }, QUEUES);
    const change = (region: string, owner: string) =>
      decide(statements, {
        action: 'ec2:DeleteTrafficMirrorSession',
        resource: `arn:aws:ec2:${region}:${OURS}:traffic-mirror-session/tms-0a`,
        context: new Map([
          ['aws:requestedregion', region],
          ['aws:resourcetag/tapkeeper:owner', owner],
          ['aws:resourcetag/tapkeeper:mark', 'v1'],
        ]),
      });
    expect(change('eu-west-8', 'soc')).toBe('allowed');
    expect(change('eu-west-8', 'lab')).toBe('not-allowed');
    expect(change('us-east-1', 'soc')).toBe('not-allowed');
  });

  test('may do nothing to machines of its own account when only others are kept', () => {
    expect(sidsOf(writerStatements(deployment([MEMBER]), QUEUES))).toEqual(['ReachMembers', 'HandOnWork']);
  });

  test('sends to exactly the queues that are named', () => {
    expect(find(writerStatements(deployment([OURS]), QUEUES), 'HandOnWork')?.Resource).toEqual(QUEUES);
  });

  test('completes launch hooks only where they are used', () => {
    const unused: Deployment = { ...deployment([OURS]), launchHooks: 'left' };
    expect(sidsOf(writerStatements(deployment([OURS]), QUEUES))).toContain('CompleteLaunchHooks');
    expect(sidsOf(writerStatements(unused, QUEUES))).not.toContain('CompleteLaunchHooks');
  });
});

describe('rules', () => {
  test('in a file need no permission', () => {
    const actions = actionsOf(writerStatements(withRules({ kind: 'file', path: 'tapkeeper.yaml' }), QUEUES));
    expect(actions.filter((action) => /^(s3|ssm):/.test(action))).toEqual([]);
  });

  test('in a bucket: this one object, whatever is in its name', () => {
    const statements = writerStatements(withRules({ kind: 'object', bucket: 'rules', key: 'a/b*c?$.yaml' }), QUEUES);
    const read = (key: string) => decide(statements, { action: 's3:GetObject', resource: key, context: new Map() });
    expect(read('arn:aws:s3:::rules/a/b*c?$.yaml')).toBe('allowed');
    expect(read('arn:aws:s3:::rules/a/bxxc1$.yaml')).toBe('not-allowed');
    expect(read('arn:aws:s3:::rules/other.yaml')).toBe('not-allowed');
    expect(actionsOf(statements).filter((action) => action.startsWith('s3:'))).toEqual(['s3:GetObject']);
  });

  test.each(['/tapkeeper/rules', 'tapkeeper/rules'])('in the parameter %s: this one', (name) => {
    expect(find(writerStatements(withRules({ kind: 'parameter', name }), QUEUES), 'ReadRulesParameter')).toMatchObject({
      Action: ['ssm:GetParameter'],
      Resource: ['arn:aws:ssm:us-east-1:123456789012:parameter/tapkeeper/rules'],
    });
  });

  test('that are encrypted need their key, and only for what keeps them', () => {
    const key = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd';
    const encrypted = { ...withRules({ kind: 'parameter', name: '/soc/rules' }), rulesKey: key };
    const decrypt = (resource: string, service: string) =>
      decide(writerStatements(encrypted, QUEUES), {
        action: 'kms:Decrypt',
        resource,
        context: new Map([['kms:viaservice', service]]),
      });
    expect(decrypt(key, 'ssm.us-east-1.amazonaws.com')).toBe('allowed');
    expect(decrypt(key, 'sqs.us-east-1.amazonaws.com')).toBe('not-allowed');
    expect(decrypt(`${key}5`, 'ssm.us-east-1.amazonaws.com')).toBe('not-allowed');
    expect(sidsOf(sweepStatements(encrypted, QUEUES[1]))).toContain('ReadRulesKey');
    expect(sidsOf(writerStatements({ ...encrypted, rulesKey: null }, QUEUES))).not.toContain('ReadRulesKey');
  });

  test('are read by a sweep of one scope, and not by one that only hands on', () => {
    const object = { kind: 'object', bucket: 'rules', key: 'rules.yaml' } as const;
    expect(sidsOf(sweepStatements(withRules(object), QUEUES[1]))).toContain('ReadRulesObject');
    const several = { ...deployment([OURS, MEMBER]), rules: object };
    expect(sidsOf(sweepStatements(several, QUEUES[1]))).toEqual(['HandOnWork']);
  });
});

test('the sweep writes nothing to a cloud and sends to one queue', () => {
  const statements = sweepStatements(deployment([OURS]), QUEUES[1]);
  expect(actionsOf(statements).filter((action) => !action.includes(':Describe'))).toEqual(['sqs:SendMessage']);
  expect(find(statements, 'HandOnWork')?.Resource).toEqual([QUEUES[1]]);
});

test('the member role reaches no queue, no role and no rules', () => {
  const statements = memberStatements({ ...deployment([OURS]), account: MEMBER, regions: ['us-east-1'] });
  expect(actionsOf(statements).filter((action) => !/^(ec2|elasticloadbalancing|autoscaling):/.test(action))).toEqual(
    [],
  );
});

test('CDK writes the statements as they are, with what is known when they are deployed', () => {
  const kept = { ...deployment([OURS]), partition: Aws.PARTITION, account: Aws.ACCOUNT_ID, regions: ['us-east-1'] };
  const statements = memberStatements(kept);
  const stack = new Stack(newApp({}));
  const document = stack.resolve(new PolicyDocument({ statements: toPolicyStatements(statements) })) as {
    readonly Statement: readonly { readonly Sid: string; readonly Condition?: object; readonly Resource: unknown }[];
  };
  expect(document.Statement.map(({ Sid }) => Sid)).toEqual(sidsOf(statements));
  const change = document.Statement.find(({ Sid }) => Sid === 'ChangeOurOwn');
  expect(change?.Condition).toEqual(find(statements, 'ChangeOurOwn')?.Condition);
  expect(change?.Resource).toEqual({
    'Fn::Join': [
      '',
      ['arn:', { Ref: 'AWS::Partition' }, ':ec2:us-east-1:', { Ref: 'AWS::AccountId' }, ':traffic-mirror-session/*'],
    ],
  });
});
