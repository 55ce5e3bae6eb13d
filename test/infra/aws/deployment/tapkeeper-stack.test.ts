import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES_METADATA } from '../../../../infra/aws/names.ts';
import { newApp } from '../../../../infra/aws/new-app.ts';
import type { Settings } from '../../../../infra/aws/settings.ts';
import { tapkeeperStack } from '../../../../infra/aws/deployment/tapkeeper-stack.ts';
import { compose } from '../../../../lambdas/compose.ts';
import { parseBulkConcurrency, parseMode, parseScopes } from '../../../../lambdas/settings.ts';
import { isLateToList, RESERVE_MS } from '../../../../shared/reconcile/deadline.ts';
import type { Invocation } from '../../../../shared/reconcile/invocation.ts';
import {
  allOf,
  at,
  EXAMPLE,
  listAt,
  resolveText,
  resourcesOf,
  type Resource,
  SMALLEST,
  synthesise,
  type Synthesised,
  templateOf,
} from '../deployment-rig.ts';
import { findOwner, parseAccountId, parseRegion } from '../../../../shared/ids.ts';

let whole: Synthesised;
let smallest: Synthesised;
let template: Template;
const removals: (() => void)[] = [];

function made(settings: Settings): Synthesised {
  const [synthesised, remove] = synthesise(settings);
  removals.push(remove);
  return synthesised;
}

beforeAll(() => {
  whole = made(EXAMPLE);
  smallest = made(SMALLEST);
  template = templateOf(whole, 'tapkeeper-soc');
});

afterAll(() => {
  for (const remove of removals) remove();
});

const valuesOf = (type: string, from = template): readonly Resource[] => Object.values(resourcesOf(from, type));
const arnOf = (reference: unknown): string => String(at(reference, 'Fn::GetAtt', 0));
const queueNamed = (name: string): readonly [string, Resource] => {
  const found = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).find(
    ([, { Properties }]) => Properties['QueueName'] === name,
  );
  if (found === undefined) throw new Error(`there is no queue ${name}`);
  return found;
};
const functionNamed = (name: string, from = template): readonly [string, Resource] => {
  const found = Object.entries(resourcesOf(from, 'AWS::Lambda::Function')).find(
    ([, { Properties }]) => Properties['FunctionName'] === `tapkeeper-soc-${name}`,
  );
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return found;
};

const NAMES = ['on-change', 'sweep', 'resync'] as const;

/** The statements of a policy document, of whatever resource. */
const statementsOf = ({ Properties }: Resource): readonly unknown[] =>
  [
    ...listAt(Properties, 'PolicyDocument', 'Statement'),
    ...listAt(Properties, 'AssumeRolePolicyDocument', 'Statement'),
    ...listAt(Properties, 'Policies').flatMap((policy) => listAt(policy, 'PolicyDocument', 'Statement')),
    ...listAt(Properties, 'Statement'),
    ...listAt(Properties, 'KeyPolicy', 'Statement'),
  ].filter((statement) => at(statement, 'Effect') !== undefined);

describe('queues', () => {
  test('are encrypted and reached by TLS only, every one', () => {
    const queues = Object.entries(resourcesOf(template, 'AWS::SQS::Queue'));
    const policies = valuesOf('AWS::SQS::QueuePolicy');
    expect(queues.map(([, { Properties }]) => String(Properties['QueueName'])).sort()).toEqual([
      'tapkeeper-soc-bulk',
      'tapkeeper-soc-bulk-dead',
      'tapkeeper-soc-events',
      'tapkeeper-soc-events-dead',
      'tapkeeper-soc-undelivered',
    ]);
    for (const [id, { Properties }] of queues) {
      expect(Properties['SqsManagedSseEnabled'], id).toBe(true);
      const refusals = policies
        .filter((policy) => listAt(policy.Properties, 'Queues').some((queue) => at(queue, 'Ref') === id))
        .flatMap(statementsOf)
        .filter((statement) => at(statement, 'Effect') === 'Deny');
      expect(refusals, id).toMatchObject([
        { Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } }, Principal: { AWS: '*' } },
      ]);
    }
  });

  test('let nobody send but the rules, within what SQS takes of a policy', () => {
    const rules = new Set(Object.keys(resourcesOf(template, 'AWS::Events::Rule')));
    for (const policy of valuesOf('AWS::SQS::QueuePolicy')) {
      const allowed = statementsOf(policy).filter((statement) => at(statement, 'Effect') === 'Allow');
      for (const statement of allowed) {
        expect(at(statement, 'Principal')).toEqual({ Service: 'events.amazonaws.com' });
        expect(rules).toContain(arnOf(at(statement, 'Condition', 'ArnEquals', 'aws:SourceArn')));
        expect(listAt(statement, 'Action')).toContain('sqs:SendMessage');
      }
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
      expect(statementsOf(policy).length).toBeLessThanOrEqual(20);
      expect(JSON.stringify(at(policy.Properties, 'PolicyDocument')).length).toBeLessThan(8192);
    }
  });

  test.each([
    ['tapkeeper-soc-events', 'tapkeeper-soc-events-dead', 1],
    ['tapkeeper-soc-bulk', 'tapkeeper-soc-bulk-dead', 0],
  ])('%s gives up to %s what failed five times', (name, dead, windowSeconds) => {
    const [, { Properties }] = queueNamed(name);
    const [deadId, { Properties: ofDead }] = queueNamed(dead);
    expect(arnOf(at(Properties, 'RedrivePolicy', 'deadLetterTargetArn'))).toBe(deadId);
    expect(at(Properties, 'RedrivePolicy', 'maxReceiveCount')).toBe(5);
    const [, onChange] = functionNamed('on-change');
    expect(Properties['VisibilityTimeout']).toBe(6 * Number(onChange.Properties['Timeout']) + windowSeconds);
    expect(ofDead['MessageRetentionPeriod']).toBe(14 * 24 * 3600);
    expect(Number(Properties['MessageRetentionPeriod'])).toBeLessThan(14 * 24 * 3600);
  });
});

describe('functions', () => {
  test.each(NAMES)('%s is what the build makes', (name) => {
    const [, { Properties }] = functionNamed(name);
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    const role = name === 'sweep' ? 'tapkeeper-soc-sweep' : 'tapkeeper-soc';
    expect(at(allOf(template), arnOf(Properties['Role']), 'Properties', 'RoleName')).toBe(role);
  });

  test.each(NAMES)('%s has a place for what fails', (name) => {
    const [id] = functionNamed(name);
    const [undelivered] = queueNamed('tapkeeper-soc-undelivered');
    const configs = valuesOf('AWS::Lambda::EventInvokeConfig').filter(
      ({ Properties }) => at(Properties, 'FunctionName', 'Ref') === id,
    );
    expect(configs.length).toBe(1);
    expect(arnOf(at(configs[0]?.Properties, 'DestinationConfig', 'OnFailure', 'Destination'))).toBe(undelivered);
  });

  test.each(NAMES)('%s writes a journal that is kept for so long, also when the stack is gone', (name) => {
    const [, { Properties }] = functionNamed(name);
    const log = at(allOf(template), String(at(Properties, 'LoggingConfig', 'LogGroup', 'Ref')));
    expect(log).toMatchObject({
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: 30 },
      DeletionPolicy: 'RetainExceptOnCreate',
    });
    // In JSON, the metrics in the lines would not be found.
    expect(at(Properties, 'LoggingConfig', 'LogFormat')).toBeUndefined();
    // One that was left behind would be in the way.
    expect(at(log, 'Properties', 'LogGroupName')).toBeUndefined();
  });

  test('on-change is fed by both queues, so many batches at a time and each message for itself', () => {
    const mappings = valuesOf('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    const [onChange] = functionNamed('on-change');
    const [event] = queueNamed('tapkeeper-soc-events');
    const [bulk] = queueNamed('tapkeeper-soc-bulk');
    const common = {
      FunctionName: { Ref: onChange },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    };
    expect(mappings.length).toBe(2);
    expect(mappings).toContainEqual({
      ...common,
      EventSourceArn: { 'Fn::GetAtt': [event, 'Arn'] },
      MaximumBatchingWindowInSeconds: 1,
      ScalingConfig: { MaximumConcurrency: 5 },
    });
    expect(mappings).toContainEqual({
      ...common,
      EventSourceArn: { 'Fn::GetAtt': [bulk, 'Arn'] },
      MaximumBatchingWindowInSeconds: 0,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  test('on-change may put back what has to wait as often as it takes; the others feed nobody that feeds them', () => {
    expect(functionNamed('on-change')[1].Properties['RecursiveLoop']).toBe('Allow');
    expect(functionNamed('sweep')[1].Properties).not.toHaveProperty('RecursiveLoop');
    expect(functionNamed('resync')[1].Properties).not.toHaveProperty('RecursiveLoop');
  });

  test.each(NAMES)('%s has the time to list a scope', (name) => {
    const timeoutMs = Number(functionNamed(name)[1].Properties['Timeout']) * 1000;
    // After a minute of other messages of the same batch.
    const clock = { now: () => 60_000 };
    const invocation = { clock, beganAtMs: 0, endsAtMs: timeoutMs } as unknown as Invocation;
    expect(isLateToList(invocation)).toBe(false);
    expect(timeoutMs).toBeGreaterThan(2 * RESERVE_MS);
  });

  test('resync answers at a URL to signed requests only', () => {
    expect(valuesOf('AWS::Lambda::Url').map(({ Properties }) => Properties)).toEqual([
      { AuthType: 'AWS_IAM', TargetFunctionArn: { 'Fn::GetAtt': [functionNamed('resync')[0], 'Arn'] } },
    ]);
    const permitted = valuesOf('AWS::Lambda::Permission').map(({ Properties }) => Properties['Principal']);
    expect(permitted).toEqual(['events.amazonaws.com']);
  });

  test('the clock starts sweeps, and what it cannot start in time ends with the undelivered', () => {
    const [schedule, ...others] = valuesOf('AWS::Events::Rule').filter(
      ({ Properties }) => Properties['ScheduleExpression'] !== undefined,
    );
    expect(others).toEqual([]);
    expect(schedule?.Properties).toMatchObject({ ScheduleExpression: 'rate(15 minutes)', State: 'ENABLED' });
    expect(listAt(schedule?.Properties, 'Targets')).toEqual([
      {
        Arn: { 'Fn::GetAtt': [functionNamed('sweep')[0], 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queueNamed('tapkeeper-soc-undelivered')[0], 'Arn'] } },
        Id: 'Target0',
        RetryPolicy: { MaximumEventAgeInSeconds: 900 },
      },
    ]);
  });
});

describe('the environment', () => {
  /** With what Lambda itself sets. */
  const environmentOf = (name: string, from: Synthesised) => {
    const made = templateOf(from, 'tapkeeper-soc');
    const variables = at(functionNamed(name, made)[1].Properties, 'Environment', 'Variables') as object;
    const own = Object.entries(variables).map(([key, value]) => [key, resolveText(made, value)]);
    return { AWS_REGION: 'us-east-1', ...Object.fromEntries(own) } as Readonly<Record<string, string>>;
  };

  test.each(NAMES)('of %s is one that the code composes with', (name) => {
    for (const from of [whole, smallest]) {
      const env = environmentOf(name, from);
      const composed = compose(env, {});
      expect(composed.mode()).toBe('observe');
      expect(composed.ownRoles).toContain('tapkeeper-soc');
    }
  });

  test('says everything that the code asks for', () => {
    const env = environmentOf('on-change', whole);
    expect(compose(env, {}).ownRoles).toEqual(['tapkeeper-soc', 'tapkeeper-soc-member']);
    expect(parseMode(env)).toBe('observe');
    expect(parseScopes(env, '/nowhere')).toEqual(EXAMPLE.scopes);
    expect(parseBulkConcurrency(env)).toBe(2);
    expect(env).toMatchObject({
      TAPKEEPER_ACCOUNT: '123456789012',
      TAPKEEPER_MEMBER_ROLE: 'arn:aws:iam::{account}:role/tapkeeper-soc-member',
      TAPKEEPER_EXTERNAL_ID: 'soc-7',
      TAPKEEPER_EVENT_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/tapkeeper-soc-events',
      TAPKEEPER_BULK_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/tapkeeper-soc-bulk',
      TAPKEEPER_METRICS_NAMESPACE: 'tapkeeper/soc',
    });
    expect(env).not.toHaveProperty('TAPKEEPER_RULES');
    expect(environmentOf('on-change', smallest)).not.toHaveProperty('TAPKEEPER_MEMBER_ROLE');
  });

  test.each<readonly [string, Settings['rules']]>([
    ['s3://bucket/rules.yaml', { kind: 'object', bucket: 'bucket', key: 'rules.yaml' }],
    ['ssm:/soc/rules', { kind: 'parameter', name: '/soc/rules' }],
  ])('names the rules at %s, and the code has none of its own', (text, rules) => {
    const from = made({ ...SMALLEST, rules, mode: 'enforce' });
    const env = environmentOf('on-change', from);
    expect(env).toMatchObject({ TAPKEEPER_RULES: text, TAPKEEPER_MODE: 'enforce' });
    expect(() => compose(env, {})).not.toThrow();
    expect(assetsIn(from).flatMap((asset) => readdirSync(asset))).not.toContain('tapkeeper.yaml');
  });
});

const assetsIn = ({ folder }: Synthesised): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => join(folder, name));

describe('the code', () => {
  test('is the bundle of each, whole, with the rules beside it', () => {
    const rules = readFileSync('tapkeeper.example.yaml', 'utf8');
    const handlers = assetsIn(whole).map((asset) => {
      expect(readFileSync(join(asset, 'tapkeeper.yaml'), 'utf8')).toBe(rules);
      expect(existsSync(join(asset, 'later', 'parse.js'))).toBe(true);
      return String(/'([a-z-]+)'/.exec(readFileSync(join(asset, 'index.js'), 'utf8'))?.[1]);
    });
    expect(handlers.sort()).toEqual([...NAMES].sort());
  });

  test('has to be built before', () => {
    expect(() => tapkeeperStack(newApp({}), SMALLEST, '/nowhere')).toThrow(
      /\/nowhere\/on-change has no index\.js; run npm run build/,
    );
  });
});

describe('all stacks', () => {
  test('allow no action by a wildcard', () => {
    for (const [stack, one] of whole.templates) {
      const allowed = Object.entries(allOf(one))
        .filter(([, { Type }]) => Type !== 'AWS::KMS::Key')
        .flatMap(([id, resource]) => statementsOf(resource).map((statement) => ({ id, statement })))
        .filter(({ statement }) => at(statement, 'Effect') === 'Allow');
      for (const { id, statement } of allowed) {
        expect(at(statement, 'NotAction'), `${stack} ${id}`).toBeUndefined();
        for (const action of listAt(statement, 'Action')) {
          expect(action, `${stack} ${id}`).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
        }
      }
      if (stack !== 'tapkeeper-soc-destination') expect(allowed.length).toBeGreaterThan(3);
    }
  });

  test('give no role a policy of AWS', () => {
    for (const one of whole.templates.values()) {
      for (const { Properties } of valuesOf('AWS::IAM::Role', one)) {
        expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      }
    }
  });

  test('are deployed and removed each on its own', () => {
    for (const one of whole.templates.values()) expect(JSON.stringify(one.toJSON())).not.toContain('Fn::ImportValue');
    expect([...whole.templates.keys()]).toEqual(['tapkeeper-soc', 'tapkeeper-soc-member', 'tapkeeper-soc-destination']);
    expect([...smallest.templates.keys()]).toEqual(['tapkeeper-soc']);
  });

  test('leave nothing behind but journals', () => {
    const left = Object.values(allOf(template)).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
    expect(left.map(({ Type }) => Type)).toEqual(Array.from({ length: 3 }, () => 'AWS::Logs::LogGroup'));
  });
});

describe('what settings may have fits into what Lambda, IAM and EventBridge take', () => {
  const owner = findOwner('o'.repeat(31));
  if (owner === null) throw new Error('that is an owner');
  const scopeOf = (account: number, region: string) => ({
    cloud: 'aws' as const,
    account: parseAccountId(String(account)),
    region: parseRegion(region),
  });
  const FIRST = 210_000_000_000;
  const accounts = (count: number): Settings['scopes'] => [
    scopeOf(FIRST, 'ap-southeast-7'),
    ...Array.from({ length: count - 1 }, (_, index) => scopeOf(FIRST + index + 1, 'ap-southeast-7')),
  ];
  const regionsOfOurs = (count: number): Settings['scopes'] => [
    scopeOf(Number(EXAMPLE.account), 'ap-southeast-0'),
    ...Array.from({ length: count - 1 }, (_, index) => scopeOf(Number(EXAMPLE.account), `ap-southeast-${index + 1}`)),
  ];
  /** With everything else as long as it may be. */
  const largest = (scopes: Settings['scopes'], organization: string | null) => ({
    ...EXAMPLE,
    owner,
    formerOwners: [owner, owner],
    scopes,
    members: { externalId: 'e'.repeat(1224), organization },
    rules: { kind: 'object' as const, bucket: 'b'.repeat(63), key: 'k'.repeat(1024) },
    destination: null,
  });

  test.each([
    ['the accounts that can be named', accounts(60), null],
    ['one more account, of an organization', accounts(61), `o-${'a'.repeat(32)}`],
    ['hundreds of accounts', accounts(1000), `o-${'a'.repeat(32)}`],
    ['scopes that just fit into the environment', accounts(35), null],
    ['the regions that ARNs name', regionsOfOurs(8), null],
    ['every region that there is', regionsOfOurs(40), null],
  ])('%s', (_, scopes, organization) => {
    const from = made(largest(scopes, organization));
    const large = templateOf(from, `tapkeeper-${owner}`);
    for (const { Properties } of valuesOf('AWS::Lambda::Function', large)) {
      const variables = Object.entries(at(Properties, 'Environment', 'Variables') as object);
      const text = variables.map(([key, value]) => `${key}${resolveText(large, value)}`).join('');
      // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
      expect(text.length).toBeLessThan(4096);
    }
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    const ours = [...valuesOf('AWS::IAM::Policy', large), ...valuesOf('AWS::IAM::ManagedPolicy', large)];
    expect(ours.length).toBeGreaterThan(1);
    expect(valuesOf('AWS::IAM::ManagedPolicy', large).length).toBeLessThanOrEqual(10);
    for (const { Type, Properties } of ours) {
      expect(sizeOf(Properties['PolicyDocument'])).toBeLessThan(Type === 'AWS::IAM::Policy' ? 10_240 : 6144);
    }
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    const onBus = valuesOf('AWS::Events::EventBusPolicy', large).map(({ Properties }) =>
      sizeOf(Properties['Statement']),
    );
    expect(onBus.reduce((sum, size) => sum + size, 0)).toBeLessThan(10_240);
    for (const name of NAMES) expect(scopesOf(from, large, name)).toEqual(scopes);
  });

  /** What a function reads as its scopes: of its environment, or of what lies beside its code. */
  function scopesOf(from: Synthesised, large: Template, name: string): readonly unknown[] {
    const [, { Properties }] = Object.entries(resourcesOf(large, 'AWS::Lambda::Function')).find(
      ([, one]) => one.Properties['FunctionName'] === `tapkeeper-${owner}-${name}`,
    ) ?? ['', { Properties: {} }];
    const list = at(Properties, 'Environment', 'Variables', 'TAPKEEPER_SCOPES');
    const asset = join(from.folder, `asset.${String(at(Properties, 'Code', 'S3Key')).replace('.zip', '')}`);
    return parseScopes(typeof list === 'string' ? { TAPKEEPER_SCOPES: list } : {}, asset);
  }

  test('the scopes are in the environment, where people see them, as long as they fit', () => {
    const variablesFor = (scopes: Settings['scopes']) => {
      const large = templateOf(made(largest(scopes, null)), `tapkeeper-${owner}`);
      return valuesOf('AWS::Lambda::Function', large).map(({ Properties }) =>
        Object.keys(at(Properties, 'Environment', 'Variables') as object).includes('TAPKEEPER_SCOPES'),
      );
    };
    expect(variablesFor(accounts(35))).toEqual([true, true, true]);
    expect(variablesFor(accounts(36))).toEqual([false, false, false]);
  });
});

/** How long a policy is when it is deployed: an ARN that only CloudFormation knows is no longer than this. */
const sizeOf = (policy: unknown): number =>
  JSON.stringify(policy, (_, value: unknown) => {
    const parts = at(value, 'Fn::Join', 1);
    if (Array.isArray(parts)) return parts.map((part) => (typeof part === 'string' ? part : 'aws')).join('');
    return at(value, 'Fn::GetAtt') === undefined ? value : 'a'.repeat(100);
  }).length;

test('a second deployment of an owner asks for a role that there is: CloudFormation refuses it', () => {
  const elsewhere = made({ ...SMALLEST, region: parseRegion('eu-west-1') });
  const rolesOf = (one: Synthesised): readonly unknown[] =>
    valuesOf('AWS::IAM::Role', templateOf(one, 'tapkeeper-soc')).map(({ Properties }) => Properties['RoleName']);
  expect(rolesOf(elsewhere)).toEqual(['tapkeeper-soc', 'tapkeeper-soc-sweep']);
  expect(rolesOf(elsewhere)).toEqual(rolesOf(whole));
});

test('outputs say where everything is', () => {
  expect(Object.keys(at(template.toJSON(), 'Outputs') as object).sort()).toEqual([
    'BulkDeadLettersUrl',
    'BulkQueueUrl',
    'BusArn',
    'EventDeadLettersUrl',
    'EventQueueUrl',
    'OnChangeJournal',
    'ResyncJournal',
    'ResyncUrl',
    'RoleArn',
    'SweepJournal',
    'SweepRoleArn',
    'UndeliveredUrl',
  ]);
});

test('the template tells what is kept, by which a removal goes', () => {
  const scopes = EXAMPLE.scopes.map(({ account, region }) => `${account}:${region}`);
  expect(at(template.toJSON(), 'Metadata', SCOPES_METADATA)).toEqual(scopes);
});
