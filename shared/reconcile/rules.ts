import type { Deps, LoadedRules } from '../ports.ts';
import { compileRules } from '../rules/compile.ts';
import type { RuleSet } from '../rules/evaluate.ts';
import type { RulesVersion } from '../words.ts';

/** The rules of one version, ready to be evaluated. */
export interface Rules extends LoadedRules {
  readonly ruleSet: RuleSet;
}

/** Compiling 500 rules into closures costs more than deciding about a batch, and a warm process meets one version. */
let latest: { readonly version: RulesVersion; readonly ruleSet: RuleSet } | null = null;

/**
 * The rules in force.
 * @throws Fault `config-invalid`: missing or invalid rules are never an empty set of rules.
 */
export async function loadRules({ rules }: Deps): Promise<Rules> {
  const { config, version } = await rules.load();
  if (latest?.version !== version) latest = { version, ruleSet: compileRules(config) };
  return { config, version, ruleSet: latest.ruleSet };
}
