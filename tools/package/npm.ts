import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The npm that runs this script, which may be on no path; else the one on the path. */
const NPM: readonly [string, ...string[]] =
  process.env['npm_execpath'] === undefined ? ['npm'] : [process.execPath, process.env['npm_execpath']];

/** What npm prints when it is run in a folder. @throws Error with what it said against it. */
export async function npm(folder: string, ...args: readonly string[]): Promise<string> {
  const [command, ...first] = NPM;
  const { stdout } = await promisify(execFile)(command, [...first, ...args], { cwd: folder, maxBuffer: 2 ** 26 });
  return stdout;
}
