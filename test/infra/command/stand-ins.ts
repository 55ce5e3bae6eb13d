import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Answer } from '../../../infra/command/process.ts';
import type { Recorded } from './recorded.ts';

/** What a stand-in answers to a command line that has these words in it. */
interface Fixture {
  readonly when: string;
  readonly code?: number;
  readonly stdout?: unknown;
  readonly stderr?: string;
}

interface Script {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the stand-ins were asked, in order. */
  readonly asked: readonly string[];
}

const ROOT = join(import.meta.dirname, '../../..');

/** Logs its arguments, and answers with the first fixture that fits; nothing else is an answer of success without a word. */
const STAND_IN = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const { basename } = require('node:path');
const line = [basename(process.argv[1]), ...process.argv.slice(2)].join(' ');
appendFileSync(process.env.STAND_IN_LOG, JSON.stringify(line) + '\\n');
const fixture = JSON.parse(readFileSync(process.env.STAND_IN_FIXTURES, 'utf8')).find(({ when }) => line.includes(when));
const { code = 0, stdout = '', stderr = '' } = fixture ?? {};
process.stdout.write(typeof stdout === 'string' ? stdout : JSON.stringify(stdout));
process.stderr.write(stderr);
process.exitCode = code;
`;

/** Runs a script of infra as a process, with stand-ins for these commands before all others. */
export async function runScript(
  script: string,
  typed: readonly string[],
  {
    commands,
    fixtures,
    env = {},
  }: { commands: readonly string[]; fixtures: readonly Fixture[]; env?: Record<string, string> },
): Promise<Script> {
  const folder = mkdtempSync(join(tmpdir(), 'tapkeeper-stand-ins-'));
  for (const command of commands) {
    writeFileSync(join(folder, command), STAND_IN);
    chmodSync(join(folder, command), 0o755);
  }
  const [log, table] = [join(folder, 'asked.jsonl'), join(folder, 'fixtures.json')];
  writeFileSync(table, JSON.stringify(fixtures));
  const child = spawn(process.execPath, [join(ROOT, script), ...typed], {
    cwd: folder,
    env: {
      PATH: [folder, process.env['PATH']].join(delimiter),
      HOME: folder,
      STAND_IN_LOG: log,
      STAND_IN_FIXTURES: table,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? 1)));
  const asked = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  return { code, out, err, asked: asked.map((line) => JSON.parse(line) as string) };
}

/** The recorded answers, as the stand-ins read them: those of some words come before those of fewer. */
export const fixturesOf = (table: Readonly<Record<string, Recorded>>): readonly Fixture[] =>
  Object.entries(table)
    .sort(([a], [b]) => b.length - a.length)
    .map(([when, recorded]): Fixture => {
      if (typeof recorded === 'string') return { when, code: 254, stderr: `\n${recorded}\n` };
      const { stdout, code = 0 } = recorded as Partial<Answer>;
      return stdout === undefined ? { when, stdout: recorded } : { when, stdout, code };
    });
