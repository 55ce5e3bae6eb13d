import type { Filters } from '../plan/coverage.ts';
import { buildConfig } from './build.ts';
import { checkFile } from './check.ts';
import { checkedFile, inFileOrder, type Expected, type InvalidFile } from './checked-file.ts';
import type { Config } from './config.ts';
import { lintConfig } from './lint.ts';
import type { Problem } from './problem.ts';
import { RulesFileSchema, type RulesFile } from './schema/rules-file.ts';

export type ParsedConfig =
  { readonly kind: 'valid'; readonly config: Config; readonly warnings: readonly Problem[] } | InvalidFile;

const NOT_READ: Filters = new Map();

const RULES_FILE: Expected<RulesFile> = {
  kind: { name: 'a rules file', beginning: '`version: 1` and `owner: …`' },
  schema: RulesFileSchema,
  check: checkFile,
};

/**
 * The configuration that a text means, YAML or JSON, or everything that is wrong with it at once. Never throws.
 * Problems are in the order of the file. Filters that were read make warnings about who sees a packet exact.
 */
export function parseConfig(text: string, filters: Filters = NOT_READ): ParsedConfig {
  const file = checkedFile(text, RULES_FILE);
  if (file.kind === 'invalid') return file;
  const config = buildConfig(file.value);
  const warnings = lintConfig(config, filters).map(({ path, at, message }) => file.places.warning(path, at, message));
  return { kind: 'valid', config, warnings: warnings.sort(inFileOrder) };
}

/** One line for each problem, in the form that editors and terminals make a link of: `file:line:column: error: …`. */
export const formatProblems = (file: string, problems: readonly Problem[]): string =>
  problems
    .map(({ severity, line, column, path, message }) => {
      const where = path === '' ? '' : ` (at ${path})`;
      return `${file}:${line}:${column}: ${severity}: ${message}${where}`;
    })
    .join('\n');
