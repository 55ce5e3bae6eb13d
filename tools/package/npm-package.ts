import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CliOutputs, findCliOutputs } from './cli-outputs.ts';
import { type Files, readFolder, toJsonFile, writeFolder } from './files.ts';
import type { Manifest } from './manifest.ts';
import { npm } from './npm.ts';
import type { Sources } from './zips.ts';

/** Those that are imported, at the versions that are tested. @throws Error when one is there for development only. */
function dependenciesFor({ dependencies }: Manifest, packages: readonly string[]): Readonly<Record<string, string>> {
  const missing = packages.filter((name) => !(name in dependencies));
  if (missing.length > 0) {
    const what = `the command line imports ${missing.join(', ')}, which package.json does not list under dependencies`;
    throw new Error(`packaging for npm: ${what}; who installs it would not get them: list them there`);
  }
  return Object.fromEntries(packages.map((name) => [name, dependencies[name] ?? '']));
}

/**
 * The package.json that is published. npm shows where a package was built only if `repository` says so too
 * (https://docs.npmjs.com/generating-provenance-statements), and only who publishes knows.
 */
function toPublished(manifest: Manifest, { packages }: CliOutputs, repository: string | null): object {
  const { name, version, description, license, engines, bin, types, exports } = manifest;
  const where = repository === null ? {} : { repository: { type: 'git', url: `git+${repository}.git` } };
  return {
    name,
    version,
    description,
    license,
    ...where,
    type: 'module',
    engines,
    bin,
    types,
    exports,
    dependencies: dependenciesFor(manifest, packages),
  };
}

/** npm sets this when it installs a package; who unpacks it otherwise is not left without. */
const EXECUTABLE = 0o755;

/** Everything that is published. @throws Error when the build is of other code. */
async function filesOf({ manifest, root, dist }: Sources, repository: string | null): Promise<Files> {
  const outputs = await findCliOutputs();
  const cli = outputs.files.map(async (path): Promise<readonly [string, Uint8Array]> => {
    const built = join(dist, path.slice('dist/'.length));
    return [path, await readFile(built)];
  });
  const schemas = await readFolder(join(root, 'schemas'));
  return new Map([
    ['package.json', toJsonFile(toPublished(manifest, outputs, repository))],
    ['README.md', await readFile(join(import.meta.dirname, 'npm/README.md'))],
    ['LICENSE', await readFile(join(root, 'LICENSE'))],
    ...[...schemas].map(([name, contents]) => [`schemas/${name}`, contents] as const),
    ...(await Promise.all(cli)),
  ]);
}

/**
 * Puts together what is published in a folder of its own, and packs it. Returns the name of the file that npm wrote.
 * The folder has a package.json without scripts, so nothing runs where it is installed.
 */
export async function packForNpm(
  sources: Sources,
  { staging, to, repository }: { readonly staging: string; readonly to: string; readonly repository: string | null },
): Promise<string> {
  await rm(staging, { recursive: true, force: true });
  await writeFolder(staging, await filesOf(sources, repository));
  for (const path of Object.values(sources.manifest.bin)) await chmod(join(staging, path), EXECUTABLE);
  const packed = await npm(staging, 'pack', '--json', '--pack-destination', to);
  const { name, version } = sources.manifest;
  const file = `${name}-${version}.tgz`;
  if (!packed.includes(`"${file}"`)) throw new Error(`packing for npm: it did not write ${file}: ${packed}`);
  return file;
}
