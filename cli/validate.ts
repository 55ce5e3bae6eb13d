import { formatProblems } from '../shared/config/parse.ts';
import type { Problem } from '../shared/config/problem.ts';
import { type Filters, toFilters } from '../shared/plan/coverage.ts';
import { printable } from '../shared/print/printable.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { paintFor } from './paint.ts';
import { DEFAULT_RULES, type ReadRules, readRules, rulesPathOf } from './rules-file.ts';
import { readSnapshot } from './snapshot-file.ts';

/** Says everything that is wrong with a rules file, and where. */
export const validate: Command = {
  name: 'validate',
  description: 'Check a rules file: every problem at once, with line and column',
  args: {
    file: { type: 'positional', description: `The rules file (${DEFAULT_RULES})`, required: false },
    from: {
      type: 'string',
      valueHint: 'file',
      description: 'A snapshot, whose filters tell exactly which destinations would take packets from each other',
    },
    ...JSON_FLAG,
  },
  async run(given, io) {
    const file = rulesPathOf(given.text('file'), io);
    const read = await readRules(file, await readFilters(given.text('from')), io);
    const say = given.flag('json') ? sayJson : sayText;
    say(file, read, io);
    return read.kind === 'valid' ? EXIT.nothingToDo : (EXIT.error satisfies ExitCode);
  },
};

/** Those of all scopes: the id of a filter is of one account. */
async function readFilters(from: string | null): Promise<Filters> {
  const worlds = from === null ? [] : (await readSnapshot(from)).worlds;
  return toFilters(worlds.flatMap(({ filters }) => filters));
}

const problemsOf = (read: ReadRules): readonly Problem[] => (read.kind === 'valid' ? read.warnings : read.problems);

function sayJson(file: string, read: ReadRules, io: Io): void {
  const rules = read.kind === 'valid' ? read.rules : null;
  const answer = {
    file,
    valid: rules !== null,
    owner: rules?.config.owner ?? null,
    formerOwners: rules?.config.formerOwners ?? [],
    rulesVersion: rules?.version ?? null,
    problems: problemsOf(read),
  };
  io.out(`${JSON.stringify(answer, null, 2)}\n`);
}

function sayText(file: string, read: ReadRules, io: Io): void {
  const problems = problemsOf(read);
  const paint = paintFor(io.isOutTerminal, io.env);
  if (problems.length > 0)
    io.out(`${formatProblems(file, problems).split('\n').map(printable).join('\n').trimEnd()}\n`);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const counted = `${errors} ${errors === 1 ? 'error' : 'errors'}, ${problems.length - errors} ${problems.length - errors === 1 ? 'warning' : 'warnings'}`;
  io.out(
    read.kind === 'valid'
      ? `${paint('add', `${file} is valid`)}: ${read.rules.config.rules.length} rules, ${read.rules.config.destinations.length} destinations (${counted})\n`
      : `${paint('alarm', `${file} is not valid`)} (${counted})\n`,
  );
}
