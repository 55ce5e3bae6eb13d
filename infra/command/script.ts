import { setTimeout } from 'node:timers/promises';
import { isAbsolute, resolve } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import type { Say } from './finding.ts';
import { readTyped, type Typed } from './options.ts';
import { type Run, runHere } from './process.ts';
import { asksForHelp, printUsage, type Usage } from './usage.ts';

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
export async function runScript(usage: Usage, script: (typed: Typed, means: Means) => Promise<number>): Promise<void> {
  // A reader that has gone, as `| head -1` does, is no reason to stop half-way.
  process.stdout.on('error', ignoreGoneReader);
  const means: Means = {
    run: runHere,
    say: (text) => void process.stdout.write(`${text}\n`),
    pause: (seconds) => setTimeout(seconds * 1000),
    now: Date.now,
  };
  const typed = process.argv.slice(2);
  if (asksForHelp(typed)) {
    means.say(printUsage(usage));
    return;
  }
  try {
    process.exitCode = await script(readTyped(typed, usage.options), means);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 1;
  }
}

function ignoreGoneReader(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== 'EPIPE') throw thrown;
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
