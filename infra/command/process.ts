import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** One command of somebody else's program. */
export interface Call {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** `read`: it is answered to us; `shown`: it is answered to the person at the terminal, who may be asked something. */
  readonly output: 'read' | 'shown';
}

/** What became of a command; of one that was shown, the texts are empty. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. Never throws: one that is not there has the exit code {@link NOT_FOUND}. */
export type Run = (call: Call) => Promise<Answer>;

/** What a shell answers for a command that is not there. */
export const NOT_FOUND = 127;

/** The root of the repository, where every command is run. */
export const ROOT = join(import.meta.dirname, '..', '..');

export const reading = (command: string, ...args: readonly string[]): Call => ({
  command,
  args,
  env: {},
  output: 'read',
});

export const showing = (command: string, ...args: readonly string[]): Call => ({
  command,
  args,
  env: {},
  output: 'shown',
});

/** Where commands are found: as in the shell, and after that among the packages of the clone. */
const PATH = [process.env['PATH'] ?? '', join(ROOT, 'node_modules', '.bin')].join(delimiter);

/** What a shell answers for a command that was stopped by a signal: it has no exit code of its own. */
const STOPPED = 130;

/**
 * A command as a line for the shell of Windows, which alone runs the Azure CLI, npm and the CDK: they are batch files there. Within
 * quotes it takes spaces and `|` of a query for what they are; a quote is written twice
 * (https://learn.microsoft.com/windows-server/administration/windows-commands/cmd).
 */
export const toShellLine = ({ command, args }: Pick<Call, 'command' | 'args'>): string =>
  [command, ...args].map((word) => `"${word.replaceAll('"', '""')}"`).join(' ');

/** On this machine. */
export const runHere: Run = (call) =>
  new Promise((resolve) => {
    const child = start(call);
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('error', ({ message }) => resolve({ code: NOT_FOUND, stdout: '', stderr: message }));
    child.on('close', (code) => resolve({ code: code ?? STOPPED, stdout, stderr }));
  });

function start({ command, args, env, output }: Call): ChildProcess {
  const options: SpawnOptions = {
    cwd: ROOT,
    // A pager would wait for a key that nobody presses.
    env: { ...process.env, AWS_PAGER: '', ...env, PATH },
    stdio: output === 'shown' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  };
  return process.platform === 'win32'
    ? spawn(toShellLine({ command, args }), { ...options, shell: true })
    : spawn(command, args, options);
}
