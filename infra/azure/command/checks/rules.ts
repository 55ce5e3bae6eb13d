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
  /** `null`: they were not read here, or are not valid. */
  readonly owner: string | null;
}

/** `param rules` with anything but an empty text, or other parameters that these extend, which may have it. */
const ELSEWHERE = /^[ \t]*(param[ \t]+rules[ \t]*=(?![ \t]*'')|extends[ \t])/m;

/** Whether the parameters, as they are written, leave the rules beside them; only the compiler knows of the others. */
export const hasRulesBeside = (parametersPath: string): boolean => !ELSEWHERE.test(findText(parametersPath) ?? '');

/**
 * Whether the rules are of the owner that the parameters name, and, where that was not looked at before, valid.
 * @param beside What was found of those beside the parameters, and is told already; `null`: they were not looked at.
 */
export async function checkRules(
  run: Run,
  parametersPath: string,
  parameters: Parameters,
  beside: CheckedRules | null,
): Promise<CheckedRules> {
  const { owner, rules } = parameters;
  if (rules !== '') {
    const expected = { owner, formerOwners: null, env: {} };
    return { findings: [await checkRulesElsewhere(run, rules, expected)], destinations: [], owner: null };
  }
  const checked = beside ?? checkBeside(parametersPath);
  return { ...checked, findings: [...(beside === null ? checked.findings : []), ...judgeOwner(checked.owner, owner)] };
}

const judgeOwner = (owner: string | null, wanted: string): readonly Finding[] =>
  owner === null || owner === wanted
    ? []
    : [fail(`the rules are of the owner ${owner}, the parameters name ${wanted}`, 'write the same owner in both')];

/** Whether there are rules beside the parameters, and valid ones. */
export function checkBeside(parametersPath: string): CheckedRules {
  const path = rulesBeside(parametersPath);
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
  const destinations = config.destinations.filter((one) => one.cloud === 'azure');
  const findings = [
    ok(`${path}: valid, owner ${config.owner}`),
    ...(warnings.length === 0
      ? []
      : [warn(formatProblems(path, warnings), 'put it right, unless it is meant (docs/rules.md)')]),
    ...(destinations.length > 0
      ? []
      : [
          warn(
            'the rules have no destination on Azure, so nothing can be mirrored',
            'name one in `destinations` (docs/rules.md), with `cloud: azure`',
          ),
        ]),
  ];
  return { findings, destinations, owner: config.owner };
}

const failed = (what: string, todo: string): CheckedRules => ({
  findings: [fail(what, todo)],
  destinations: [],
  owner: null,
});

function findText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
