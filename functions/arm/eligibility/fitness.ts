import { normaliseArmId } from '../../../shared/ids.ts';
import type { Machine, Source, Target } from '../../../shared/words.ts';
import { findTextAt, listAt } from '../../json.ts';
import { findResource } from '../resource-id.ts';
import type { Balancer } from './balancer.ts';
import { isOfUniformScaleSet } from './scale-set.ts';

/** What must be known beside an interface to tell whether it can be mirrored. What is not known speaks against nothing. */
export interface Neighbours {
  readonly machine: Machine | null;
  readonly networks: ReadonlyMap<string, 'encrypted' | 'plain'>;
  readonly balancers: ReadonlyMap<string, Balancer>;
  readonly targets: readonly Target[];
}

/**
 * Which rule of the cloud keeps an interface from being mirrored, or `null` when none is known.
 * https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview (limitations)
 */
export function findUnfit(source: Source, body: unknown, neighbours: Neighbours): string | null {
  const pools = poolsOf(body);
  return (
    findUnfitBody(body) ??
    findUnfitSize(neighbours.machine) ??
    findCollector(source, pools, neighbours) ??
    findEncryption(source, neighbours) ??
    findUnfitBalancer([...pools, ...natRulesOf(body)], neighbours)
  );
}

/** The load balancers in front of an interface; those of a subscription are listed only when one is. */
export const balancersOf = (body: unknown): readonly string[] => [
  ...new Set([...poolsOf(body), ...natRulesOf(body)].flatMap((id) => findResource(id)?.parent ?? [])),
];

const idsOf = (references: readonly unknown[]): readonly string[] =>
  references.flatMap((reference) => findTextAt(reference, 'id') ?? []).map(normaliseArmId);

const ofConfigurations = (body: unknown, list: string): readonly string[] =>
  listAt(body, 'properties', 'ipConfigurations').flatMap((one) => idsOf(listAt(one, 'properties', list)));

const poolsOf = (body: unknown): readonly string[] => ofConfigurations(body, 'loadBalancerBackendAddressPools');
const natRulesOf = (body: unknown): readonly string[] => ofConfigurations(body, 'loadBalancerInboundNatRules');

function findUnfitBody(body: unknown): string | null {
  const machine = findTextAt(body, 'properties', 'virtualMachine', 'id');
  if (isOfUniformScaleSet(machine)) return 'instances of a uniform scale set have no TAP configurations';
  // Such interfaces belong to no machine, and whoever tags all that is in a resource group tags them as well.
  if (findTextAt(body, 'properties', 'privateEndpoint', 'id') !== null)
    return 'it is the interface of a private endpoint';
  if (findTextAt(body, 'properties', 'privateLinkService', 'id') !== null) {
    return 'it is the interface of a private link service';
  }
  const versions = listAt(body, 'properties', 'ipConfigurations').map((configuration) =>
    findTextAt(configuration, 'properties', 'privateIPAddressVersion'),
  );
  return versions.length > 0 && versions.every((version) => version?.toLowerCase() === 'ipv6')
    ? 'virtual network TAP does not mirror IPv6, and the interface has no IPv4 address'
    : null;
}

const findUnfitSize = (machine: Machine | null): string | null =>
  /_v6(?![a-z0-9])/i.test(machine?.type ?? '')
    ? `virtual machines of v6 sizes (${machine?.type ?? ''}) cannot be mirrored`
    : null;

/** Mirroring what a collector receives would mirror what was mirrored, without end. */
function findCollector(source: Source, pools: readonly string[], { targets, balancers }: Neighbours): string | null {
  const own = targets.find(({ reaches }) => reaches.startsWith(`${source.id}/ipconfigurations/`));
  if (own !== undefined) return `it is the collector of the VTAP ${own.id}`;
  const behind = targets.find(({ reaches }) => pools.some((pool) => isBehind(pool, reaches, balancers)));
  return behind === undefined ? null : `it is a collector behind the load balancer of the VTAP ${behind.id}`;
}

/** Of a frontend without a rule, or a load balancer that could not be read, every pool is taken to be behind it. */
function isBehind(pool: string, frontend: string, balancers: Neighbours['balancers']): boolean {
  const balancer = findResource(pool)?.parent ?? null;
  if (balancer === null || !frontend.startsWith(`${balancer}/frontendipconfigurations/`)) return false;
  const pools = balancers.get(balancer)?.behind.get(frontend);
  return pools === undefined || pools.has(pool);
}

const findEncryption = ({ network }: Source, { networks }: Neighbours): string | null =>
  network !== null && networks.get(network) === 'encrypted'
    ? `virtual network encryption is on in ${network}, and virtual machines there cannot be mirrored`
    : null;

/** A backend pool or an inbound NAT rule of a Basic load balancer, or of a rule with a floating IP. */
function findUnfitBalancer(ids: readonly string[], { balancers }: Neighbours): string | null {
  for (const id of ids) {
    const balancer = balancers.get(findResource(id)?.parent ?? '');
    if (balancer === undefined) continue;
    if (balancer.isBasic) return `it is behind a Basic load balancer (${balancer.id})`;
    const rule = balancer.floating.get(id);
    if (rule !== undefined) return `it is behind the rule ${rule} of ${balancer.id}, which has a floating IP`;
  }
  return null;
}
