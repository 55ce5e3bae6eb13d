import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const OURS = Symbol('azure-shake');

/** The root of a package of the Azure SDK whose ES modules lie below a package.json of their own. */
const ROOT = /^(.*\/node_modules\/(?:@azure|@azure-rest|@typespec)\/[^/]+)\/dist\/esm\//;

/**
 * Lets esbuild drop what nothing uses of the Azure SDK. Its packages say that their modules have no side effects, but in
 * the package.json of their root, and esbuild reads the nearest one (`dist/esm/package.json`), which says nothing. Without
 * this, 110 kB come along: a checksum for blobs in WebAssembly, and lists of words of the network's models.
 */
export const azureShake: Plugin = {
  name: 'azure-shake',
  setup(build) {
    const pure = new Map<string, Promise<boolean>>();
    let found = 0;

    build.onResolve({ filter: /.*/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === OURS || from.kind === 'entry-point') return null;
      const resolved = await build.resolve(path, { ...from, pluginData: OURS });
      const root = ROOT.exec(resolved.path.replaceAll('\\', '/'))?.[1];
      if (root === undefined || resolved.errors.length > 0) return null;
      if (!pure.has(root)) pure.set(root, isPure(root));
      if (!(await pure.get(root))) return null;
      found += 1;
      return { path: resolved.path, sideEffects: false };
    });

    build.onEnd(() => {
      if (found > 0) return null;
      return { errors: [{ text: 'no module of the Azure SDK was found; mend tools/bundle/azure-shake.ts' }] };
    });
  },
};

async function isPure(root: string): Promise<boolean> {
  const { sideEffects } = JSON.parse(await readFile(`${root}/package.json`, 'utf8')) as {
    readonly sideEffects?: unknown;
  };
  return sideEffects === false;
}
