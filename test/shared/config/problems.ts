import { parseConfig } from '../../../shared/config/parse.ts';
import type { Config } from '../../../shared/config/config.ts';
import type { Problem } from '../../../shared/config/problem.ts';

/** Every problem of a text, errors or warnings, as `line:column path: message`. */
export const problemsOf = (text: string): readonly string[] => foundIn(text).map(write);

export function foundIn(text: string): readonly Problem[] {
  const parsed = parseConfig(text);
  return parsed.kind === 'valid' ? parsed.warnings : parsed.problems;
}

const write = ({ line, column, path, message }: Problem): string => `${line}:${column} ${path}: ${message}`;

export function configOf(text: string): Config {
  const parsed = parseConfig(text);
  if (parsed.kind === 'valid') return parsed.config;
  throw new Error(parsed.problems.map(write).join('\n'));
}

/** A file with two destinations, one on each cloud, and what is added to it. */
export const withDestinations = (more: string): string => `version: 1
owner: soc
destinations:
  sensor: { cloud: aws, region: us-east-1, target: tmt-0a, filter: tmf-0a, sessionNumber: 100 }
  tap: { cloud: azure, virtualNetworkTap: /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworkTaps/t }
${more}`;

/** A file whose one destination begins on line 4, column 3. */
export const withDestination = (keys: string): string => `version: 1
owner: soc
destinations:
  sensor: { ${keys} }
`;

/** A file whose one rule begins on line 7, column 5. */
export const withRule = (keys: string): string => withDestinations(`rules:\n  - { ${keys} }\n`);
