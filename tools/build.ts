/** `npm run build`: writes what is deployed to dist/, tries each of it, and fails when one is larger than its budget. */
import { execFile } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build, type BuildFailure, formatMessages } from 'esbuild';
import { BUNDLES, type Bundle } from './bundle/bundles.ts';

/** The root package is ESM; a nearer package.json makes Node read a bundle's `.js` as what it is. */
async function writeModuleType({ outfile, options }: Bundle): Promise<void> {
  const type = options.format === 'esm' ? 'module' : 'commonjs';
  await mkdir(dirname(outfile), { recursive: true });
  await writeFile(join(dirname(outfile), 'package.json'), `${JSON.stringify({ type })}\n`);
}

const isBuildFailure = (thrown: unknown): thrown is BuildFailure => thrown instanceof Error && 'errors' in thrown;

/** What esbuild says against the bundle; a warning is an error, since nobody would read it twice. */
async function write({ entry, outfile, options }: Bundle): Promise<readonly string[]> {
  const entryPoints = { [basename(outfile, '.js')]: entry };
  try {
    const { warnings } = await build({ ...options, entryPoints, outdir: dirname(outfile) });
    return await formatMessages(warnings, { kind: 'warning' });
  } catch (thrown) {
    if (isBuildFailure(thrown)) return formatMessages([...thrown.errors, ...thrown.warnings], { kind: 'error' });
    throw thrown;
  }
}

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
  await writeModuleType(bundle);
  const problems = await write(bundle);
  return problems.length > 0 ? problems : [...(await tryOut(bundle)), ...(await weigh(bundle))];
}

process.chdir(join(import.meta.dirname, '..'));
await rm('dist', { recursive: true, force: true });
const problems = (await Promise.all(BUNDLES.map(make))).flat();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
