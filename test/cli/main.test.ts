import { describe, expect, test } from 'vitest';
import { main } from '../../cli/main.ts';
import { fileOf, run, RULES } from './run.ts';

describe('what is typed wrongly', () => {
  test.each([
    [['frobnicate'], 'there is no command frobnicate'],
    [['constructor'], 'there is no command constructor'],
    [['plan', '--form', 'fleet.json'], "Unknown option '--form'"],
    [['apply', '--expect', 'd1'], "Unknown option '--expect'"],
    [['plan', '--rules'], "Option '--rules <value>' argument missing"],
    [['plan', '--cloud', 'gcp'], '--cloud is gcp; it must be one of aws, azure'],
    [['plan', '--format', 'xml'], '--format is xml; it must be one of text, json, markdown'],
    [['validate', 'one.yaml', 'two.yaml'], 'unexpected argument two.yaml'],
    [['local', '--port', '70000'], '--port is 70000; it must be a whole number from 0 to 65535'],
    [['local', '--sweep-seconds', '1e1'], '--sweep-seconds is 1e1'],
    [['apply', '--lift', 'everything'], "the guard's trips are batch, limit, all"],
  ])('%j is an error that says so', async (typed, said) => {
    const { code, out, err } = await run(typed);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(said);
    expect(err).not.toMatch(/\n\s+at /);
  });

  test('nothing at all shows the commands and is an error', async () => {
    const { code, err } = await run([]);
    expect(code).toBe(1);
    expect(err).toMatch(/validate[^]*plan[^]*apply[^]*snapshot[^]*adopt[^]*local/);
  });
});

describe('help', () => {
  test.each([[['--help']], [['plan', '--help']], [['plan', '-h']]])('%j goes to stdout', async (typed) => {
    const { code, out, err } = await run(typed);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/USAGE/);
  });

  test.each(['validate', 'plan', 'apply', 'snapshot', 'adopt', 'local'])(
    'of %s offers --json, as that of every command',
    async (name) => {
      expect((await run([name, '--help'])).out).toMatch(/^ +--json /m);
    },
  );

  test('of apply says what the digest stands for, and what it does not', async () => {
    const { out } = await run(['apply', '--help']);
    expect(out).toMatch(/--expects=<digest> .*detached and retargeted.*attaches.* are not in it/);
    expect(out).not.toContain('nothing else');
  });

  test.each(['validate', 'plan', 'apply', 'snapshot', 'adopt'])(
    'of %s says where its rules file comes from',
    async (name) => {
      expect((await run([name, '--help'])).out).toContain('default: TAPKEEPER_RULES, else tapkeeper.yaml');
    },
  );

  test.each(['plan', 'apply', 'snapshot', 'adopt'])('of %s says how scopes are named and reached', async (name) => {
    const { out } = await run([name, '--help']);
    for (const option of ['--scope', '--account', '--region', '--cloud']) expect(out).toContain(option);
    expect(out).toContain('TAPKEEPER_MEMBER_ROLE');
  });

  test('of plan says which scopes it takes from a snapshot', async () => {
    expect((await run(['plan', '--help'])).out).toMatch(/--from=<file> .*every scope in it/);
  });

  test('has no colour where there is no terminal', async () => {
    expect((await run(['plan', '--help'])).out).not.toContain('\u001b');
  });
});

test('a stack trace is shown only to whoever asks for it', async () => {
  const typed = ['plan', '--rules', '/nowhere/tapkeeper.yaml'];
  const quiet = await run(typed);
  expect([quiet.code, quiet.out]).toEqual([1, '']);
  expect(quiet.err).toMatch(/^tapkeeper: config-invalid: reading the rules file \/nowhere\/tapkeeper\.yaml: ENOENT/);
  expect(quiet.err).not.toMatch(/\n\s+at /);
  expect((await run(typed, { env: { TAPKEEPER_DEBUG: '1' } })).err).toMatch(/\n\s+at /);
});

test('what nobody expected is still one line and exit code 1', async () => {
  const code = await main(['validate', fileOf(RULES)], {
    ...({} as Parameters<typeof main>[1]),
    env: {},
    isOutTerminal: false,
    out: () => {
      throw new TypeError('the pipe is closed');
    },
    err: (text) => expect(text).not.toMatch(/\n\s+at /),
  });
  expect(code).toBe(1);
});
