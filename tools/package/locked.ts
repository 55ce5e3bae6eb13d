import { readFile } from 'node:fs/promises';

interface Needs {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A lock file, by what is read of it. Packages stand under the folder that each is in; ours under the empty one. */
export interface Lock {
  readonly packages: Readonly<Record<string, Needs>>;
}

/** What `npm ci` goes by. */
export const readLock = async (path: string): Promise<Lock> => JSON.parse(await readFile(path, 'utf8')) as Lock;

/** Peers may be left out only where the package says so. */
const isNeededPeer = ({ peerDependenciesMeta = {} }: Needs, name: string): boolean =>
  peerDependenciesMeta[name]?.optional !== true;

const namesNeededBy = (needs: Needs): readonly string[] => [
  ...Object.keys({ ...needs.dependencies, ...needs.optionalDependencies }),
  ...Object.keys(needs.peerDependencies ?? {}).filter((name) => isNeededPeer(needs, name)),
];

/** Looks a package up as Node does: in the asking package's own folder, then in each one above. */
function findFolder(whole: Lock, asking: string, name: string): string | null {
  const folder = asking === '' ? `node_modules/${name}` : `${asking}/node_modules/${name}`;
  if (folder in whole.packages) return folder;
  if (asking === '') return null;
  const above = asking.lastIndexOf('/node_modules/');
  return findFolder(whole, above < 0 ? '' : asking.slice(0, above), name);
}

/** The folders of the packages that ours needs when it runs, with those that they need. */
function foldersNeeded(whole: Lock): ReadonlySet<string> {
  const needed = new Set<string>();
  const waiting = [''];
  for (let asking = waiting.pop(); asking !== undefined; asking = waiting.pop()) {
    for (const name of namesNeededBy(whole.packages[asking] ?? {})) {
      const folder = findFolder(whole, asking, name);
      if (folder === null || needed.has(folder)) continue;
      needed.add(folder);
      waiting.push(folder);
    }
  }
  return needed;
}

/** The lock of an installation without what is for development only. */
export function withoutDevelopment(whole: Lock): Lock {
  const needed = foldersNeeded(whole);
  const { devDependencies: _, ...own } = (whole.packages[''] ?? {}) as Needs & { devDependencies?: object };
  const kept = Object.entries(whole.packages).filter(([folder]) => needed.has(folder));
  return { ...whole, packages: { '': own, ...Object.fromEntries(kept) } };
}
