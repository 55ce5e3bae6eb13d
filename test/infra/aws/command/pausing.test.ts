import { describe, expect, test } from 'vitest';
import { pauseAws } from '../../../../infra/aws/command/pausing.ts';
import { readTyped } from '../../../../infra/command/options.ts';
import { type Recorded, record } from '../../command/recorded.ts';
import { DEPLOYED, keeping, READY, settingsFile } from './commands.ts';

async function pause(answers: Readonly<Record<string, Recorded>> = {}, flags: readonly string[] = []) {
  const settings = settingsFile(
    'destination: { vpc: vpc-0123456789abcdef0, sources: [10.0.0.0/16], networkInterface: eni-0123456789abcdef0 }\n',
  );
  const recording = record({ ...DEPLOYED, ...answers });
  const typed = readTyped([settings, ...flags], ['drained', 'yes']);
  const code = await pauseAws(typed, recording.means).catch((thrown: Error) => thrown.message);
  const wrote = recording.ran.filter((line) => !line.startsWith('aws ')).map((line) => line.replace(settings, 'FILE'));
  return { code, wrote, text: recording.lines.join('\n'), pauses: recording.pauses };
}

describe('pause:aws', () => {
  test('builds, deploys the one stack in mode paused by the settings that were named, and waits', async () => {
    const { code, wrote, text, pauses } = await pause({}, ['--yes']);

    expect(code).toBe(0);
    expect(wrote).toEqual([
      'npm run --silent build',
      'cdk deploy tapkeeper-prod --exclusively -c settings=FILE -c mode=paused --require-approval never',
    ]);
    expect(pauses.reduce((sum, one) => sum + one, 0)).toBe(360);
    expect(text).toMatch(/Paused until the next deployment.*$/);
  });

  test('changes nothing with the credentials of another account', async () => {
    const { code, wrote } = await pause({ 'aws sts get-caller-identity': { Account: '210987654321' } });

    expect([code, wrote]).toEqual([1, []]);
  });

  test('forgets no scope that is kept and not in the settings any more', async () => {
    const kept = keeping('123456789012:us-east-1', '123456789012:eu-west-1');
    const refused = await pause(kept);
    expect([refused.code, refused.wrote]).toEqual([
      expect.stringContaining('say --drained 123456789012:eu-west-1'),
      [],
    ]);

    expect((await pause(kept, ['--drained', '123456789012:eu-west-1'])).code).toBe(0);
  });

  test('is done where nothing is deployed', async () => {
    const gone = READY['aws cloudformation describe-stacks'] ?? '';
    const { code, text } = await pause({ 'aws cloudformation describe-stacks': gone });

    expect(code).toBe(0);
    expect(text).toMatch(/there is nothing to pause$/);
  });
});
