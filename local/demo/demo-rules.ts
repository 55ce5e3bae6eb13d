import { readFileSync } from 'node:fs';
import { packagePath } from '../package-root.ts';
import type { AwsEntries } from './aws-fleet.ts';
import type { AzureEntries } from './azure-fleet.ts';

/** The ways in to the demo's sensors. */
export interface Sensors {
  readonly aws: AwsEntries;
  readonly azure: AzureEntries;
}

/** Ids in `tapkeeper.yaml` that stand for those which the fleet got. */
const PLACEHOLDERS = {
  collectorInterface: 'eni-00000000000000001',
  filter: 'tmf-00000000000000001',
  balancer: /arn:aws:elasticloadbalancing:\S+/g,
  frontend: /\/subscriptions\/00000000-\S+/g,
} as const;

/** The demo's rules for a fleet: the file beside this one, with the ids of that fleet. */
export function demoRules({ aws, azure }: Sensors): string {
  const template = readFileSync(packagePath('local/demo/tapkeeper.yaml'), 'utf8');
  return template
    .replaceAll(PLACEHOLDERS.collectorInterface, aws.collectorInterface)
    .replaceAll(PLACEHOLDERS.filter, aws.filter)
    .replace(PLACEHOLDERS.balancer, aws.balancer)
    .replace(PLACEHOLDERS.frontend, azure.frontend);
}

/** Rules that wish nothing, to begin with. */
export const EMPTY_RULES = `# Nothing is mirrored yet: add destinations and rules, and save.
version: 1
owner: local
destinations: {}
rules: []
`;
