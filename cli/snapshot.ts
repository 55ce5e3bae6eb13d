import { writeFile } from 'node:fs/promises';
import { Fault } from '../shared/fault.ts';
import { toInstant } from '../shared/ids.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { EXIT } from './exit-code.ts';
import type { Io } from './io.ts';
import { readWorlds } from './live.ts';
import { DEFAULT_RULES } from './rules-file.ts';
import { SCOPE_ARGS } from './scopes.ts';
import { printSnapshot } from './snapshot-file.ts';

/** Writes the inventory to a file, to try rules against it without credentials. */
export const snapshot: Command = {
  name: 'snapshot',
  description: 'Write the inventory as a file that plan --from reads',
  args: {
    out: { type: 'string', valueHint: 'file', description: 'Where to write it (default: stdout)' },
    rules: {
      type: 'string',
      valueHint: 'file',
      description: `The rules file, which names VTAPs of other subscriptions (${DEFAULT_RULES})`,
    },
    ...SCOPE_ARGS,
    ...JSON_FLAG,
  },
  async run(given, io) {
    const takenAt = toInstant(io.now());
    const worlds = await readWorlds(given, io);
    const text = printSnapshot({ version: 1, takenAt, worlds });
    const out = given.text('out');
    if (out === null) io.out(text);
    else await write(out, text, io, given.flag('json'));
    return worlds.some(({ incomplete }) => incomplete.length > 0) ? EXIT.incomplete : EXIT.nothingToDo;
  },
};

async function write(path: string, text: string, io: Io, isJson: boolean): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Fault('unexpected', `writing the snapshot to ${path}: ${said}`, thrown);
  }
  if (isJson) io.out(`${JSON.stringify({ written: path })}\n`);
}
