import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatProblems, parseConfig } from '../../../../shared/config/parse.ts';
import { fail, type Finding, ok, warn } from '../../../command/finding.ts';
import type { AzureDestination } from '../../../../shared/config/config.ts';
import type { Run } from '../../../command/process.ts';
import { checkRulesElsewhere } from '../../../command/rules-elsewhere.ts';
import type { Parameters } from '../parameters.ts';

/** Where the rules are that are packed with the code: beside the parameters. */
export const rulesBeside = (parametersPath: string): string => join(dirname(parametersPath), 'tapkeeper.yaml');

/** What was found of the rules, and what they mirror to on Azure, as far as they were read here. */
interface CheckedRules {
  readonly findings: readonly Finding[];
  readonly destinations: readonly AzureDestination[];
}

/** Whether the rules are valid, and of the owner that the parameters name. */
export async function checkRules(run: Run, parametersPath: string, parameters: Parameters): Promise<CheckedRules> {
  const { owner, rules } = parameters;
  if (rules === '') return checkFile(rulesBeside(parametersPath), owner);
  const expected = { owner, formerOwners: null, env: {} };
  return { findings: [await checkRulesElsewhere(run, rules, expected)], destinations: [] };
}

function checkFile(path: string, owner: string): CheckedRules {
  const text = findText(path);
  if (text === null) {
    return failed(
      `there are no rules: ${path} cannot be read`,
      'write them (docs/rules.md), or name a blob in `rules`',
    );
  }
  const parsed = parseConfig(text);
  if (parsed.kind === 'invalid') {
    const problems = formatProblems(path, parsed.problems);
    return failed(`${path} is not valid:\n${problems}`, 'correct it; npm run -s tapkeeper -- validate says the same');
  }
  const { config, warnings } = parsed;
  if (config.owner !== owner) {
    return failed(
      `the rules are of the owner ${config.owner}, the parameters name ${owner}`,
      'write the same owner in both',
    );
  }
  const lint =
    warnings.length === 0 ? [] : [warn(formatProblems(path, warnings), 'see docs/rules.md; it can stay as it is')];
  return {
    findings: [ok(`${path}: valid, owner ${owner}`), ...lint],
    destinations: config.destinations.filter((one) => one.cloud === 'azure'),
  };
}

const failed = (what: string, todo: string): CheckedRules => ({ findings: [fail(what, todo)], destinations: [] });

function findText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
