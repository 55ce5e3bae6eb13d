import { basename, extname, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/** The folder beside a bundle for what it loads later. */
const LATER_FOLDER = 'later';

/** The file, beside a bundle, of a module that the bundle imports dynamically. */
export const laterFile = (module: string): string => `${LATER_FOLDER}/${basename(module, extname(module))}.js`;

/**
 * What our own code imports dynamically stays outside the bundle, as a file of its own: a cold start reads and compiles only
 * what it begins with. Packages' own dynamic imports are bundled, for nobody here decides about them.
 */
export const later: Plugin = {
  name: 'later',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path, importer }) => {
      const isOurs = !importer.includes(`${sep}node_modules${sep}`);
      if (kind !== 'dynamic-import' || !isOurs) return null;
      return { path: `./${laterFile(path)}`, external: true };
    });
  },
};
