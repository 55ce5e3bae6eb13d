import type { Filter, FilterId } from '../words.ts';
import type { Verdict } from './packets/findings.ts';
import { searchVerdicts, type Subject } from './packets/search.ts';

export type { Verdict };

/** The filters that could be read. */
export type Filters = ReadonlyMap<FilterId, Filter>;

export const toFilters = (filters: readonly Filter[]): Filters => new Map(filters.map((filter) => [filter.id, filter]));

const known = new WeakMap<Filters, Map<string, readonly (readonly Verdict[])[]>>();

/**
 * Every combination of verdicts that some packet gets from these filters, in the order of the ids, each once. Exact: no packet
 * gets any other, and there is a packet for each.
 *
 * What is not certain is told in every way in which it may be, so that who asks for all combinations is safe: ports on a
 * protocol for which none are documented, a CIDR that cannot be read, which packets `amazon-dns` adds, and a filter that is not
 * among those that were read. The same filter says the same of a packet wherever it stands. `null`, on Azure, takes everything.
 */
export function verdictsOf(ids: readonly (FilterId | null)[], filters: Filters): readonly (readonly Verdict[])[] {
  const ofFilters = known.get(filters) ?? new Map<string, readonly (readonly Verdict[])[]>();
  known.set(filters, ofFilters);
  const key = ids.join(' ');
  const verdicts = ofFilters.get(key) ?? findVerdicts(ids, filters);
  ofFilters.set(key, verdicts);
  return verdicts;
}

function findVerdicts(ids: readonly (FilterId | null)[], filters: Filters): readonly (readonly Verdict[])[] {
  const distinct = [...new Set(ids)];
  const places = ids.map((id) => distinct.indexOf(id));
  const subjects = distinct.map((id): Subject => (id === null ? 'everything' : (filters.get(id) ?? 'unread')));
  return searchVerdicts(subjects).map((verdicts) => places.map((at) => verdicts[at] ?? 'none'));
}
