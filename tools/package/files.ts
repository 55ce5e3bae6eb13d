import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** The contents of files by their paths, which have slashes on every system. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** All files below a folder, by their paths in it. */
export async function readFolder(folder: string): Promise<Files> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const read = paths.map(async (path): Promise<readonly [string, Uint8Array]> => {
    return [relative(folder, path).replaceAll(sep, '/'), await readFile(path)];
  });
  return new Map(await Promise.all(read));
}

/** Writes files below a folder. */
export async function writeFolder(folder: string, files: Files): Promise<void> {
  for (const [name, contents] of files) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}

/** The same files in another folder. */
export const below = (folder: string, files: Files): Files =>
  new Map([...files].map(([name, contents]) => [`${folder}/${name}`, contents]));

/** A file with a JSON document. */
export const toJsonFile = (document: object): Uint8Array => Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
