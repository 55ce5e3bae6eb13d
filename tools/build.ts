/** `npm run build`: writes what is deployed to dist/, tries each of it, and fails when one is larger than its budget. */
import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { BUNDLES, type Bundle } from './bundle/bundles.ts';
import { ROOT } from './root.ts';
import { writeBundle } from './write-bundle.ts';

/** What is written anew. The templates and packages that are made of it stay beside it. */
const FOLDERS = new Set(BUNDLES.map(({ outfile }) => outfile.split('/').slice(0, 2).join('/')));

/** What a fresh process says against the bundle when it loads it. */
async function tryOut({ outfile, trial }: Bundle): Promise<readonly string[]> {
  try {
    await promisify(execFile)(process.execPath, trial, { env: { PATH: process.env['PATH'], NO_COLOR: '1' } });
    return [];
  } catch (thrown) {
    return [`${outfile} does not load: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  }
}

async function weigh({ outfile, budgetKb }: Bundle): Promise<readonly string[]> {
  const sizeKb = (await stat(outfile)).size / 1000;
  const size = `${outfile.padEnd(34)} ${sizeKb.toFixed(0).padStart(4)} kB`;
  console.log(budgetKb === null ? size : `${size} of ${budgetKb} kB`);
  if (budgetKb === null || sizeKb <= budgetKb) return [];
  return [
    `${outfile} is over its budget of ${budgetKb} kB: see what came in, or say in docs/decisions why it may be more`,
  ];
}

/** What is wrong with the bundle; nothing when it was written, loads and is small enough. */
async function make(bundle: Bundle): Promise<readonly string[]> {
  const problems = await writeBundle(bundle, ROOT);
  return problems.length > 0 ? problems : [...(await tryOut(bundle)), ...(await weigh(bundle))];
}

process.chdir(ROOT);
for (const folder of FOLDERS) await rm(folder, { recursive: true, force: true });
const problems = (await Promise.all(BUNDLES.map(make))).flat();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
