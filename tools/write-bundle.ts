import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type BuildFailure, formatMessages } from 'esbuild';
import type { Bundle } from './bundle/bundles.ts';
import { ROOT } from './root.ts';

/** The root package is ESM; a nearer package.json makes Node read a bundle's `.js` as what it is. */
async function writeModuleType({ options }: Bundle, folder: string): Promise<void> {
  const type = options.format === 'esm' ? 'module' : 'commonjs';
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ type })}\n`);
}

const isBuildFailure = (thrown: unknown): thrown is BuildFailure => thrown instanceof Error && 'errors' in thrown;

/**
 * Writes a bundle where its `outfile` is below a folder, and tells what esbuild says against it; a warning is an error, since
 * nobody would read it twice.
 */
export async function writeBundle(bundle: Bundle, below: string): Promise<readonly string[]> {
  const { entry, outfile, options } = bundle;
  const outdir = join(below, dirname(outfile));
  await writeModuleType(bundle, outdir);
  const entryPoints = { [basename(outfile, '.js')]: entry };
  try {
    const { warnings } = await build({ ...options, entryPoints, outdir, absWorkingDir: ROOT });
    return await formatMessages(warnings, { kind: 'warning' });
  } catch (thrown) {
    if (isBuildFailure(thrown)) return formatMessages([...thrown.errors, ...thrown.warnings], { kind: 'error' });
    throw thrown;
  }
}
