import type { AwsDestination, AzureDestination, Destination } from '../config/config.ts';
import type { HoldCode } from '../reason.ts';
import type { AccountId, FilterId, NonEmpty, Settings, Source, Target } from '../words.ts';
import { createTapCommand } from './create-tap.ts';
import type { WorldIndex } from './world-index.ts';

/** Why something is withheld, before it is known on which attachment. */
export interface Withheld {
  readonly code: HoldCode;
  readonly detail: string;
}

/** What one destination means in one account and region: the attachment to make, or why none can be made. */
export interface Offer {
  readonly destination: Destination;
  /** What an attachment to it looks like; `null` when its target is not known here. */
  readonly to: Settings | null;
  readonly target: Target | null;
  readonly hold: Withheld | null;
}

/**
 * What a destination offers to a source: one offer for each target that may be meant, in id order; several targets may stand in
 * front of one load balancer. Where there is none, one offer says why.
 *
 * A destination serves a source when its target is visible (owned or shared) in the source's account and region; on Azure,
 * when the VTAP is in the source's region. A target that is known but cannot serve still tells which attachment is meant, so
 * that what exists can be recognised and kept.
 */
export function offersOf(destination: Destination, source: Source, index: WorldIndex): NonEmpty<Offer> {
  const toOffer = (target: Target | null): Offer =>
    destination.cloud === 'aws'
      ? awsOffer(destination, target, source, index)
      : azureOffer(destination, target, source, index);
  const [first, ...rest] = targetsOf(destination, source, index).map(toOffer);
  return first === undefined ? [toOffer(null)] : [first, ...rest];
}

function awsOffer(destination: AwsDestination, target: Target | null, source: Source, index: WorldIndex): Offer {
  const targetId = target?.id ?? (destination.entry.kind === 'target' ? destination.entry.id : null);
  const filter = filterFor(destination, source.account);
  const to: Settings | null =
    targetId === null
      ? null
      : {
          target: targetId,
          filter,
          number: destination.sessionNumber,
          packetLength: destination.packetLength,
          virtualNetworkId: destination.virtualNetworkId,
        };
  const hold =
    outOfReach(destination, source, destination.region) ??
    unseen(destination, target, index, awsMissing(destination, source)) ??
    withoutFilter(destination, filter, source, index) ??
    unhealthy(destination, target);
  return { destination, to, target, hold };
}

function azureOffer(destination: AzureDestination, target: Target | null, source: Source, index: WorldIndex): Offer {
  const targetId = target?.id ?? (destination.entry.kind === 'virtualNetworkTap' ? destination.entry.id : null);
  const to: Settings | null =
    targetId === null
      ? null
      : { target: targetId, filter: null, number: null, packetLength: null, virtualNetworkId: null };
  const elsewhere = target === null ? targetsReaching(destination, index)[0] : undefined;
  const hold =
    outOfReach(destination, source, elsewhere?.region ?? source.region) ??
    unseen(destination, target, index, azureMissing(destination, source)) ??
    unhealthy(destination, target);
  return { destination, to, target, hold };
}

/** Of targets in front of an endpoint, those that could serve the source. */
function targetsOf(destination: Destination, { region }: Source, index: WorldIndex): readonly Target[] {
  const targets = targetsReaching(destination, index);
  return destination.cloud === 'aws' ? targets : targets.filter((target) => target.region === region);
}

/** By the target's own id, or all in front of the endpoint. */
function targetsReaching({ entry }: Destination, index: WorldIndex): readonly Target[] {
  if (entry.kind !== 'target' && entry.kind !== 'virtualNetworkTap') return index.targetsInFrontOf.get(entry.id) ?? [];
  const target = index.targets.get(entry.id);
  return target === undefined ? [] : [target];
}

const filterFor = ({ filter }: AwsDestination, account: AccountId): FilterId | null =>
  filter.kind === 'one' ? filter.id : (filter.ids.get(account) ?? null);

/** Filters cannot be shared, so one that the account does not have can never be used there. */
function withoutFilter(
  { name, region }: AwsDestination,
  filter: FilterId | null,
  { account }: Source,
  { filters, incomplete }: WorldIndex,
): Withheld | null {
  if (filter === null) return { code: 'no-filter-here', detail: `${name} names no filter for account ${account}` };
  if (filters.has(filter) || incomplete.has('filters')) return null;
  const create = `aws ec2 create-traffic-mirror-filter --region ${region}`;
  const detail = `${name} names ${filter}, which account ${account} does not have; name one that it has, or create one: ${create}`;
  return { code: 'no-filter-here', detail };
}

function outOfReach(destination: Destination, source: Source, region: string): Withheld | null {
  if (destination.cloud === source.cloud && region === source.region) return null;
  const where = destination.cloud === source.cloud ? region : destination.cloud;
  return { code: 'out-of-reach', detail: `${destination.name} is in ${where}, the interface in ${source.region}` };
}

function unseen(destination: Destination, target: Target | null, index: WorldIndex, missing: string): Withheld | null {
  if (target !== null) return null;
  const why = index.incomplete.get('targets');
  return why === undefined
    ? { code: 'destination-missing', detail: `${destination.name}: ${missing}` }
    : { code: 'inventory-incomplete', detail: why };
}

function awsMissing({ entry, region }: AwsDestination, source: Source): string {
  const create = `aws ec2 create-traffic-mirror-target --region ${region}`;
  switch (entry.kind) {
    case 'target':
      return `no mirror target ${entry.id} is visible in account ${source.account}; share it with the account, or correct the id`;
    case 'networkLoadBalancer':
      return `no mirror target in front of ${entry.id}; create one: ${create} --network-load-balancer-arn ${entry.id}`;
    case 'networkInterface':
      return `no mirror target in front of ${entry.id}; create one: ${create} --network-interface-id ${entry.id}`;
    case 'gatewayLoadBalancerEndpoint':
      return `no mirror target in front of ${entry.id}; create one: ${create} --gateway-load-balancer-endpoint-id ${entry.id}`;
  }
}

function azureMissing(destination: AzureDestination, { region }: Source): string {
  const { entry } = destination;
  return entry.kind === 'virtualNetworkTap'
    ? `there is no VTAP ${entry.id}; correct the id, or grant Microsoft.Network/virtualNetworkTaps/read on it`
    : `no VTAP in ${region} has ${entry.id} as its destination; create one (az extension add --name virtual-network-tap): ${createTapCommand(destination, region)}`;
}

function unhealthy(destination: Destination, target: Target | null): Withheld | null {
  const why = target?.unhealthy ?? null;
  return why === null ? null : { code: 'destination-unhealthy', detail: `${destination.name}: ${why}` };
}
