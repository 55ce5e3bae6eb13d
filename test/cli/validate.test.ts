import { describe, expect, test } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { toInstant } from '../../shared/ids.ts';
import { toWorld } from '../world.ts';
import { fileOf, run, RULES } from './run.ts';

describe('validate', () => {
  test('a valid file', async () => {
    const { code, out, err } = await run(['validate', fileOf(RULES)]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('is valid: 1 rules, 1 destinations');
  });

  test('says every problem at once, with line and column, and exits with 1', async () => {
    const path = fileOf(
      RULES.replace('sessionNumber: 100', 'sessionNumber: 0').replace('among: [soc]', 'among: [sok]'),
    );
    const { code, out } = await run(['validate', path]);
    expect(code).toBe(1);
    expect(out).toContain(`${path}:10:`);
    expect(out).toContain(`${path}:14:`);
    expect(out).toContain('is not valid (2 errors, 0 warnings)');
  });

  test('as JSON', async () => {
    const path = fileOf(RULES.replace('sessionNumber: 100', 'sessionNumber: 0'));
    const { code, out } = await run(['validate', path, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      file: path,
      valid: false,
      rulesVersion: null,
      problems: [{ severity: 'error', line: 10 }],
    });
  });

  test('as JSON says whose valid rules are', async () => {
    const { code, out } = await run([
      'validate',
      fileOf(RULES.replace('owner: prod', 'owner: prod\nformerOwners: [soc]')),
      '--json',
    ]);
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { valid: true, owner: 'prod', formerOwners: ['soc'], problems: [] },
    ]);
  });

  test('takes the filters of a snapshot, and refuses a file that is none', async () => {
    const snapshot = printSnapshot({
      version: 1,
      takenAt: toInstant(0),
      worlds: [toWorld({ filters: [{ id: 'tmf-1' }] })],
    });
    expect((await run(['validate', fileOf(RULES), '--from', fileOf(snapshot, 'fleet.json')])).code).toBe(0);
    const { code, out, err } = await run(['validate', fileOf(RULES), '--from', fileOf('{}', 'fleet.json')]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('is not a snapshot');
  });

  test('takes the file that the environment names', async () => {
    expect((await run(['validate'], { env: { TAPKEEPER_RULES: fileOf(RULES) } })).code).toBe(0);
  });

  test.each([
    ['', false],
    ['1', true],
  ])('with NO_COLOR=%j on a terminal', async (value, isPlain) => {
    const { out } = await run(['validate', fileOf(RULES)], { env: { NO_COLOR: value }, isOutTerminal: true });
    expect(out.includes('\u001b[')).toBe(!isPlain);
  });
});
