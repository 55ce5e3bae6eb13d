import * as v from 'valibot';
import type { AwsDestination } from '../../../../shared/config/config.ts';
import { type Finding, ok, warn } from '../../../command/finding.ts';
import { type Sight, unknown } from './aws-cli.ts';
import { findDestinations } from './rules.ts';

const Targets = v.object({
  TrafficMirrorTargets: v.array(
    v.object({
      TrafficMirrorTargetId: v.string(),
      NetworkLoadBalancerArn: v.optional(v.string(), ''),
      NetworkInterfaceId: v.optional(v.string(), ''),
      GatewayLoadBalancerEndpointId: v.optional(v.string(), ''),
    }),
  ),
});
const Filters = v.object({ TrafficMirrorFilters: v.array(v.object({ TrafficMirrorFilterId: v.string() })) });

/**
 * Whether what the rules point at is there, as far as the account of the settings sees it. Nothing is lost where it is not: what
 * is wished is held until somebody makes it, and the first deployment may come before it.
 */
export async function checkDestinations(sight: Sight): Promise<readonly Finding[]> {
  const { account, scopes } = sight.settings;
  const kept = new Set(scopes.filter((scope) => scope.account === account).map(({ region }) => region));
  const byRegion = Map.groupBy(
    (findDestinations(sight.settings) ?? []).filter(({ region }) => kept.has(region)),
    ({ region }) => region,
  );
  const found = await Promise.all([...byRegion].map(([region, some]) => checkRegion(sight, region, some)));
  return found.flat();
}

async function checkRegion(
  { aws, settings: { account } }: Sight,
  region: string,
  destinations: readonly AwsDestination[],
): Promise<readonly Finding[]> {
  const [targets, filters] = await Promise.all([
    aws(Targets, ['ec2', 'describe-traffic-mirror-targets'], region),
    aws(Filters, ['ec2', 'describe-traffic-mirror-filters'], region),
  ]);
  if (targets.kind === 'refused') return [unknown(`the mirror targets of ${region}`, targets.said)];
  if (filters.kind === 'refused') return [unknown(`the mirror filters of ${region}`, filters.said)];
  const points = new Set<string>(targets.value.TrafficMirrorTargets.flatMap((target) => Object.values(target)));
  const filterIds = new Set<string>(filters.value.TrafficMirrorFilters.map((one) => one.TrafficMirrorFilterId));
  const missing = destinations.flatMap(({ name, entry, filter }) => {
    const filterId = filter.kind === 'one' ? filter.id : (filter.ids.get(account) ?? null);
    return [
      ...(points.has(entry.id) ? [] : [`destination ${name}: no mirror target in ${region} is or has ${entry.id}`]),
      ...(filterId === null || filterIds.has(filterId)
        ? []
        : [`destination ${name}: there is no filter ${filterId} in ${region}`]),
    ];
  });
  if (missing.length === 0) return [ok(`there is what the rules mirror to in ${region}`)];
  return missing.map((what) =>
    warn(what, 'create it, or correct the rules; until then what is wished there is held, and the plan says so'),
  );
}
