import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { below, type Files, readFolder, toJsonFile } from './files.ts';
import type { Manifest } from './manifest.ts';

/** What packages are made of. */
export interface Sources {
  readonly manifest: Manifest;
  /** Where the repository is. */
  readonly root: string;
  /** What `npm run build` wrote. */
  readonly dist: string;
  /** The text of the rules file that is deployed with the function app, which was found valid; `null`: it lies in a blob. */
  readonly rules: Uint8Array | null;
}

/** A zip that is deployed, and how large it may be. */
export interface ZipPackage {
  readonly name: string;
  /**
   * In kB (1,000 bytes): a tenth above what was measured. A Lambda's zip is fetched whole at a cold start, and what grows it
   * unseen is a package that esbuild could no longer shake.
   */
  readonly budgetKb: number;
  readonly files: (sources: Sources) => Promise<Files>;
}

/** A Lambda: its folder of the build as it is. The rules file is put beside it where it is deployed. */
const lambda = (name: string, budgetKb: number): ZipPackage => ({
  name: `tapkeeper-${name}.zip`,
  budgetKb,
  files: ({ dist }) => readFolder(join(dist, 'lambdas', name)),
});

/**
 * The function app, as `WEBSITE_RUN_FROM_PACKAGE` mounts it: the host reads `host.json`, and the worker loads what `main` of
 * package.json names (https://learn.microsoft.com/azure/azure-functions/functions-reference-node#folder-structure).
 */
const FUNCTION_APP: ZipPackage = {
  name: 'tapkeeper-functions.zip',
  budgetKb: 425,
  async files({ manifest: { name, version, main }, root, dist, rules }) {
    const own: Files = new Map([
      ['host.json', await readFile(join(root, 'host.json'))],
      ['package.json', toJsonFile({ name, version, private: true, main })],
      ...(rules === null ? [] : ([['tapkeeper.yaml', rules]] as const)),
    ]);
    return new Map([...own, ...below('dist/functions', await readFolder(join(dist, 'functions')))]);
  },
};

/** Every zip that `npm run package` writes. */
export const ZIPS: readonly ZipPackage[] = [
  lambda('on-change', 590),
  lambda('sweep', 575),
  lambda('resync', 585),
  FUNCTION_APP,
];
