import type { Answer, Call, Run } from '../../../infra/command/process.ts';
import type { Means } from '../../../infra/command/script.ts';

/** What a command answers: JSON, an error text with the exit code 254, or an answer as it is. */
export type Recorded =
  Readonly<Record<string, unknown>> | readonly unknown[] | string | Answer | ((call: Call) => Answer);

/** Means that answer from a table, and tell what was run and said. */
export interface Recording {
  readonly means: Means;
  readonly lines: readonly string[];
  /** Each command line, in order. */
  readonly ran: readonly string[];
  readonly calls: readonly Call[];
  readonly pauses: readonly number[];
}

export const answered = (stdout: string): Answer => ({ code: 0, stdout, stderr: '' });
export const ended = (code: number): Answer => ({ code, stdout: '', stderr: '' });

/** What `tapkeeper validate --json` answers of rules elsewhere that are valid, or else. */
export const validated = (said: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ valid: true, owner: 'prod', formerOwners: [], problems: [], ...said });

const isAnswer = (value: object): value is Answer => 'code' in value && 'stdout' in value;

function toAnswer(recorded: Recorded, call: Call): Answer {
  if (typeof recorded === 'function') return recorded(call);
  if (typeof recorded === 'string') return { code: 254, stdout: '', stderr: `\n${recorded}\n` };
  return isAnswer(recorded) ? recorded : answered(JSON.stringify(recorded));
}

/** @param table by the beginning of a command line, the longest that fits; what is shown to the person succeeds when it is not named */
export function record(table: Readonly<Record<string, Recorded>>, nowMs = 0): Recording {
  const calls: Call[] = [];
  const lines: string[] = [];
  const pauses: number[] = [];
  let clock = nowMs;
  const lineOf = ({ command, args }: Call): string => [command, ...args].join(' ').replace(process.execPath, 'node');
  const run: Run = async (call) => {
    calls.push(call);
    const line = lineOf(call);
    const fits = Object.keys(table).filter((start) => line.startsWith(start));
    const best = fits.sort((a, b) => b.length - a.length)[0];
    const recorded = best === undefined ? undefined : table[best];
    if (recorded !== undefined) return toAnswer(recorded, call);
    if (call.output === 'shown') return ended(0);
    throw new Error(`no answer is recorded for: ${line}`);
  };
  const means: Means = {
    run,
    say: (text) => void lines.push(text),
    pause: async (seconds) => {
      pauses.push(seconds);
      clock += seconds * 1000;
    },
    now: () => clock,
  };
  return {
    means,
    lines,
    pauses,
    calls,
    get ran() {
      return calls.map(lineOf);
    },
  };
}
