import type { Filter } from '@aws-sdk/client-ec2';
import { notFound } from './errors.ts';
import { isLiteral } from './filters.ts';
import type { RegionState } from './region.ts';
import type {
  Instance,
  MirrorFilter,
  MirrorFilterRule,
  MirrorSession,
  MirrorTarget,
  NetworkInterface,
  Subnet,
} from './state.ts';
import type { Rows, Table } from './table.ts';

/** What is so new that Describe calls do not show it is not found either, and what is gone is not, though it still shows. */
function get<Item>(table: Table<Item>, prefix: string, id: string): Item {
  const found = table.seen.has(id) ? table.get(id) : undefined;
  if (found === undefined) throw notFound(prefix, id);
  return found;
}

/** Each throws the refusal that EC2 has for an unknown or malformed id of its kind. */
export const getInstance = (region: RegionState, id: string): Instance => get(region.instances, 'i', id);
export const getInterface = (region: RegionState, id: string): NetworkInterface => get(region.interfaces, 'eni', id);
export const getTarget = (region: RegionState, id: string): MirrorTarget => get(region.targets, 'tmt', id);
export const getFilter = (region: RegionState, id: string): MirrorFilter => get(region.filters, 'tmf', id);
export const getFilterRule = (region: RegionState, id: string): MirrorFilterRule => get(region.filterRules, 'tmfr', id);
export const getSession = (region: RegionState, id: string): MirrorSession => get(region.sessions, 'tms', id);

export function getSubnet(region: RegionState, id: string): Subnet {
  const found = region.subnets.get(id);
  if (found === undefined) throw notFound('subnet', id);
  return found;
}

/** The items with the ids that a describe action names, or all. @throws Refusal when one of the ids is unknown. */
export const pick = <Item>(
  table: ReadonlyMap<string, Item>,
  prefix: string,
  ids: readonly string[] | undefined,
): readonly Item[] => (isGiven(ids) ? getAll(ids, prefix, (id) => table.get(id)) : [...table.values()]);

const isGiven = (ids: readonly string[] | undefined): ids is readonly string[] => ids !== undefined && ids.length > 0;

const getAll = <Item>(
  ids: readonly string[],
  prefix: string,
  find: (id: string) => Item | undefined,
): readonly Item[] =>
  [...new Set(ids)].map((id) => {
    const found = find(id);
    if (found === undefined) throw notFound(prefix, id);
    return found;
  });

/** What a describe action names. */
export interface Asked {
  readonly ids: readonly string[] | undefined;
  readonly filters: readonly Filter[] | undefined;
}

/**
 * The records that a describe action has to look at: those with the ids that it names, those that an index has for one of
 * its filters, or all. What others let the account see counts as its own. @throws Refusal when one of the ids is unknown.
 */
export function select<Item extends { readonly id: string }>(
  rows: Rows<Item>,
  prefix: string,
  { ids, filters }: Asked,
  others: readonly Item[] = [],
): readonly Item[] {
  if (isGiven(ids)) return getAll(ids, prefix, (id) => rows.get(id) ?? others.find((other) => other.id === id));
  return [...narrow(rows, filters ?? []), ...others];
}

function narrow<Item>(rows: Rows<Item>, filters: readonly Filter[]): Iterable<Item> {
  for (const { Name: name = '', Values: values = [] } of filters) {
    if (rows.isIndexed(name) && values.every(isLiteral)) {
      return [...new Set(values)].flatMap((value) => rows.under(name, value));
    }
  }
  return rows.values();
}
