import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');

/** `tapkeeper local` as a process of its own, as a person starts it. */
export interface TapkeeperLocal {
  readonly page: string;
  readonly ec2: string;
  readonly arm: string;
  /** What it has written to standard error so far. */
  readonly log: () => string;
  /** Ends it as Ctrl-C does; its exit code. */
  stop(): Promise<number | null>;
}

/** Starts it and waits for its line on standard output. */
export async function startTapkeeperLocal(...options: readonly string[]): Promise<TapkeeperLocal> {
  const ports = ['--port', '0', '--ec2-port', '0', '--arm-port', '0'];
  const child = spawn(process.execPath, ['cli/tapkeeper.ts', 'local', ...ports, ...options], { cwd: ROOT });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const { page, ec2, arm } = await firstLine(child, () => log);
  return {
    page,
    ec2,
    arm,
    log: () => log,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

async function firstLine(child: ChildProcess, log: () => string): Promise<{ page: string; ec2: string; arm: string }> {
  if (child.stdout === null) throw new Error('no standard output');
  for await (const line of createInterface(child.stdout)) {
    const ready = JSON.parse(line) as { ready: true; page: string; ec2: string; arm: string };
    if (ready.ready) return ready;
  }
  throw new Error(`tapkeeper local ended before it was ready: ${log()}`);
}

/** Asks until the answer is as wished; what it was last when it never is. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWished: (answer: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isWished(answer)) return answer;
    if (Date.now() > untilMs) throw new Error(`never as wished; last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
