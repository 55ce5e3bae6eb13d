import { readFileSync } from 'node:fs';
import type { Run } from '../../../command/process.ts';
import { checkRulesElsewhere } from '../../../command/rules-elsewhere.ts';
import type { Finding } from '../../../command/finding.ts';
import type { AwsDestination } from '../../../../shared/config/config.ts';
import { parseConfig } from '../../../../shared/config/parse.ts';
import type { Settings } from '../../settings.ts';
import { toText } from '../../settings/rules-place.ts';

/** Whether rules that are read while it runs are there, and say what the settings say. Those of a file were read with the settings. */
export async function checkRules(
  run: Run,
  { rules, owner, formerOwners, region }: Settings,
): Promise<readonly Finding[]> {
  if (rules.kind === 'file') return [];
  return [await checkRulesElsewhere(run, toText(rules), { owner, formerOwners, env: { AWS_REGION: region } })];
}

/** The destinations of rules that are a file here and were found valid; `null`: of others nothing is known. */
export function findDestinations({ rules }: Settings): readonly AwsDestination[] | null {
  const parsed = rules.kind === 'file' ? parseConfig(readFileSync(rules.path, 'utf8')) : null;
  if (parsed?.kind !== 'valid') return null;
  return parsed.config.destinations.filter((one) => one.cloud === 'aws');
}
