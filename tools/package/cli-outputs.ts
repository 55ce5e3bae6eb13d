import { basename, dirname } from 'node:path';
import { build } from 'esbuild';
import { BUNDLES } from '../bundle/bundles.ts';
import { ROOT } from '../root.ts';

const ENTRY = 'cli/tapkeeper.ts';

/**
 * Where the local clouds begin. They are made of development packages and of files of the repository, so they run in a clone
 * only, and `tapkeeper local` says so.
 */
const LOCAL_CLOUDS = 'local/start.ts';

/** What of the command line's bundle the npm package needs. */
export interface CliOutputs {
  /** Files of the build, by their paths from the root of the repository. */
  readonly files: readonly string[];
  /** Packages that they import. */
  readonly packages: readonly string[];
}

/** `@azure/arm-network/api` is of the package `@azure/arm-network`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The files and packages that the command line loads, whatever is asked of it, except for the local clouds. */
export async function findCliOutputs(): Promise<CliOutputs> {
  const cli = BUNDLES.find(({ entry }) => entry === ENTRY);
  if (cli === undefined) throw new Error(`packaging the command line: no bundle begins with ${ENTRY}`);
  const { metafile } = await build({
    ...cli.options,
    entryPoints: { [basename(cli.outfile, '.js')]: ENTRY },
    outdir: dirname(cli.outfile),
    absWorkingDir: ROOT,
    write: false,
    metafile: true,
  });
  const { outputs } = metafile;
  const [files, packages] = [new Set<string>(), new Set<string>()];
  const waiting = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === ENTRY);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path) || outputs[path]?.entryPoint === LOCAL_CLOUDS) continue;
    files.add(path);
    for (const { path: imported, external } of outputs[path]?.imports ?? []) {
      if (external !== true) waiting.push(imported);
      else if (!imported.startsWith('node:')) packages.add(packageOf(imported));
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}
