import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';

/** The process as a command sees it: streams, terminals and the environment, so that commands run in tests as they do in a shell. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  /** Asks a person and returns the answer; `null` when nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** Resolves when the process is asked to stop (SIGINT or SIGTERM). */
  readonly untilStopped: () => Promise<void>;
  /** Waits for so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The real process. */
export const processIo = (): Io => ({
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isOutTerminal: process.stdout.isTTY === true,
  isErrTerminal: process.stderr.isTTY === true,
  ask: process.stdin.isTTY === true && process.stderr.isTTY === true ? askOnTerminal : null,
  untilStopped,
  pause: (ms) => setTimeout(ms),
  now: Date.now,
});

/** The question goes to stderr: stdout is for the plan. */
async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
