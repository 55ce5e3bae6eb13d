import * as v from 'valibot';
import type { Filters } from '../plan/coverage.ts';
import type { NonEmpty } from '../words.ts';
import { buildConfig } from './build.ts';
import { checkFile } from './check.ts';
import type { Config } from './config.ts';
import { readDocument } from './document.ts';
import { explainFinding, explainIssue } from './explain.ts';
import { lintConfig } from './lint.ts';
import type { Problem } from './problem.ts';
import { RulesFileSchema } from './schema/rules-file.ts';

export type ParsedConfig =
  | { readonly kind: 'valid'; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly kind: 'invalid'; readonly problems: NonEmpty<Problem> };

const NOT_READ: Filters = new Map();

/**
 * The configuration that a text means, YAML or JSON, or everything that is wrong with it at once. Never throws.
 * Problems are in the order of the file. Filters that were read make warnings about who sees a packet exact.
 */
export function parseConfig(text: string, filters: Filters = NOT_READ): ParsedConfig {
  const document = readDocument(text);
  if (document.kind === 'unreadable') return toInvalid(document.problems);
  const { value, places } = document;
  const shape = v.safeParse(RulesFileSchema, value);
  const problems = [
    ...document.problems,
    ...(shape.issues ?? []).map((issue) => explainIssue(issue, places)),
    ...checkFile(value).map((finding) => explainFinding(finding, places)),
  ];
  if (!shape.success || problems.length > 0) return toInvalid(problems);
  const config = buildConfig(shape.output);
  const warnings = lintConfig(config, filters).map(({ path, at, message }) => places.warning(path, at, message));
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

function toInvalid(problems: readonly Problem[]): ParsedConfig {
  const [first, ...rest] = firstOfEachKind([...problems].sort(inFileOrder));
  if (first === undefined) throw new Error('a file without problems is not invalid');
  return { kind: 'invalid', problems: [first, ...rest] };
}

/** A number that is neither whole nor large enough is wrong once. */
const firstOfEachKind = (problems: readonly Problem[]): readonly Problem[] =>
  [...Map.groupBy(problems, ({ path, message, line }) => `${line} ${path} ${message}`).values()].flatMap(
    ([first]) => first ?? [],
  );

const inFileOrder = (a: Problem, b: Problem): number => a.line - b.line || a.column - b.column;
