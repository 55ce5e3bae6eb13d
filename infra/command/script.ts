import { setTimeout } from 'node:timers/promises';
import { isAbsolute, resolve } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import type { Say } from './finding.ts';
import { type Run, runHere } from './process.ts';

/** What a script does its work with. */
export interface Means {
  readonly run: Run;
  readonly say: Say;
  /** Waits for so many seconds. */
  readonly pause: (seconds: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Runs a script to its exit code; what goes wrong is one paragraph on stderr. */
export async function runScript(script: (typed: readonly string[], means: Means) => Promise<number>): Promise<void> {
  const means: Means = {
    run: runHere,
    say: (text) => void process.stdout.write(`${text}\n`),
    pause: (seconds) => setTimeout(seconds * 1000),
    now: Date.now,
  };
  try {
    process.exitCode = await script(process.argv.slice(2), means);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 1;
  }
}

/** A path as the person meant it: npm runs scripts in the root of the clone, wherever they were typed. */
export const pathFrom = (typed: string): string =>
  isAbsolute(typed) ? typed : resolve(process.env['INIT_CWD'] ?? process.cwd(), typed);

/** @throws Fault when a command did not end well; what it said is on the terminal already. */
export async function mustRun({ run }: Pick<Means, 'run'>, doing: string, call: Parameters<Run>[0]): Promise<void> {
  const { code } = await run(call);
  if (code === 0) return;
  throw new Fault(
    'unexpected',
    `${doing}: ${call.command} ended with exit code ${code}; see above, and run this again`,
  );
}
