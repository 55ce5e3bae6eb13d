import { notFound } from './errors.ts';
import type {
  Instance,
  MirrorFilter,
  MirrorFilterRule,
  MirrorSession,
  MirrorTarget,
  NetworkInterface,
  RegionState,
  Subnet,
} from './state.ts';

function get<Item>(table: ReadonlyMap<string, Item>, prefix: string, id: string): Item {
  const found = table.get(id);
  if (found === undefined) throw notFound(prefix, id);
  return found;
}

/** Each throws the refusal that EC2 has for an unknown or malformed id of its kind. */
export const getInstance = (region: RegionState, id: string): Instance => get(region.instances, 'i', id);
export const getInterface = (region: RegionState, id: string): NetworkInterface => get(region.interfaces, 'eni', id);
export const getSubnet = (region: RegionState, id: string): Subnet => get(region.subnets, 'subnet', id);
export const getTarget = (region: RegionState, id: string): MirrorTarget => get(region.targets, 'tmt', id);
export const getFilter = (region: RegionState, id: string): MirrorFilter => get(region.filters, 'tmf', id);
export const getFilterRule = (region: RegionState, id: string): MirrorFilterRule => get(region.filterRules, 'tmfr', id);
export const getSession = (region: RegionState, id: string): MirrorSession => get(region.sessions, 'tms', id);

/** The items with the ids that a describe action names, or all. @throws Refusal when one of the ids is unknown. */
export const pick = <Item>(
  table: ReadonlyMap<string, Item>,
  prefix: string,
  ids: readonly string[] | undefined,
): readonly Item[] =>
  ids === undefined || ids.length === 0 ? [...table.values()] : [...new Set(ids)].map((id) => get(table, prefix, id));
