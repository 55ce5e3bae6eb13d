import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { type Sight, unknown } from './aws-cli.ts';
import { hintAt } from './settings.ts';

const Regions = v.object({ Regions: v.array(v.object({ RegionName: v.string(), OptInStatus: v.string() })) });

/** A region that is always enabled, by the beginning of those of its partition: one that is not enabled answers nobody. */
const ENABLED: readonly (readonly [prefix: string, region: string])[] = [
  ['cn-', 'cn-north-1'],
  ['us-gov-', 'us-gov-west-1'],
];

const enabledBeside = (region: string): string =>
  ENABLED.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'us-east-1';

/**
 * Whether every region of the account that is kept, and the one that is deployed to, is enabled
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Region.html).
 */
export async function checkRegions({ aws, settings }: Sight): Promise<Finding> {
  const { account, region, scopes } = settings;
  const kept = scopes.filter((scope) => scope.account === account).map((scope) => scope.region);
  const wanted = [...new Set<string>([region, ...kept])];
  const asked = await aws(Regions, ['ec2', 'describe-regions', '--all-regions'], enabledBeside(region));
  if (asked.kind === 'refused') return unknown('regions', asked.said);
  const statusOf = new Map(asked.value.Regions.map((one) => [one.RegionName, one.OptInStatus]));
  const unheard = wanted.filter((name) => !statusOf.has(name));
  if (unheard.length > 0) {
    const [first = ''] = unheard;
    return fail(
      `AWS has no region ${unheard.join(', ')}${hintAt(first, [...statusOf.keys()])}`,
      'correct `region` and `scopes` in the settings',
    );
  }
  const disabled = wanted.filter((name) => statusOf.get(name) === 'not-opted-in');
  if (disabled.length === 0) return ok(`enabled: ${wanted.join(', ')}`);
  return fail(
    `not enabled for this account: ${disabled.join(', ')}`,
    `aws account enable-region --region-name ${disabled[0]}, which takes a few minutes`,
  );
}
