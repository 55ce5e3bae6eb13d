import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkAws } from '../../../../infra/aws/command/checks.ts';
import { WANTED } from '../../../../infra/aws/command/checks/concurrency.ts';
import { FEEDS } from '../../../../infra/aws/deployment/limits.ts';
import { RULES } from '../../../cli/run.ts';
import type { Answer } from '../../../../infra/command/process.ts';
import { answered, type Recorded, record, validated } from '../../command/recorded.ts';
import { rulesOf } from '../../azure/command/commands.ts';
import { ALARMS, awsError, DEPLOYED, keeping, NO_AWS, READY, settingsElsewhere, settingsFile } from './commands.ts';

async function check(answers: Readonly<Record<string, Recorded>>, settings = settingsFile()) {
  const recording = record({ ...READY, ...answers });
  const { means, lines } = recording;
  const { findings } = await checkAws(means.run, settings, means.say);
  return { levels: findings.map(({ level }) => level), text: lines.join('\n'), ran: recording.ran };
}

describe('check:aws', () => {
  test('finds an account that is ready ready, line by line, and only reads', async () => {
    const { levels, text, ran } = await check({});

    expect(new Set(levels)).toEqual(new Set(['ok']));
    expect(text.replaceAll(/ok {4}Node .*|\S+tapkeeper\.aws\.yaml/g, '…')).toMatchInlineSnapshot(`
      "…
      ok    …: 123456789012 in us-east-1, owner prod, mode observe, keeps 123456789012:us-east-1
      ok    AWS CLI 2.31.0
      ok    credentials of the account 123456789012
      ok    enabled: us-east-1
      ok    bootstrapped for the CDK, version 28
      ok    tapkeeper-prod is not deployed in us-east-1 yet
      ok    no other deployment of the owner prod in this account
      ok    there is what the rules mirror to in us-east-1
      ok    CloudTrail records management events in us-east-1
      ok    Lambda runs 1000 at a time, and this takes 9 at most

      11 ok, 0 to look at, 0 FAIL: nothing stops a deployment"
    `);
    expect(ran.every((line) => /^aws( --version|( \S+){1} (get|describe|list)-)/.test(line))).toBe(true);
  });

  test('names the file that is not there once, and the command that names another', async () => {
    const { text, ran } = await check({}, '/none/tapkeeper.aws.yaml');

    expect(text.split('/none/tapkeeper.aws.yaml')).toHaveLength(2);
    expect(text).toContain('FAIL  there is no settings file /none/tapkeeper.aws.yaml');
    expect([text.includes('npm run check:aws -- FILE'), ran]).toEqual([true, []]);
  });

  test('asks AWS which regions there are, and says which one was meant', async () => {
    const settings = settingsFile();
    writeFileSync(settings, readFileSync(settings, 'utf8').replace('us-east-1', 'us-esat-1'));
    const { text } = await check({}, settings);
    expect(text).toContain('FAIL  AWS has no region us-esat-1: did you mean us-east-1?');
    expect(text).not.toContain('is known here');

    for (const unasked of ['aws --version', 'aws sts get-caller-identity']) {
      const offline = await check({ [unasked]: NO_AWS }, settings);
      expect(offline.text).toContain('warn  no region us-esat-1 is known here: did you mean us-east-1?');
    }
    expect((await check({ 'aws --version': NO_AWS })).levels).not.toContain('warn');
  });

  test('warns where nobody would be told of alarms, and where nothing can be mirrored', async () => {
    const settings = settingsFile('', rulesOf('prod'));
    writeFileSync(settings, readFileSync(settings, 'utf8').replace(ALARMS, ''));
    const { text, levels } = await check({}, settings);

    expect(levels.filter((level) => level !== 'ok')).toEqual(['warn', 'warn']);
    expect(text).toContain('warn  the rules have no destination on AWS, so nothing can be mirrored');
    expect(text).toMatch(/warn {2}alarms tell nobody\n.*`alarms: \{ email: … \}`/);
  });

  test('prints nobody by name, in no answer and no refusal', async () => {
    const arn = 'arn:aws:sts::123456789012:assumed-role/Admin/alice@example.com';
    const denied = awsError('AccessDenied', 'X', `User: ${arn} is not authorized to perform: ssm:GetParameter`);
    const all = Object.fromEntries(
      Object.keys(READY)
        .filter((line) => !/version|identity/.test(line))
        .map((line) => [line, denied]),
    );

    const { text, levels } = await check(all);

    expect(text).not.toMatch(/alice|Admin/);
    expect(text).toContain('is not authorized to perform: ssm:GetParameter');
    expect(levels).not.toContain('FAIL');
  });

  test.each<[string, Record<string, Recorded>, string, string]>([
    [
      'no AWS CLI',
      { 'aws --version': NO_AWS },
      'FAIL  there is no AWS CLI, so the account cannot be looked at',
      // Of several stacks the CDK deploys none that is not named.
      'npx cdk deploy tapkeeper-prod -c settings=FILE',
    ],
    [
      'no credentials',
      {
        'aws sts get-caller-identity':
          'Unable to locate credentials. You can configure credentials by running "aws login".',
      },
      'FAIL  credentials: Unable to locate credentials',
      'to do: sign in to the account 123456789012',
    ],
    [
      'credentials of another account',
      { 'aws sts get-caller-identity': { Account: '210987654321' } },
      'FAIL  the credentials are of the account 210987654321, the settings name 123456789012',
      'AWS_PROFILE',
    ],
    [
      'a region that is not bootstrapped',
      { 'aws ssm get-parameter': awsError('ParameterNotFound', 'GetParameter', '') },
      'FAIL  us-east-1 of 123456789012 is not bootstrapped for the CDK',
      'to do: npx cdk bootstrap aws://123456789012/us-east-1',
    ],
    [
      'a bootstrap that is too old',
      { 'aws ssm get-parameter': { Parameter: { Value: '5' } } },
      'FAIL  the CDK bootstrap has version 5, and 6 is needed',
      'npx cdk bootstrap',
    ],
    [
      'an owner that another deployment has',
      {
        'aws iam get-role': { Role: { RoleName: 'tapkeeper-prod' } },
        'aws cloudformation list-stack-resources': awsError(
          'ValidationError',
          'ListStackResources',
          'Stack with id tapkeeper-prod does not exist',
        ),
      },
      'FAIL  the role tapkeeper-prod exists and is not of the stack tapkeeper-prod in us-east-1: another deployment has the owner prod',
      'to do: give this one another `owner`',
    ],
    [
      'a stack that is changing',
      { 'aws cloudformation describe-stacks': { Stacks: [{ StackStatus: 'UPDATE_IN_PROGRESS' }] } },
      'FAIL  the stack tapkeeper-prod is changing (UPDATE_IN_PROGRESS)',
      'wait',
    ],
    [
      'a stack that was never created wholly',
      { 'aws cloudformation describe-stacks': { Stacks: [{ StackStatus: 'ROLLBACK_COMPLETE' }] } },
      'FAIL  the stack tapkeeper-prod was never created wholly (ROLLBACK_COMPLETE)',
      'to do: aws cloudformation delete-stack --stack-name tapkeeper-prod --region us-east-1',
    ],
    [
      'a stack that could not be rolled back',
      { 'aws cloudformation describe-stacks': { Stacks: [{ StackStatus: 'UPDATE_ROLLBACK_FAILED' }] } },
      'FAIL  the stack tapkeeper-prod could not be rolled back (UPDATE_ROLLBACK_FAILED)',
      'continue-update-rollback --stack-name tapkeeper-prod --region us-east-1',
    ],
    [
      'a stack that was not deleted wholly',
      { 'aws cloudformation describe-stacks': { Stacks: [{ StackStatus: 'DELETE_FAILED' }] } },
      'FAIL  the stack tapkeeper-prod was not deleted wholly (DELETE_FAILED)',
      'npm run remove:aws',
    ],
    [
      'a mirror target that is not there',
      { 'aws ec2 describe-traffic-mirror-targets': { TrafficMirrorTargets: [] } },
      'warn  destination soc: no mirror target in us-east-1 is or has tmt-0a45c694b91bcea54',
      'until then what is wished there is held',
    ],
    [
      'a filter that is not there',
      { 'aws ec2 describe-traffic-mirror-filters': { TrafficMirrorFilters: [] } },
      'warn  destination soc: there is no filter tmf-010db9a7d8056cc2d in us-east-1',
      'create it, or correct the rules',
    ],
    [
      'sessions where what is deployed keeps more than the settings',
      {
        ...keeping('123456789012:us-east-1', '123456789012:eu-west-1'),
        'aws ec2 describe-traffic-mirror-sessions': { TrafficMirrorSessions: [{ TrafficMirrorSessionId: 'tms-1' }] },
      },
      'FAIL  123456789012:eu-west-1 is kept by what is deployed, and not in the settings any more; 1 sessions of ours',
      'TAPKEEPER_MODE=paused npm run -s tapkeeper -- drain --scope 123456789012:eu-west-1',
    ],
    [
      'another account that what is deployed keeps and the settings do not',
      keeping('123456789012:us-east-1', '210987654321:us-east-1'),
      'warn  210987654321:us-east-1 is kept by what is deployed, and not in the settings any more; sessions may be there',
      'drain --scope 210987654321:us-east-1',
    ],
    [
      'no trail',
      { 'aws cloudtrail describe-trails': { trailList: [] } },
      'warn  no trail records management events in us-east-1',
      'to do: create a trail',
    ],
    [
      'a trail that does not log',
      { 'aws cloudtrail get-trail-status': { IsLogging: false } },
      'warn  no trail records management events',
      'found by the next sweep only',
    ],
    [
      'a trail of reads only',
      {
        'aws cloudtrail get-event-selectors': {
          EventSelectors: [{ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true }],
        },
      },
      'warn  no trail records management events',
      '',
    ],
    [
      'a trail of data events only',
      {
        'aws cloudtrail get-event-selectors': {
          AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }] }],
        },
      },
      'warn  no trail records management events',
      '',
    ],
    [
      'a trail of the organization that cannot be looked into',
      { 'aws cloudtrail get-trail-status': awsError('TrailNotFoundException', 'GetTrailStatus', 'Unknown trail') },
      'warn  no trail that can be looked into records management events',
      '',
    ],
    [
      'an account in which Lambda runs ten',
      { 'aws lambda get-account-settings': { AccountLimit: { UnreservedConcurrentExecutions: 10 } } },
      'warn  Lambda runs 10 at a time in this account and region, and this takes up to 9 of them',
      'Service Quotas',
    ],
  ])('says of %s what to do', async (_what, answers, line, todo) => {
    const { text, levels } = await check(answers);

    expect(text).toContain(line);
    expect(text).toContain(todo);
    expect(levels.filter((level) => level !== 'ok')).toEqual([line.slice(0, 4)]);
  });

  test('takes a stack that was never begun, and a scope that is empty, for no hindrance', async () => {
    const { levels, text, ran } = await check({
      'aws cloudformation describe-stacks': { Stacks: [{ StackStatus: 'REVIEW_IN_PROGRESS' }] },
      ...keeping('123456789012:eu-west-1'),
      'aws ec2 describe-traffic-mirror-sessions': { TrafficMirrorSessions: [] },
    });

    expect(levels).not.toContain('FAIL');
    expect(text).toContain('123456789012:eu-west-1 is kept by what is deployed');
    expect(ran).toContain(
      'aws ec2 describe-traffic-mirror-sessions --filters Name=tag:tapkeeper:owner,Values=prod --region eu-west-1 --output json',
    );
  });

  test('knows a destination by what stands behind its target', async () => {
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/ids/50dc6c495c0c9188';
    const rules = RULES.replace('target: tmt-0a45c694b91bcea54', `networkLoadBalancer: ${arn}`);
    const target = { TrafficMirrorTargetId: 'tmt-1', NetworkLoadBalancerArn: arn };
    const there = { 'aws ec2 describe-traffic-mirror-targets': { TrafficMirrorTargets: [target] } };

    expect((await check(there, settingsFile('', rules))).levels).not.toContain('warn');
    expect((await check({}, settingsFile('', rules))).text).toContain(`is or has ${arn}`);
  });

  test("warns of a former owner's deployment that is still there", async () => {
    const stacks = 'aws cloudformation describe-stacks --stack-name';
    const { text, levels } = await check(
      { [`${stacks} tapkeeper-legacy`]: { Stacks: [{ StackStatus: 'CREATE_COMPLETE' }] } },
      settingsFile('', RULES.replace('owner: prod', 'owner: prod\nformerOwners: [legacy, older]')),
    );

    expect(levels.filter((level) => level !== 'ok')).toEqual(['warn']);
    expect(text).toContain('warn  tapkeeper-legacy, of a former owner, is still deployed');
  });

  test.each<[string, Answer, string]>([
    ['valid', answered(validated()), 'ok    s3://rules/tapkeeper.yaml: valid, owner prod'],
    [
      'of another owner',
      answered(validated({ owner: 'soc' })),
      'FAIL  the rules at s3://rules/tapkeeper.yaml are of the owner soc, and what is deployed is of prod',
    ],
    [
      'of former owners that the roles do not know',
      answered(validated({ formerOwners: ['legacy', 'older'] })),
      'FAIL  the rules at s3://rules/tapkeeper.yaml have the former owners older, whose sessions the roles may not change',
    ],
    [
      'not valid',
      {
        code: 1,
        stdout: validated({ valid: false, owner: null, problems: [{ severity: 'error', line: 3, message: 'no' }] }),
        stderr: '',
      },
      'FAIL  s3://rules/tapkeeper.yaml is not valid:\n      s3://rules/tapkeeper.yaml:3: no',
    ],
    [
      'not there',
      { code: 1, stdout: '', stderr: 'tapkeeper: config-invalid: GetObject of the rules: NoSuchKey; there is no such' },
      'FAIL  there are no rules at s3://rules/tapkeeper.yaml',
    ],
    [
      'not to be read by everybody',
      { code: 1, stdout: '', stderr: 'tapkeeper: config-invalid: GetObject of the rules: denied (AccessDenied)' },
      'warn  the rules at s3://rules/tapkeeper.yaml could not be read',
    ],
  ])('of rules elsewhere that are %s says so', async (_what, answer, line) => {
    const settings = settingsElsewhere('s3://rules/tapkeeper.yaml', 'formerOwners: [legacy]\n');
    const { text, ran } = await check({ 'node cli/tapkeeper.ts validate': answer }, settings);

    expect(text).toContain(line);
    expect(ran).toContain('node cli/tapkeeper.ts validate s3://rules/tapkeeper.yaml --json');
  });

  test('counts what the queues feed as it is deployed', () => {
    expect(WANTED).toBe(FEEDS.event.concurrency + FEEDS.bulk.concurrency + 2);
  });

  test('takes a trail with advanced selectors of management events', async () => {
    const fields = [{ Field: 'eventCategory', Equals: ['Management'] }];
    const selectors = { AdvancedEventSelectors: [{ Name: 'all', FieldSelectors: fields }] };
    const readOnly = {
      AdvancedEventSelectors: [{ FieldSelectors: [...fields, { Field: 'readOnly', Equals: ['true'] }] }],
    };

    expect((await check({ 'aws cloudtrail get-event-selectors': selectors })).levels).not.toContain('warn');
    expect((await check({ 'aws cloudtrail get-event-selectors': readOnly })).levels).toContain('warn');
  });

  test('knows its own role when it is deployed already', async () => {
    const { text, levels } = await check({
      ...DEPLOYED,
      'aws iam get-role': { Role: { RoleName: 'tapkeeper-prod' } },
      'aws cloudformation list-stack-resources': {
        StackResourceSummaries: [
          { ResourceType: 'AWS::Events::EventBus', PhysicalResourceId: 'tapkeeper-prod' },
          { ResourceType: 'AWS::IAM::Role', PhysicalResourceId: 'tapkeeper-prod' },
        ],
      },
    });

    expect(levels).not.toContain('FAIL');
    expect(text).toContain("the owner prod is this deployment's");
    expect(text).toContain('tapkeeper-prod is deployed in us-east-1 (UPDATE_COMPLETE)');
  });

  test('does not take the event bus of the same name for the role', async () => {
    const bus = { ResourceType: 'AWS::Events::EventBus', PhysicalResourceId: 'tapkeeper-prod' };
    const { levels } = await check({
      'aws iam get-role': { Role: { RoleName: 'tapkeeper-prod' } },
      'aws cloudformation list-stack-resources': { StackResourceSummaries: [bus] },
    });

    expect(levels).toContain('FAIL');
  });

  test.each([
    [
      'not enabled',
      `scopes: ['123456789012:us-east-1', '123456789012:eu-south-2']\n`,
      'not enabled for this account: eu-south-2',
    ],
    ['unknown', `scopes: ['123456789012:us-east-1', '123456789012:us-east-9']\n`, 'AWS has no region us-east-9'],
  ])('refuses a region that is %s', async (_what, more, said) => {
    const { text, levels } = await check({}, settingsFile(more));

    expect(levels).toContain('FAIL');
    expect(text).toContain(said);
  });

  test('shows everything that is wrong with rules and settings, and asks AWS for nothing then', async () => {
    const rules = await check({}, settingsFile('', RULES.replace('mirror: {', 'mirorr: {')));
    const settings = await check({}, settingsFile('mode: enforced\nsweepMinutes: 0\n'));

    expect([rules.levels, rules.ran]).toEqual([['ok', 'FAIL'], []]);
    expect(rules.text).toMatch(/FAIL .*tapkeeper\.yaml.*is not valid/s);
    expect(settings.text).toMatch(/mode.*\n.*sweepMinutes/s);
    expect(settings.text).toMatch(/1 FAIL: nothing is deployed until 1 FAIL is put right$/);
  });
});
