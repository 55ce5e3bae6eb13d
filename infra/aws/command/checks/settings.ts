import { RegionInfo } from 'aws-cdk-lib/region-info';
import { findNearest } from '../../../../shared/config/nearest.ts';
import { type Finding, warn } from '../../../command/finding.ts';
import type { Settings } from '../../settings.ts';
import { findDestinations } from './rules.ts';

/** What settings may well say, and hardly anybody means. */
export function checkMeant(settings: Settings): readonly Finding[] {
  const { destination, notify } = settings;
  const todo =
    destination === null
      ? 'name one in `destinations` (docs/rules.md), with `cloud: aws`'
      : 'deploy, put the lines of the destination stack (its outputs) into the rules, and deploy again';
  return [
    ...(findDestinations(settings)?.length === 0
      ? [warn('the rules have no destination on AWS, so nothing can be mirrored', todo)]
      : []),
    ...(notify === null
      ? [warn('alarms tell nobody', 'name who is told: `alarms: { email: … }`, or the ARN of a `topic`')]
      : []),
  ];
}

/** Where AWS cannot be asked: regions that were not known when the CDK was released, which are misspelt or new. */
export function checkRegionNames({ region, scopes }: Settings): readonly Finding[] {
  const known = RegionInfo.regions.map(({ name }) => name);
  const wanted = new Set<string>([region, ...scopes.map((scope) => scope.region)]);
  return [...wanted]
    .filter((name) => !known.includes(name))
    .map((name) =>
      warn(`no region ${name} is known here${hintAt(name, known)}`, 'correct `region` and `scopes`, unless it is new'),
    );
}

/** `: did you mean us-east-1?`, where a known one is like it. */
export function hintAt(name: string, known: readonly string[]): string {
  const nearest = findNearest(name, known);
  return nearest === null ? '' : `: did you mean ${nearest}?`;
}
