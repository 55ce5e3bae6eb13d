import type { Io } from './io.ts';

/** Says on a terminal what is being waited for, and takes the line away again; a pipe or a log gets nothing. */
export async function withProgress<T>(io: Io, doing: string, work: Promise<T>): Promise<T> {
  if (!io.isErrTerminal) return work;
  const startedMs = io.now();
  const say = (): void => io.err(`\r\u001b[K${doing} (${Math.round((io.now() - startedMs) / 1000)} s)`);
  say();
  const timer = setInterval(say, 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    io.err('\r\u001b[K');
  }
}
