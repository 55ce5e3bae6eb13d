import { describe, expect, test } from 'vitest';
import { removeAws } from '../../../../infra/aws/command/removal.ts';
import { type OptionName, readTyped } from '../../../../infra/command/options.ts';
import { RULES } from '../../../cli/run.ts';
import { answered, ended, type Recorded, record } from '../../command/recorded.ts';
import { awsError, DEPLOYED, keeping, MEMBERS, READY, settingsElsewhere, settingsFile } from './commands.ts';

const OPTIONS: readonly OptionName[] = ['lift', 'expects', 'member-role', 'drained', 'yes'];
const LIFTED = ['--lift', 'all', '--lift', 'limit'];

interface Given {
  readonly settings?: string;
  readonly answers?: Readonly<Record<string, Recorded>>;
  readonly flags?: readonly string[];
  readonly nowMs?: number;
  /** Of the stacks, until they are destroyed. */
  readonly status?: string;
}

/** The stacks go when they are destroyed. */
async function remove({
  settings = settingsFile(),
  answers = {},
  flags = LIFTED,
  nowMs = 1e12,
  status = 'UPDATE_COMPLETE',
}: Given = {}) {
  const gone = new Set<string>();
  const missing = awsError('ValidationError', 'DescribeStacks', 'does not exist');
  const destroy = (stack: string): Record<string, Recorded> => ({
    [`cdk destroy ${stack} `]: () => (gone.add(stack), ended(0)),
    [`aws cloudformation describe-stacks --stack-name ${stack} `]: () =>
      gone.has(stack)
        ? { code: 254, stdout: '', stderr: missing }
        : answered(JSON.stringify({ Stacks: [{ StackStatus: status }] })),
  });
  const table = { ...DEPLOYED, ...destroy('tapkeeper-prod'), ...destroy('tapkeeper-prod-destination'), ...answers };
  const recording = record(table, nowMs);
  const code = await removeAws(readTyped([settings, ...flags], OPTIONS), recording.means).catch(
    (thrown: Error) => thrown.message,
  );
  const shown = recording.calls.filter(({ output }) => output === 'shown');
  const wrote = recording.ran
    .filter((line) => !/^aws \w+ (get|describe|list)/.test(line))
    .map((line) =>
      line.replaceAll(/\S*\/tapkeeper-\S*\/tapkeeper\.(aws\.)?yaml/g, (path) =>
        path.includes('.aws.') ? path.replace(/[^=]*$/, 'SETTINGS') : 'RULES',
      ),
    );
  return { code, wrote, shown, text: recording.lines.join('\n'), pauses: recording.pauses };
}

const DRAIN =
  'node cli/tapkeeper.ts drain --rules RULES --owner prod --scope 123456789012:us-east-1 --lift all --lift limit';

describe('remove:aws', () => {
  test('builds, pauses, drains and destroys, in this order', async () => {
    const { code, wrote, text, shown } = await remove();

    expect(code).toBe(0);
    expect(wrote).toEqual([
      'npm run --silent build',
      'cdk deploy tapkeeper-prod --exclusively -c settings=SETTINGS -c mode=paused',
      DRAIN,
      'cdk destroy tapkeeper-prod --exclusively -c settings=SETTINGS',
    ]);
    expect(shown[2]?.env).toEqual({
      AWS_REGION: 'us-east-1',
      TAPKEEPER_ACCOUNT: '123456789012',
      TAPKEEPER_AGAIN: expect.stringMatching(/^npm run remove:aws -- \S+tapkeeper\.aws\.yaml$/) as string,
      TAPKEEPER_MODE: 'paused',
    });
    expect(text).toContain('Removed. No session of ours is left.');
  });

  test('removes the destination last, and asks nobody where a script says --yes', async () => {
    const settings = settingsFile(
      'destination: { vpc: vpc-0123456789abcdef0, sources: [10.0.0.0/16], networkInterface: eni-0123456789abcdef0 }\n',
    );
    const { wrote } = await remove({ settings, flags: [...LIFTED, '--yes', '--expects', 'abc'] });

    expect(wrote.slice(1)).toEqual([
      'cdk deploy tapkeeper-prod --exclusively -c settings=SETTINGS -c mode=paused --require-approval never',
      `${DRAIN} --expects abc`,
      'cdk destroy tapkeeper-prod --exclusively -c settings=SETTINGS --force',
      'cdk destroy tapkeeper-prod-destination --exclusively -c settings=SETTINGS --force',
    ]);
  });

  test.each([
    [1, 'something was refused'],
    [2, 'something is left'],
    [3, 'the guard tripped, and the line above lifts it'],
    [4, 'nobody can tell what is left'],
  ])('removes nothing where draining ends with %d, and says so', async (ending, said) => {
    const { code, wrote } = await remove({ answers: { 'node cli/tapkeeper.ts': ended(ending) } });

    expect(code).toContain(said);
    expect(code).toContain('The deployment is paused and still there, and nothing was removed');
    expect(wrote.some((line) => line.includes('destroy'))).toBe(false);
  });

  test('waits until what had begun is over: as long as an invocation may take, counted from the pause', async () => {
    const { pauses, text, code } = await remove({ nowMs: 350_000 });
    expect([code, pauses]).toEqual([0, [10]]);
    expect(text).toContain('Waiting until what tapkeeper-prod-on-change had begun is over: 10 s at most');

    expect((await remove({ nowMs: 0 })).pauses.reduce((sum, one) => sum + one, 0)).toBe(360);
    expect((await remove({ nowMs: 360_000 })).pauses).toEqual([]);
  });

  test('waits for each function that writes', async () => {
    const paused = { Timeout: 300, Environment: { Variables: { TAPKEEPER_MODE: 'paused' } } };
    const resync = { ...paused, LastModified: '1970-01-01T00:00:10.000+0000' };
    const answers = { 'aws lambda get-function-configuration --function-name tapkeeper-prod-resync': resync };
    const { pauses, text } = await remove({ answers, nowMs: 360_000 });

    expect(pauses).toEqual([10]);
    expect(text).toContain('Waiting until what tapkeeper-prod-resync had begun is over');
  });

  test('waits while Lambda changes the function, and not for ever', async () => {
    const changing = {
      LastModified: '1970-01-01T00:00:00.000+0000',
      Timeout: 300,
      LastUpdateStatus: 'InProgress',
      Environment: { Variables: { TAPKEEPER_MODE: 'observe' } },
    };
    const { code, pauses, wrote } = await remove({ answers: { 'aws lambda get-function-configuration': changing } });

    expect(code).toContain('tapkeeper-prod-on-change is still being changed');
    expect(pauses.length).toBeLessThan(100);
    expect(wrote).not.toContain(DRAIN);
  });

  test('does not drain what is not paused', async () => {
    const enforcing = {
      LastModified: '1970-01-01T00:00:00.000+0000',
      Timeout: 300,
      Environment: { Variables: { TAPKEEPER_MODE: 'enforce' } },
    };
    const { code, wrote } = await remove({ answers: { 'aws lambda get-function-configuration': enforcing } });

    expect(code).toContain('tapkeeper-prod-on-change is in mode enforce and not paused, so nothing is drained');
    expect(wrote).not.toContain(DRAIN);
  });

  test('goes on where it was stopped: deploys nothing again that is gone, and drains all the same', async () => {
    const gone = READY['aws cloudformation describe-stacks'] ?? '';
    const { code, wrote } = await remove({
      answers: { 'aws cloudformation describe-stacks --stack-name tapkeeper-prod ': gone },
    });

    expect(code).toBe(0);
    expect(wrote.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'npm run --silent',
      'node cli/tapkeeper.ts drain',
      'cdk destroy tapkeeper-prod',
    ]);
  });

  test('does not take a stack for gone that it may not see', async () => {
    const denied = awsError('AccessDenied', 'DescribeStacks', 'no');
    const { code, wrote } = await remove({
      answers: { 'aws cloudformation describe-stacks --stack-name tapkeeper-prod ': denied },
    });

    expect(code).toContain('allow cloudformation:DescribeStacks');
    expect(wrote).toEqual(['npm run --silent build']);
  });

  test('says when a stack is still there', async () => {
    const { code } = await remove({ answers: { 'cdk destroy tapkeeper-prod ': ended(0) } });

    expect(code).toContain('tapkeeper-prod is still there: the answer was no');
  });

  test('does nothing with credentials of another account', async () => {
    const { code, wrote } = await remove({ answers: { 'aws sts get-caller-identity': { Account: '210987654321' } } });

    expect([code, wrote]).toEqual([1, []]);
  });

  test('leaves no other account out without a word', async () => {
    const settings = settingsFile(MEMBERS);
    const role = 'arn:aws:iam::{account}:role/OrganizationAccountAccessRole';

    const refused = await remove({ settings });
    const byRole = await remove({ settings, flags: ['--member-role', role] });
    const byHand = await remove({ settings, flags: ['--drained', '210987654321:us-east-1'] });

    expect([refused.code, refused.wrote]).toEqual([
      expect.stringContaining('210987654321:us-east-1: of another account'),
      [],
    ]);
    expect(byRole.wrote[2]).toContain('--scope 123456789012:us-east-1 --scope 210987654321:us-east-1');
    expect(byRole.shown[2]?.env).toMatchObject({ TAPKEEPER_ACCOUNT: '123456789012', TAPKEEPER_MEMBER_ROLE: role });
    expect(byHand.wrote[2]).toMatch(/--scope 123456789012:us-east-1$/);
    expect(byRole.text).toContain('delete its stack instances and stack set');
  });

  test.each([[['--member-role', 'arn:aws:iam::1:role/x'], 'write {account} where']])(
    'refuses %j',
    async (flags, said) => {
      expect((await remove({ flags })).code).toContain(said);
    },
  );

  test.each(['s3://rules/tapkeeper.yaml', 'ssm:/soc/rules'])('drains by the rules at %s', async (place) => {
    const { shown, code } = await remove({ settings: settingsElsewhere(place) });

    expect([code, shown[2]?.args.slice(1, 6)]).toEqual([0, ['drain', '--rules', place, '--owner', 'prod']]);
    expect(shown[2]?.env).toMatchObject({ AWS_REGION: 'us-east-1' });
  });

  test('leaves no scope out that what is deployed keeps and the settings do not, and builds nothing before that is clear', async () => {
    const answers = keeping('123456789012:us-east-1', '123456789012:eu-west-1');

    const refused = await remove({ answers });
    expect(refused.wrote).toEqual([]);
    expect(refused.code).toContain(
      '123456789012:eu-west-1: kept by what is deployed, and not in the settings any more',
    );

    const byHand = await remove({ answers, flags: [...LIFTED, '--drained', '123456789012:eu-west-1'] });
    expect([byHand.code, byHand.wrote[2]]).toEqual([0, DRAIN]);
  });

  test.each(['ROLLBACK_COMPLETE', 'DELETE_FAILED', 'UPDATE_ROLLBACK_FAILED'])(
    'deploys nothing to a stack that cannot be deployed to (%s), and drains and removes all the same',
    async (status) => {
      const { code, wrote } = await remove({ status });

      expect([code, wrote.slice(1)]).toEqual([
        0,
        [DRAIN, 'cdk destroy tapkeeper-prod --exclusively -c settings=SETTINGS'],
      ]);
    },
  );

  test("drains nothing that a former owner's deployment would attach again", async () => {
    const settings = settingsFile('', RULES.replace('owner: prod', 'owner: prod\nformerOwners: [legacy]'));
    const legacy = 'aws cloudformation describe-stacks --stack-name tapkeeper-legacy ';
    const missing = { [legacy]: READY['aws cloudformation describe-stacks'] ?? '' };

    const refused = await remove({ settings });
    expect([refused.code, refused.wrote]).toEqual([expect.stringContaining('tapkeeper-legacy, of a former owner'), []]);
    expect((await remove({ settings, answers: missing })).code).toBe(0);
  });

  test('waits for nobody while CloudFormation is at it', async () => {
    const { code, wrote } = await remove({ status: 'DELETE_IN_PROGRESS' });

    expect(code).toContain('tapkeeper-prod is changing (DELETE_IN_PROGRESS); wait');
    expect(wrote).toEqual(['npm run --silent build']);
  });

  test('drains nothing that a deployment of the owner in another region would attach again', async () => {
    const { code, wrote } = await remove({
      answers: {
        'aws cloudformation describe-stacks --stack-name tapkeeper-prod ':
          READY['aws cloudformation describe-stacks'] ?? '',
        'aws cloudformation list-stack-resources': READY['aws cloudformation describe-stacks'] ?? '',
        'aws iam get-role': { Role: { RoleName: 'tapkeeper-prod' } },
      },
    });

    expect(code).toContain('another deployment has the owner prod; name the settings that it was deployed by');
    expect(wrote).toEqual(['npm run --silent build']);
  });
});
