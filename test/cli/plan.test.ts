import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { toInstant } from '../../shared/ids.ts';
import { toWorld, type WorldSketch } from '../world.ts';
import { fileOf, run, RULES } from './run.ts';

const TARGET = 'tmt-0a45c694b91bcea54';
const FILTER = 'tmf-010db9a7d8056cc2d';

const TAGGED: WorldSketch = {
  machines: [{ id: 'i-1', tags: { mirror: 'soc' }, type: 'm6i.large' }],
  sources: [{ id: 'eni-1', machine: 'i-1' }],
  targets: [{ id: TARGET }],
  filters: [{ id: FILTER }],
};

const UNWISHED: WorldSketch = {
  ...TAGGED,
  machines: [{ id: 'i-1', type: 'm6i.large' }],
  attachments: [{ id: 'tms-1', source: 'eni-1', target: TARGET, filter: FILTER, number: 100, owner: 'prod' }],
};

const snapshotOf = (...sketches: readonly WorldSketch[]): string =>
  fileOf(printSnapshot({ version: 1, takenAt: toInstant(0), worlds: sketches.map(toWorld) }), 'fleet.json');

const plan = (from: string, ...more: readonly string[]) =>
  run(['plan', '--rules', fileOf(RULES), '--from', from, ...more]);

describe('plan --from', () => {
  test('exits with 2 when changes are pending', async () => {
    const { code, out, err } = await plan(snapshotOf(TAGGED));
    expect([code, err]).toEqual([2, '']);
    expect(out).toMatch(/\+ attach +eni-1 of i-1 +soc /);
    expect(out).toMatch(/Plan: 1 to attach\.\n$/);
  });

  test('exits with 0 when there is nothing to do', async () => {
    const { code, out } = await plan(snapshotOf({ ...TAGGED, machines: [{ id: 'i-1' }] }));
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, 'Plan: nothing to do.']);
  });

  test('exits with 3 when the guard has tripped', async () => {
    const { code, out } = await plan(snapshotOf(UNWISHED));
    expect(code).toBe(3);
    expect(out).toContain('lift with --lift limit');
  });

  test('exits with 4 when something was not read', async () => {
    const incomplete = [{ kind: 'targets', why: 'DescribeTrafficMirrorTargets was denied' }] as const;
    const { code, out } = await plan(snapshotOf(TAGGED, { ...TAGGED, incomplete }));
    expect(code).toBe(4);
    expect(out).toContain('DescribeTrafficMirrorTargets was denied');
  });

  test('writes JSON and Markdown', async () => {
    const from = snapshotOf(TAGGED);
    expect(JSON.parse((await plan(from, '--json')).out)).toMatchObject({ version: 1, counts: { attach: 1 } });
    expect((await plan(from, '--format', 'json')).out).toBe((await plan(from, '--json')).out);
    expect((await plan(from, '--format', 'markdown')).out).toMatch(/^### AWS 123456789012 us-east-1\n/);
  });

  test.each([
    [['--cloud', 'azure'], 1],
    [['--scope', '123456789012:us-east-1'], 1],
    [['--scope', '123456789012:eu-west-1,00000000-0000-0000-0000-000000000000'], 1],
    [[], 2],
  ])('with %j plans %d scopes', async (options, count) => {
    const { out } = await plan(snapshotOf(TAGGED, { cloud: 'azure' }), '--json', ...options);
    expect((JSON.parse(out) as { plans: unknown[] }).plans).toHaveLength(count);
  });

  test.each([
    [['--scope', '123456789012:eu-west-1'], '123456789012:us-east-1, 00000000-'],
    [['--cloud', 'azure', '--scope', '123456789012:us-east-1'], '123456789012:us-east-1, 00000000-'],
  ])('with %j, which leaves nothing of the file, names the scopes that are in it', async (options, said) => {
    const { code, out, err } = await plan(snapshotOf(TAGGED, { cloud: 'azure' }), ...options);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^tapkeeper: config-invalid: /);
    expect(err).toContain(`it holds ${said}`);
  });

  test('of a file without a scope is an error: nothing was looked at', async () => {
    const { code, err } = await plan(fileOf(printSnapshot({ version: 1, takenAt: toInstant(0), worlds: [] })));
    expect(code).toBe(1);
    expect(err).toContain('it holds no scope');
  });

  test('has the same plan whatever the order in the file', async () => {
    const world = toWorld({
      ...TAGGED,
      sources: [
        { id: 'eni-1', machine: 'i-1' },
        { id: 'eni-0', machine: 'i-1' },
      ],
    });
    const files = [world, { ...world, sources: world.sources.toReversed() }].map((one) =>
      fileOf(printSnapshot({ version: 1, takenAt: toInstant(0), worlds: [one] }), 'fleet.json'),
    );
    const [first, second] = await Promise.all(files.map((file) => plan(file)));
    expect(first?.out).toBe(second?.out);
  });

  test.each([
    ['not JSON', '{', 'reading the snapshot'],
    ['of another version', '{"version":2}', 'version'],
    ['with an unknown key', JSON.stringify({ version: 1, takenAt: toInstant(0), worlds: [], extra: 1 }), 'extra'],
    ['with a world that is none', JSON.stringify({ version: 1, takenAt: 'today', worlds: [{}] }), 'worlds.0.scope'],
  ])('refuses a file that is %s', async (_case, text, said) => {
    const { code, out, err } = await plan(fileOf(text, 'fleet.json'));
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(said);
  });

  test('refuses rules that are not valid, with every problem', async () => {
    const rules = fileOf(RULES.replace('sessionNumber: 100', 'sessionNumber: 0'));
    const { code, err } = await run(['plan', '--rules', rules, '--from', snapshotOf(TAGGED)]);
    expect(code).toBe(1);
    expect(err).toContain(`${rules}:10:`);
  });

  test('loads no SDK of a cloud', async () => {
    const guard = `data:text/javascript,import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) {
        if (/^@(aws-sdk|smithy|azure)\\//.test(name)) throw new Error('an SDK was loaded: ' + name);
        return next(name, context);
      } });`;
    const tapkeeper = `${import.meta.dirname}/../../cli/tapkeeper.ts`;
    const typed = [tapkeeper, 'plan', '--rules', fileOf(RULES), '--from', snapshotOf({})];
    const ran = await promisify(execFile)(process.execPath, ['--import', guard, ...typed]);
    expect(ran).toMatchObject({ stdout: expect.stringContaining('nothing to do') as string, stderr: '' });
    const live = promisify(execFile)(process.execPath, [
      '--import',
      guard,
      tapkeeper,
      'plan',
      '--rules',
      fileOf(RULES),
      '--scope',
      '123456789012:us-east-1',
    ]);
    await expect(live).rejects.toThrow('an SDK was loaded');
  });
});

test('plan without a scope says how to name one', async () => {
  const { code, err } = await run(['plan', '--rules', fileOf(RULES)]);
  expect(code).toBe(1);
  expect(err).toContain('--scope 123456789012:us-east-1');
});

test('a scope that cannot be told is an error', async () => {
  const { code, err } = await run(['plan', '--rules', fileOf(RULES), '--scope', 'us-east-1']);
  expect(code).toBe(1);
  expect(err).toContain('the scope us-east-1 cannot be told');
});
