import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SCHEMAS = /client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;
const CONSTANT = /^const (_\w+) = ("(?:[^"\\\n]|\\.)*");$/gm;
const COMPUTED_KEY = /\[(_\w+)\]:/g;

/**
 * The text of an AWS client's schema table with its computed keys (`{[_xN]: …}`) written as literals (`{"xmlName": …}`).
 * A computed key may call `toString`, so esbuild keeps each object that has one; with literal keys it proves the table pure
 * and drops the hundreds of operations that nothing calls.
 * @throws Error when the text is no longer what the pattern was written for: the bundle would quietly triple.
 */
export function inlineSchemaKeys(text: string, path: string): string {
  const constants = new Map([...text.matchAll(CONSTANT)].map(([, name, literal]) => [name, literal]));
  const inlined = text.replaceAll(COMPUTED_KEY, (key, name: string) => {
    const literal = constants.get(name);
    return literal === undefined ? key : `${literal}:`;
  });
  const left = inlined.match(COMPUTED_KEY)?.length ?? 0;
  if (constants.size === 0 || inlined === text || left > 0) {
    throw new Error(
      `schema-shake: ${path} is not the schema table that it was written for (${constants.size} string constants, ` +
        `${left} computed keys left). Look at what the new SDK writes and mend tools/bundle/schema-shake.ts.`,
    );
  }
  return inlined;
}

/**
 * Lets esbuild drop the parts of AWS clients' schema tables that are not used. Fails a build that has no such table of the
 * client that it is there for.
 */
export const schemaShake = (client: `client-${string}`): Plugin => ({
  name: 'schema-shake',
  setup(build) {
    const seen = new Set<string>();
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      seen.add(path);
      return { contents: inlineSchemaKeys(await readFile(path, 'utf8'), path), loader: 'js' };
    });
    build.onEnd(() => {
      if ([...seen].some((path) => path.includes(client))) return null;
      return {
        errors: [{ text: `schema-shake: no schema table of ${client} was loaded; expected a path as ${SCHEMAS}` }],
      };
    });
  },
});
