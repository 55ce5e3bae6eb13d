import type { Plan } from '../shared/plan/change.ts';
import { shellWord } from '../shared/print/shell-word.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';

/** Where the guard tripped, the one line by which all of its trips are lifted, for whoever means what the plan shows. */
export function sayAgain(plans: readonly Plan[], given: Arguments, io: Io): void {
  const tripped = plans.flatMap(({ guard }) => guard.trips.map(({ name }) => name));
  if (tripped.length === 0) return;
  const lifted = [...new Set([...given.list('lift'), ...tripped])].sort();
  const lift = lifted.map((name) => `--lift ${name}`).join(' ');
  const line = `If that is what is meant:  ${lineOf(given, io)} ${lift}\n`;
  // What reads JSON must not come upon a line that is none.
  if (given.flag('json')) io.err(line);
  else io.out(`\n${line}`);
}

/** As the person runs it: what drains on a person's behalf says how it is run itself. */
function lineOf(given: Arguments, { env }: Io): string {
  const again = env['TAPKEEPER_AGAIN'];
  if (again !== undefined) return again;
  const one = ['rules', 'owner', 'cloud'].flatMap((name) => toWords(name, given.text(name)));
  const many = ['scope', 'account', 'region', 'expects'].flatMap((name) =>
    given.list(name).flatMap((value) => toWords(name, value)),
  );
  const flags = given.flag('json') ? ['--json'] : [];
  return ['TAPKEEPER_MODE=paused', nameOfProgram(env), 'drain', ...[...one, ...many, ...flags].map(shellWord)].join(
    ' ',
  );
}

const toWords = (name: string, value: string | null): readonly string[] => (value === null ? [] : [`--${name}`, value]);

/** npm says which of its scripts runs; a clone has no command of its own name. */
export const nameOfProgram = (env: Io['env']): string =>
  env['npm_lifecycle_event'] === 'tapkeeper' ? 'npm run -s tapkeeper --' : 'npx tapkeeper';
