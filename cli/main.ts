import { stripVTControlCharacters } from 'node:util';
import { defineCommand, renderUsage } from 'citty';
import { Fault } from '../shared/fault.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';

/** Loaded when asked for: `validate` and `plan --from` never wait for a cloud's SDK. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  validate: async () => (await import('./validate.ts')).validate,
  plan: async () => (await import('./plan.ts')).plan,
  apply: async () => (await import('./apply.ts')).apply,
  drain: async () => (await import('./drain.ts')).drain,
  snapshot: async () => (await import('./snapshot.ts')).snapshot,
  adopt: async () => (await import('./adopt.ts')).adopt,
  local: async () => (await import('./local.ts')).local,
};

const DESCRIPTION = 'Keeps cloud traffic mirroring attached: AWS mirror sessions and Azure TAP configurations, by tag';

/** Runs what was typed after `tapkeeper`. Never throws: what goes wrong is one paragraph on stderr and exit code 1. */
export async function main(typed: readonly string[], io: Io): Promise<ExitCode> {
  const [name = '--help', ...rest] = typed;
  try {
    if (asksForHelp([name])) return await showUsage(null, io, typed.length === 0 ? EXIT.error : EXIT.nothingToDo);
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (load === undefined) throw new Fault('config-invalid', `there is no command ${name}; see tapkeeper --help`);
    const command = await load();
    if (asksForHelp(rest)) return await showUsage(command, io, EXIT.nothingToDo);
    return await command.run(readArguments(command.args, rest), io);
  } catch (thrown) {
    complain(thrown, io);
    return EXIT.error;
  }
}

const asksForHelp = (typed: readonly string[]): boolean => typed.includes('--help') || typed.includes('-h');

async function showUsage(command: Command | null, io: Io, code: ExitCode): Promise<ExitCode> {
  const usage = await renderUsage(
    command === null
      ? defineCommand({ meta: { name: 'tapkeeper', description: DESCRIPTION }, subCommands: await described() })
      : defineCommand({
          meta: { name: `tapkeeper ${command.name}`, description: command.description },
          args: command.args,
        }),
  );
  const write = code === EXIT.error ? io.err : io.out;
  // The library colours by environment variables alone; a pipe gets none.
  write(
    `${(io.isOutTerminal && !io.env['NO_COLOR'] ? usage : stripVTControlCharacters(usage)).replace(/ +$/gm, '')}\n`,
  );
  return code;
}

async function described() {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  return Object.fromEntries(
    commands.map(({ name, description }) => [name, defineCommand({ meta: { name, description } })]),
  );
}

function complain(thrown: unknown, io: Io): void {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Fault ? thrown.code : 'unexpected';
  io.err(`tapkeeper: ${code}: ${said}\n`);
  if (io.env['TAPKEEPER_DEBUG'] && thrown instanceof Error) io.err(`${thrown.stack ?? ''}\n${causeOf(thrown)}`);
  else if (code === 'unexpected') io.err('Set TAPKEEPER_DEBUG=1 to see where it happened.\n');
}

const causeOf = ({ cause }: Error): string =>
  cause instanceof Error ? `caused by ${cause.stack ?? cause.message}\n` : '';
