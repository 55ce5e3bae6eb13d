import { readFile } from 'node:fs/promises';

/** Our package.json, by what is packaged of it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  /** What the Functions host loads. */
  readonly main: string;
  readonly bin: Readonly<Record<string, string>>;
  /** Types and schemas have no code: `import type { RulesFile } from 'tapkeeper'`. */
  readonly types: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The package.json at a path. */
export const readManifest = async (path: string): Promise<Manifest> =>
  JSON.parse(await readFile(path, 'utf8')) as Manifest;
