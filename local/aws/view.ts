import type { RegionState } from './ec2/region.ts';
import type {
  Instance,
  MirrorFilter,
  MirrorFilterRule,
  MirrorSession,
  MirrorTarget,
  NetworkInterface,
  Subnet,
} from './ec2/state.ts';
import { tagsOf } from './ec2/region.ts';
import { rulesOf } from './ec2/mirror-view.ts';

/** A record with its tags. */
export type Tagged<Item> = Item & { readonly tags: Readonly<Record<string, string>> };

/** What exists in one region, in order of creation: for the page and for tests. */
export interface RegionView {
  readonly region: string;
  readonly vpcId: string;
  readonly subnets: readonly Subnet[];
  readonly instances: readonly Tagged<Instance>[];
  readonly interfaces: readonly Tagged<NetworkInterface>[];
  /** In order of interface, then of session number. */
  readonly sessions: readonly Tagged<MirrorSession>[];
  readonly targets: readonly Tagged<MirrorTarget>[];
  readonly filters: readonly Tagged<MirrorFilter & { readonly rules: readonly MirrorFilterRule[] }>[];
}

export function toRegionView(region: RegionState): RegionView {
  const tagged = <Item extends { readonly id: string }>(items: Iterable<Item>): readonly Tagged<Item>[] =>
    [...items].map((item) => ({ ...item, tags: Object.fromEntries(tagsOf(region, item.id)) }));
  return {
    region: region.name,
    vpcId: region.vpcId,
    subnets: [...region.subnets.values()],
    instances: tagged(region.instances.values()),
    interfaces: tagged(region.interfaces.values()),
    sessions: tagged(region.sessions.values()).toSorted(
      (a, b) => a.interfaceId.localeCompare(b.interfaceId) || a.number - b.number,
    ),
    targets: tagged(region.targets.values()),
    filters: tagged([...region.filters.values()].map((filter) => ({ ...filter, rules: rulesOf(region, filter.id) }))),
  };
}
