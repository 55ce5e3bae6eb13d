import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../root.ts';

/** What `tapkeeper validate` says of a rules file, as a person would see it. */
export type Verdict =
  | { readonly kind: 'valid'; readonly text: Uint8Array; readonly said: string }
  | { readonly kind: 'invalid'; readonly said: string };

/** Asks the command line, so that a package is refused in the very words by which the file is mended. */
export async function judgeRules(path: string): Promise<Verdict> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'cli/tapkeeper.ts'), 'validate', path]);
    return { kind: 'valid', text: await readFile(path), said: stdout };
  } catch (thrown) {
    const { stdout, stderr } = thrown as { readonly stdout?: string; readonly stderr?: string };
    if (stdout === undefined || stderr === undefined || stdout + stderr === '') throw thrown;
    return { kind: 'invalid', said: stdout + stderr };
  }
}
