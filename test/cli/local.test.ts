import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';

const TAPKEEPER = `${import.meta.dirname}/../../cli/tapkeeper.ts`;
const FREE = ['--port', '0', '--ec2-port', '0', '--arm-port', '0'];

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function local(...typed: readonly string[]): ChildProcess {
  // Node 22 warns that the SQLite of the local queues is experimental; what is ours to say is what is looked at.
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, [TAPKEEPER, 'local', '--empty', ...typed], { stdio: 'pipe', env });
  children.push(child);
  return child;
}

async function ended(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => void (out += String(chunk)));
  child.stderr?.on('data', (chunk) => void (err += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

interface Ready {
  readonly ready: boolean;
  readonly page: string;
  readonly ec2: string;
  readonly arm: string;
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  if (child.stdout === null) throw new Error('stdout is not piped');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Ready;
  throw new Error('it ended without a line');
}

describe('tapkeeper local', () => {
  test.each([
    ['SIGTERM', []],
    ['SIGINT', ['--json']],
  ] as const)('says when it is ready, answers, and ends on %s, with %j', async (signal, options) => {
    const child = local(...FREE, ...options);
    const { ready, page, ec2, arm } = await readyLine(child);
    expect(ready).toBe(true);
    expect((await fetch(page)).status).toBe(200);
    expect(
      (await fetch(`${ec2}/`, { method: 'POST', body: 'Action=DescribeInstances&Version=2016-11-15' })).status,
    ).toBeLessThan(500);
    expect(
      (await fetch(`${arm}/subscriptions?api-version=2022-12-01`, { headers: { authorization: 'Bearer any' } })).status,
    ).toBe(200);
    child.kill(signal);
    expect(await ended(child)).toMatchObject({ code: 0, out: '', err: '' });
  });

  test('names a port that is taken, and exits with 1', async () => {
    const { page } = await readyLine(local(...FREE));
    const { port } = new URL(page);
    const { code, out, err } = await ended(local('--port', '0', '--ec2-port', port, '--arm-port', '0'));
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(new RegExp(`^tapkeeper: conflict: .*127\\.0\\.0\\.1:${port}.*taken`));
  });

  test('says what is wrong with the rules file, and exits with 1', async () => {
    const { code, err } = await ended(local(...FREE, '--rules', '/nowhere/tapkeeper.yaml'));
    expect(code).toBe(1);
    expect(err).toContain('reading the rules file /nowhere/tapkeeper.yaml');
  });

  test('says which package is missing where it is installed without those for development', async () => {
    const guard = `data:text/javascript,import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) {
        if (name !== 'fauxqs') return next(name, context);
        throw Object.assign(new Error("Cannot find package 'fauxqs' imported from x"), { code: 'ERR_MODULE_NOT_FOUND' });
      } });`;
    const child = spawn(process.execPath, ['--import', guard, TAPKEEPER, 'local', ...FREE], { stdio: 'pipe' });
    children.push(child);
    const { code, err } = await ended(child);
    expect(code).toBe(1);
    expect(err).toContain('the local clouds need fauxqs, which is not installed');
  });
});
