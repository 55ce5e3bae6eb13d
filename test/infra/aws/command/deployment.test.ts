import { describe, expect, test } from 'vitest';
import { deployAws } from '../../../../infra/aws/command/deployment.ts';
import { readTyped } from '../../../../infra/command/options.ts';
import { ended, type Recorded, record } from '../../command/recorded.ts';
import { MEMBERS, READY, settingsFile } from './commands.ts';

const DESTINATION = `destination: { vpc: vpc-0123456789abcdef0, sources: [10.0.0.0/16], networkInterface: eni-0123456789abcdef0 }\n`;

async function deploy(more = '', answers: Readonly<Record<string, Recorded>> = {}, flags: readonly string[] = []) {
  const settings = settingsFile(more);
  const recording = record({ ...READY, ...answers });
  const code = deployAws(readTyped([settings, ...flags], ['yes']), recording.means);
  const ended = await code.catch((thrown: Error) => thrown.message);
  const wrote = recording.ran
    .filter((line) => !line.startsWith('aws '))
    .map((line) => line.replace(settings, 'SETTINGS'));
  return { ended, wrote, text: recording.lines.join('\n') };
}

describe('deploy:aws', () => {
  test('builds and deploys, then says what comes next', async () => {
    const { ended: code, wrote, text } = await deploy();

    expect(code).toBe(0);
    expect(wrote).toEqual(['npm run --silent build', 'cdk deploy tapkeeper-prod --exclusively -c settings=SETTINGS']);
    expect(text).toMatch(/npm run -s tapkeeper -- plan --rules \S+tapkeeper\.yaml --scope 123456789012:us-east-1/);
    expect(text).toContain(
      'It is in mode observe. When the plan is right, set `mode: enforce` in the settings and deploy again.',
    );
    expect(text).not.toContain('stack-set');
  });

  test('deploys the destination first, where one is asked for', async () => {
    const { wrote, text } = await deploy(DESTINATION, {}, ['--yes']);

    expect(wrote.slice(1)).toEqual([
      'cdk deploy tapkeeper-prod-destination --exclusively -c settings=SETTINGS --require-approval never',
      'cdk deploy tapkeeper-prod --exclusively -c settings=SETTINGS --require-approval never',
    ]);
    expect(text).toContain('put the lines of the destination stack');
  });

  test('says how members are rolled out', async () => {
    const { text } = await deploy(MEMBERS);

    expect(text).toContain('aws cloudformation create-stack-set --stack-set-name tapkeeper-prod-member');
    expect(text).toContain('--regions us-east-1 --deployment-targets');
  });

  test.each([
    ['the check fails', { 'aws sts get-caller-identity': { Account: '210987654321' } }, 1, 0],
    [
      'building fails',
      { 'npm run': ended(1) },
      'building: npm ended with exit code 1; see above, and run this again',
      1,
    ],
    [
      'the first stack fails',
      { 'cdk deploy tapkeeper-prod-destination': ended(1) },
      expect.stringContaining('deploying tapkeeper-prod-destination'),
      2,
    ],
  ])('stops where %s', async (_where, answers, ending, count) => {
    const { ended: code, wrote } = await deploy(DESTINATION, answers);

    expect([code, wrote.length]).toEqual([ending, count]);
  });
});
