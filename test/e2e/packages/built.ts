import { join, posix } from 'node:path';
import { unzipSync } from 'fflate';
import { BUNDLES } from '../../../tools/bundle/bundles.ts';
import { type Files, writeFolder } from '../../../tools/package/files.ts';
import { readManifest } from '../../../tools/package/manifest.ts';
import { toZip } from '../../../tools/package/zip.ts';
import { type Sources, ZIPS } from '../../../tools/package/zips.ts';
import { ROOT } from '../../../tools/root.ts';
import { writeBundle } from '../../../tools/write-bundle.ts';

/** Builds what lies below a folder of `dist` as `npm run build` does, but below a folder of the test's own. */
export async function build(part: string, folder: string): Promise<Sources> {
  const bundles = BUNDLES.filter(({ outfile }) => outfile.startsWith(`dist/${part}/`));
  if (bundles.length === 0) throw new Error(`building dist/${part}: there is no bundle below it`);
  const problems = await Promise.all(bundles.map((bundle) => writeBundle(bundle, folder)));
  if (problems.flat().length > 0) throw new Error(problems.flat().join('\n'));
  const manifest = await readManifest(join(ROOT, 'package.json'));
  return { manifest, root: ROOT, dist: join(folder, 'dist'), rules: null };
}

/** The files of a package, as they come out of its zip. */
export async function unpack(name: string, sources: Sources): Promise<Files> {
  const zip = ZIPS.find((one) => one.name === name);
  if (zip === undefined) throw new Error(`unpacking ${name}: there is no such package`);
  return new Map(Object.entries(unzipSync(toZip(await zip.files(sources)))));
}

/** Puts a package where it runs. */
export const install = async (name: string, sources: Sources, folder: string): Promise<void> =>
  writeFolder(folder, await unpack(name, sources));

/** What the code of a package loads of the folder `later/` beside it, and the package does not have. */
export function findMissing(files: Files): readonly string[] {
  const loaded = [...files].flatMap(([name, contents]) =>
    [
      ...Buffer.from(contents)
        .toString()
        .matchAll(/require\("\.\/(later\/[\w-]+\.js)"\)/g),
    ].map(([, later = '']) => posix.join(posix.dirname(name), later)),
  );
  if (loaded.length === 0) throw new Error('looking for what is loaded later: nothing is; see how bundles name it');
  return loaded.filter((name) => !files.has(name));
}
