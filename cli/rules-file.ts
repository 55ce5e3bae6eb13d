import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ArgsDef } from 'citty';
import { canonicalConfig } from '../shared/config/canonical.ts';
import { formatProblems, parseConfig } from '../shared/config/parse.ts';
import type { Problem } from '../shared/config/problem.ts';
import { Fault } from '../shared/fault.ts';
import type { Filters } from '../shared/plan/coverage.ts';
import type { Hash, LoadedRules } from '../shared/ports.ts';
import type { Rules } from '../shared/reconcile/rules.ts';
import { compileRules } from '../shared/rules/compile.ts';
import type { RulesVersion } from '../shared/words.ts';
import type { Io } from './io.ts';
import { findPlaceElsewhere } from './rules-elsewhere.ts';

/** What a rules file came to. */
export type ReadRules =
  | { readonly kind: 'valid'; readonly rules: LoadedRules; readonly warnings: readonly Problem[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

export const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

/** Where the rules are when no option says so, for the help. */
export const DEFAULT_RULES = 'default: TAPKEEPER_RULES, else tapkeeper.yaml; or s3://…, ssm:/…, https://… of a blob';

/** The option by which a command is told its rules file. */
export const RULES_ARG = {
  rules: { type: 'string', valueHint: 'file', description: `The rules file (${DEFAULT_RULES})` },
} satisfies ArgsDef;

/** The rules file that was named, by an option or the environment, or the usual one; or where else the rules are. */
export const rulesPathOf = (given: string | null, { env }: Io): string =>
  given ?? env['TAPKEEPER_RULES'] ?? 'tapkeeper.yaml';

const NOT_READ: Filters = new Map();

/**
 * Reads and parses a rules file; every problem of it is in the result, those between filters as far as these were read.
 * @throws Fault `config-invalid` when there is no such file or it cannot be read.
 */
export async function readRules(path: string, filters: Filters, io: Io): Promise<ReadRules> {
  const parsed = parseConfig(await readText(path, io), filters);
  if (parsed.kind === 'invalid') return parsed;
  const { config, warnings } = parsed;
  return { kind: 'valid', warnings, rules: { config, version: sha256(canonicalConfig(config)) as RulesVersion } };
}

/**
 * The rules of a file, ready to plan by.
 * @throws Fault `config-invalid` with every problem.
 */
export async function loadRules(path: string, io: Io): Promise<Rules> {
  const read = await readRules(path, NOT_READ, io);
  if (read.kind === 'valid') return { ...read.rules, ruleSet: compileRules(read.rules.config) };
  throw new Fault(
    'config-invalid',
    `${path} is not valid, so nothing is planned:\n${formatProblems(path, read.problems)}`,
  );
}

async function readText(path: string, io: Io): Promise<string> {
  const place = await findPlaceElsewhere(path, io);
  if (place !== null) return (await place.read(null)).text;
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Fault('config-invalid', `reading the rules file ${path}: ${said}; name the right file`, thrown);
  }
}
