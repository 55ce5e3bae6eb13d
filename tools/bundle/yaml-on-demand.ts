import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import * as yaml from 'yaml';

/** The file beside a bundle that holds the YAML parser. */
export const YAML_FILE = 'yaml.js';

/** The parser as ES modules, which can be shaken; under Node the package offers CommonJS only. */
export const YAML_ENTRY = join(
  dirname(createRequire(import.meta.url).resolve('yaml/package.json')),
  'browser/index.js',
);

/** `new` on a function that returns an object is that object, so one wrapper does for functions and for classes. */
const toWrapper = (name: string): string => `export function ${name}(...args) {
  const { ${name}: real } = require('./${YAML_FILE}');
  return new.target ? new real(...args) : real(...args);
}`;

/**
 * Loads the YAML parser when it first parses, from a file beside the bundle: it is a quarter of the code of a Lambda, and
 * nothing needs it before rules are read. Whatever is no function, or is asked `instanceof`, cannot be had this way.
 */
export const yamlOnDemand: Plugin = {
  name: 'yaml-on-demand',
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, () => ({ path: 'yaml', namespace: 'yaml-on-demand', sideEffects: false }));
    build.onResolve({ filter: new RegExp(`^\\./${YAML_FILE}$`), namespace: 'yaml-on-demand' }, ({ path }) => ({
      path,
      external: true,
    }));
    build.onLoad({ filter: /.*/, namespace: 'yaml-on-demand' }, () => ({
      contents: Object.entries(yaml)
        .filter(([name, value]) => name !== 'default' && typeof value === 'function')
        .map(([name]) => toWrapper(name))
        .join('\n'),
      loader: 'js',
    }));
  },
};
