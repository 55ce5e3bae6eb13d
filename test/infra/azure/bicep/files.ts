import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readParametersFile, type ParametersFile } from './read/parameters-file.ts';
import { readTemplate } from './read/template.ts';
import type { Template } from './template.ts';

export { toData } from './expression.ts';
export type { Expression } from './expression.ts';

/** Every Bicep file of a folder, by its path from the root of the tree: `infra/azure/main.bicep`. */
export interface BicepFiles {
  readonly templates: ReadonlyMap<string, Template>;
  readonly parameterFiles: ReadonlyMap<string, ParametersFile>;
}

/** Where everything that deploys to Azure lies. */
export const AZURE = 'infra/azure';
const ROOT = join(import.meta.dirname, '../../../..');

/** Reads every Bicep file below `infra/azure`. */
export async function readBicepFiles(): Promise<BicepFiles> {
  const names = await readdir(join(ROOT, AZURE), { recursive: true });
  const files = names.map((name) => `${AZURE}/${name}`).sort();
  const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8');
  return parseBicepFiles(
    await Promise.all(
      files.filter((file) => /\.bicep(param)?$/.test(file)).map(async (file) => [file, await read(file)] as const),
    ),
  );
}

/** Bicep files from their texts. */
export async function parseBicepFiles(texts: readonly (readonly [file: string, text: string])[]): Promise<BicepFiles> {
  const templates = texts.filter(([file]) => file.endsWith('.bicep'));
  const parameterFiles = texts.filter(([file]) => file.endsWith('.bicepparam'));
  return {
    templates: new Map(
      await Promise.all(templates.map(async ([file, text]) => [file, await readTemplate(file, text)] as const)),
    ),
    parameterFiles: new Map(
      await Promise.all(
        parameterFiles.map(async ([file, text]) => [file, await readParametersFile(file, text)] as const),
      ),
    ),
  };
}

/** The template of a file; `file` is relative to `infra/azure`, as in `main.bicep`. */
export function getTemplate({ templates }: BicepFiles, file: string): Template {
  const template = templates.get(`${AZURE}/${file}`);
  if (template === undefined) throw new Error(`There is no ${AZURE}/${file}.`);
  return template;
}
