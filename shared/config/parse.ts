import * as v from 'valibot';
import type { NonEmpty } from '../words.ts';
import { buildConfig } from './build.ts';
import { checkConfig, type Checkable, type Finding } from './check.ts';
import type { Config } from './config.ts';
import { readDocument, type RulesDocument } from './document.ts';
import { toProblem } from './issue.ts';
import { lintConfig } from './lint.ts';
import type { Problem } from './problem.ts';
import { RulesFile, type RawDestination, type RawRule } from './schema.ts';

export type ParsedConfig =
  | { readonly kind: 'valid'; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly kind: 'invalid'; readonly problems: NonEmpty<Problem> };

/**
 * The configuration that a text means, YAML or JSON, or everything that is wrong with it at once. Never throws.
 * Problems are in the order of the file.
 */
export function parseConfig(text: string): ParsedConfig {
  const document = readDocument(text);
  if (!isRead(document)) return invalid(document);
  const shape = v.safeParse(RulesFile, document.data);
  const wrong = (shape.issues ?? []).map((issue) => toProblem(issue, document));
  const checked = checkConfig(salvage(document.data, shape.issues ?? []));
  const problems = [...wrong, ...checked.map(asProblem(document, 'error'))];
  if (!shape.success || problems.length > 0) return invalid(problems);
  const config = buildConfig(shape.output);
  return { kind: 'valid', config, warnings: lintConfig(config).map(asProblem(document, 'warning')).sort(inFileOrder) };
}

/** As `file:line:column: error: message (at path)`, a line each. */
export const formatProblems = (file: string, problems: readonly Problem[]): string =>
  problems
    .map(({ severity, line, column, path, message }) => {
      const where = path === '' ? '' : ` (at ${path})`;
      return `${file}:${line}:${column}: ${severity}: ${message}${where}`;
    })
    .join('\n');

const isRead = (document: RulesDocument | readonly Problem[]): document is RulesDocument => 'data' in document;

function invalid(problems: readonly Problem[]): ParsedConfig {
  const [first, ...rest] = [...problems].sort(inFileOrder);
  if (first === undefined) throw new Error('a file without problems is not invalid');
  return { kind: 'invalid', problems: [first, ...rest] };
}

const inFileOrder = (a: Problem, b: Problem): number => a.line - b.line || a.column - b.column;

const asProblem =
  (document: RulesDocument, severity: Problem['severity']) =>
  ({ path, at, message }: Finding): Problem =>
    document.problemAt(path, at, message, severity);

/** What is left of a file when everything whose shape is wrong is taken out, so that one mistake does not hide the others. */
function salvage(data: unknown, issues: readonly v.BaseIssue<unknown>[]): Checkable {
  const wrong = new Set(issues.map(({ path }) => pathKey((path ?? []).slice(0, 2).map(({ key }) => key))));
  const isRight = (...path: readonly unknown[]): boolean =>
    !wrong.has(pathKey(path)) && !wrong.has(pathKey(path.slice(0, 1)));
  const file = asRecord(data);
  const part = <T>(key: string): Readonly<Record<string, T | null>> =>
    Object.fromEntries(
      Object.entries(asRecord(file[key])).map(([name, one]) => [name, isRight(key, name) ? (one as T) : null]),
    );
  const rules: readonly unknown[] = Array.isArray(file['rules']) ? file['rules'] : [];
  const former: readonly unknown[] = Array.isArray(file['formerOwners']) ? file['formerOwners'] : [];
  return {
    owner: typeof file['owner'] === 'string' ? file['owner'] : null,
    formerOwners: former.filter((one) => typeof one === 'string'),
    destinations: part<RawDestination>('destinations'),
    pools: part<readonly string[]>('pools'),
    rules: rules.map((rule, position) => {
      const { name } = asRecord(rule) as { readonly name?: unknown };
      return {
        name: typeof name === 'string' ? name : null,
        rule: isRight('rules', position) ? (rule as RawRule) : null,
      };
    }),
  };
}

const pathKey = (path: readonly unknown[]): string => JSON.stringify(path);

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
