import type { ArgsDef } from 'citty';
import type { Arguments } from './arguments.ts';
import type { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';

/** One command: what it is called, what it takes, what it does. */
export interface Command {
  readonly name: string;
  readonly description: string;
  readonly args: ArgsDef;
  /** @throws Fault with a message for the person who typed the command. */
  run(given: Arguments, io: Io): Promise<ExitCode>;
}

/** Every command takes it. */
export const JSON_FLAG = {
  json: { type: 'boolean', description: 'Write JSON to stdout' },
} satisfies ArgsDef;
