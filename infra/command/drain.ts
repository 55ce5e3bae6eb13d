import { Fault } from '../../shared/fault.ts';
import type { Typed } from './options.ts';
import type { Call } from './process.ts';
import type { Means } from './script.ts';

/** What is to be drained, and how it is reached. */
export interface Drain {
  /** Whose it is; rules of another owner are refused. */
  readonly owner: string;
  /** A path, or where else the rules are, as `--rules` takes it. */
  readonly rules: string;
  readonly scopes: readonly string[];
  /** Settings of the deployment that the command line reads as well. */
  readonly env: Readonly<Record<string, string>>;
  /** The command line that drains, but for what it says of the guard. */
  readonly again: string;
}

const MEANS: Readonly<Record<number, string>> = {
  1: 'something was refused, or an account could not be read',
  2: 'something is left, or the answer was no',
  3: 'the guard tripped, and the line above lifts it',
  4: 'not all could be read, so nobody can tell what is left',
};

/** `tapkeeper drain`, as a process of its own: it asks the person at the terminal. */
function drainCall({ owner, rules, scopes, env, again }: Drain, { lift, expects }: Typed): Call {
  const named = scopes.flatMap((scope) => ['--scope', scope]);
  const said = [...lift.flatMap((trip) => ['--lift', trip]), ...expects.flatMap((digest) => ['--expects', digest])];
  return {
    command: process.execPath,
    args: ['cli/tapkeeper.ts', 'drain', '--rules', rules, '--owner', owner, ...named, ...said],
    env: { ...env, TAPKEEPER_MODE: 'paused', TAPKEEPER_AGAIN: again },
    output: 'shown',
  };
}

/**
 * Detaches everything of ours before what carries it is removed.
 * @throws Fault when anything is left, or may be: nothing may be removed then.
 */
export async function drainAll({ run, say }: Means, drain: Drain, typed: Typed): Promise<void> {
  if (drain.scopes.length === 0) {
    say('\nEvery scope was drained by hand, as was said');
    return;
  }
  say(`\nDraining ${drain.scopes.join(', ')}`);
  const { code } = await run(drainCall(drain, typed));
  if (code === 0) return;
  throw new Fault(
    'unexpected',
    `draining: ${MEANS[code] ?? `it ended with exit code ${code}`}. The deployment is paused and still there, and nothing was removed; ` +
      'put right what is named above and run this again',
  );
}
