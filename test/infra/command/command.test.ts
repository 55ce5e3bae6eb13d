import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { askJson, saidIn } from '../../../infra/command/ask.ts';
import { checkNode } from '../../../infra/command/node-version.ts';
import { readTyped } from '../../../infra/command/options.ts';
import { NOT_FOUND, reading, runHere, toShellLine } from '../../../infra/command/process.ts';
import { ended, record } from './recorded.ts';

describe('a command', () => {
  test('is run to its end, with its answer and its exit code', async () => {
    const script = 'process.stdout.write(process.env.WORD); process.stderr.write("b"); process.exitCode = 3';
    const answer = await runHere({ ...reading(process.execPath, '-e', script), env: { WORD: 'a' } });

    expect(answer).toEqual({ code: 3, stdout: 'a', stderr: 'b' });
  });

  test('that is not there has an exit code of its own', async () => {
    expect((await runHere(reading('no-such-command-anywhere'))).code).toBe(NOT_FOUND);
  });

  test('that was stopped has the exit code of a shell', async () => {
    expect((await runHere(reading(process.execPath, '-e', 'process.kill(process.pid, "SIGINT")'))).code).toBe(130);
  });

  test('is a line for the shell of Windows in which spaces and bars are what they are', () => {
    const query = `types[?a=="b"].x | [0]`;
    expect(toShellLine(reading('C:\\Program Files\\az.cmd', '--query', query, '--file', 'C:\\My rules\\a.yaml'))).toBe(
      `"C:\\Program Files\\az.cmd" "--query" "types[?a==""b""].x | [0]" "--file" "C:\\My rules\\a.yaml"`,
    );
  });

  test('of the clone is found without npm', async () => {
    const port = JSON.stringify(join(import.meta.dirname, '../../../infra/command/process.ts'));
    const script = `const { runHere, reading } = await import(${port}); console.log((await runHere(reading('prettier', '--version'))).code)`;
    const call = reading(process.execPath, '--input-type=module', '-e', script);

    expect((await promisify(execFile)(call.command, [...call.args], { env: { PATH: '/usr/bin:/bin' } })).stdout).toBe(
      '0\n',
    );
  });
});

describe('what a cloud answers', () => {
  const ask = (recorded: Parameters<typeof record>[0][string]) =>
    askJson(record({ aws: recorded }).means.run, v.object({ a: v.number() }), 'aws', 'sts', 'get-caller-identity');

  test('is read as far as it is wanted', async () => {
    expect(await ask({ a: 1, b: 2 })).toEqual({ kind: 'answered', value: { a: 1 } });
  });

  test.each([
    [ended(NOT_FOUND), 'not-found', 'there is no command aws'],
    [
      'An error occurred (AccessDenied) when calling X: no',
      'AccessDenied',
      'An error occurred (AccessDenied) when calling X: no',
    ],
    ['WARNING: w\nERROR: (NotFound) none', 'NotFound', 'ERROR: (NotFound) none'],
    [ended(1), 'unknown', 'it said nothing'],
    [{ a: 'text' }, 'unreadable', 'aws sts get-caller-identity answered something else'],
    [{ code: 0, stdout: 'no JSON', stderr: '' }, 'unreadable', 'aws sts get-caller-identity answered something else'],
  ])('is refused where it is %j', async (recorded, code, said) => {
    expect(await ask(recorded)).toEqual({ kind: 'refused', code, said });
  });

  test.each([
    ['User: arn:aws:sts::123456789012:assumed-role/Admin/alice is not authorized', 'User: … is not authorized'],
    ["The client 'alice@example.com' with object id", "The client '…' with object id"],
    ['signed in as bob@example.com', 'signed in as …'],
    ['arn:aws:iam::123456789012:user/alice may not', '… may not'],
  ])('is said without anybody: %s', (text, said) => {
    expect(saidIn(text)).toBe(said);
  });
});

describe('what is typed', () => {
  test('is read, lists by commas or by repeating', () => {
    const typed = readTyped(['file', '--lift', 'all,limit', '--lift', 'batch', '--yes'], ['lift', 'yes']);

    expect(typed).toMatchObject({ file: 'file', lift: ['all', 'limit', 'batch'], isYes: true, expects: [] });
  });

  test.each([
    [['--lift', 'everything'], "--lift everything: the guard's trips are batch, limit, all"],
    [['--yes'], 'there is no option --yes here; it takes --lift, --help'],
    [['--lfit', 'all'], 'there is no option --lfit here; it takes --lift, --help'],
    [['--lift'], "Option '--lift <value>' argument missing"],
    [['a', 'b'], 'unexpected argument b'],
  ])('is refused where it says nothing: %j', (typed, said) => {
    expect(() => readTyped(typed, ['lift'])).toThrow(said);
  });
});

test.each([
  ['20.19.0', 'FAIL'],
  ['22.17.9', 'FAIL'],
  ['22.18.0', 'ok'],
  ['24.1.0', 'ok'],
])('Node %s is %s', (version, level) => {
  expect(checkNode(version).level).toBe(level);
});
