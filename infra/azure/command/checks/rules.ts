import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatProblems, parseConfig } from '../../../../shared/config/parse.ts';
import { fail, type Finding, ok, warn } from '../../../command/finding.ts';
import type { Parameters } from '../parameters.ts';

/** Where the rules are that are packed with the code: beside the parameters. */
export const rulesBeside = (parametersPath: string): string => join(dirname(parametersPath), 'tapkeeper.yaml');

/** Whether the rules that are packed are valid, and of the owner that the parameters name. Those of a blob are read by the app alone. */
export function checkRules(parametersPath: string, { owner, rules }: Parameters): readonly Finding[] {
  if (rules !== '') return [ok(`the rules are read from ${rules.replace(/\?.*$/, '?…')}`)];
  const path = rulesBeside(parametersPath);
  const text = findText(path);
  if (text === null)
    return [
      fail(`there are no rules: ${path} cannot be read`, 'write them (docs/rules.md), or name a blob in `rules`'),
    ];
  const parsed = parseConfig(text);
  if (parsed.kind === 'invalid') {
    return [
      fail(
        `${path} is not valid:\n${formatProblems(path, parsed.problems)}`,
        'correct it; npx tapkeeper validate says the same',
      ),
    ];
  }
  const { config, warnings } = parsed;
  if (config.owner !== owner) {
    return [
      fail(`the rules are of the owner ${config.owner}, the parameters name ${owner}`, 'write the same owner in both'),
    ];
  }
  const lint =
    warnings.length === 0 ? [] : [warn(formatProblems(path, warnings), 'see docs/rules.md; it can stay as it is')];
  return [ok(`${path}: valid, owner ${owner}`), ...lint];
}

function findText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
