import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { Fault } from '../shared/fault.ts';
import type { Instant, World } from '../shared/words.ts';
import { SnapshotSchema } from './snapshot-schema.ts';

/** The inventory at one time: what `snapshot` writes and `plan --from` reads. */
export interface Snapshot {
  readonly version: 1;
  readonly takenAt: Instant;
  readonly worlds: readonly World[];
}

export const printSnapshot = (snapshot: Snapshot): string => `${JSON.stringify(snapshot, null, 2)}\n`;

/**
 * Reads a snapshot.
 * @throws Fault `config-invalid` when the file is missing or is not a snapshot; it names the places that are wrong.
 */
export async function readSnapshot(path: string): Promise<Snapshot> {
  const parsed = v.safeParse(SnapshotSchema, await readJson(path));
  if (parsed.success) return parsed.output;
  const places = parsed.issues.slice(0, 10).map((issue) => `  ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`);
  const more = parsed.issues.length > 10 ? `\n  and ${parsed.issues.length - 10} more` : '';
  throw new Fault(
    'config-invalid',
    `${path} is not a snapshot as \`tapkeeper snapshot\` writes it:\n${places.join('\n')}${more}`,
  );
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Fault('config-invalid', `reading the snapshot ${path}: ${said}`, thrown);
  }
}
