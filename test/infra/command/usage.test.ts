import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { runScript } from './stand-ins.ts';

const ROOT = join(import.meta.dirname, '../../..');

// Each is a process of its own that loads what it needs.
vi.setConfig({ testTimeout: 60_000 });

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const commands = Object.entries(scripts).flatMap(([name, line]) => {
  const path = /^node (infra\/\w+\/command\/\w+\.ts)$/.exec(line)?.[1];
  return path === undefined ? [] : [[name, path] as const];
});

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  synth: [],
  'check:aws': [],
  'deploy:aws': ['yes'],
  'pause:aws': ['drained', 'yes'],
  'remove:aws': ['lift', 'expects', 'member-role', 'drained', 'yes'],
  'check:azure': ['subscription'],
  'deploy:azure': ['subscription'],
  'pause:azure': ['subscription'],
  'remove:azure': ['subscription', 'lift', 'expects'],
};

test('there are these commands, and no other', () => {
  expect(commands.map(([name]) => name).sort()).toEqual(Object.keys(OPTIONS).sort());
});

test.each(commands)('%s shows by --help how it is typed, and does nothing', async (name, path) => {
  const stands = { commands: ['aws', 'az', 'cdk', 'npm'], fixtures: [] };
  const { code, out, err, asked } = await runScript(path, ['--help'], stands);

  expect([code, err, asked]).toEqual([0, '', []]);
  expect(out).toMatch(new RegExp(`^npm run ${name} -- \\[`));
  expect([...out.matchAll(/^ {2}--([\w-]+)/gm)].map(([, option]) => option)).toEqual(OPTIONS[name]);
});

test('a reader that goes before the end is no accident', async () => {
  const line = `"${process.execPath}" infra/aws/command/check.ts none.yaml | true`;
  const { stderr } = await promisify(exec)(line, { cwd: ROOT });

  expect(stderr).toBe('');
});
