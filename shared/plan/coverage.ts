import { toCanonicalJson } from './canonical.ts';
import type { Filter, FilterId, FilterRule } from '../words.ts';

/** The filters that could be read. */
export type Filters = ReadonlyMap<FilterId, Filter>;

/**
 * How the packets that a filter takes stand to those of others:
 *
 * | | |
 * |---|---|
 * | `disjoint` | no packet is taken by both |
 * | `overlapping` | some packet may be taken by both |
 * | `covered` | every packet that the first takes is taken by the others |
 *
 * Both errors have a price: a false `disjoint` blinds somebody's session, a false `covered` leaves traffic unmirrored.
 * So a filter that could not be read overlaps everything and covers nothing.
 *
 * Decided on what is certain without looking into the rules' ranges: identical filters cover each other, filters without a
 * direction and protocol in common are disjoint, anything else overlaps.
 */
export type Relation = 'disjoint' | 'overlapping' | 'covered';

/** `null` on Azure, where a TAP configuration takes everything. */
export function relate(filter: FilterId | null, others: readonly (FilterId | null)[], filters: Filters): Relation {
  if (others.length === 0) return 'disjoint';
  if (others.some((other) => isCoveredBy(filter, other, filters))) return 'covered';
  return others.some((other) => mayOverlap(filter, other, filters)) ? 'overlapping' : 'disjoint';
}

function isCoveredBy(filter: FilterId | null, other: FilterId | null, filters: Filters): boolean {
  if (filter === null || other === null) return filter === other;
  const [a, b] = [filters.get(filter), filters.get(other)];
  if (a === undefined || b === undefined) return false;
  return filter === other || toCanonicalJson(takesOf(a)) === toCanonicalJson(takesOf(b));
}

const takesOf = ({ rules, mirrorsDns }: Filter) => ({
  rules: [...rules].sort((a, b) =>
    a.direction === b.direction ? a.number - b.number : a.direction < b.direction ? -1 : 1,
  ),
  mirrorsDns,
});

function mayOverlap(filter: FilterId | null, other: FilterId | null, filters: Filters): boolean {
  if (filter === null || other === null) return true;
  const [a, b] = [filters.get(filter), filters.get(other)];
  if (a === undefined || b === undefined) return true;
  return streamsOf(a).some((mine) =>
    streamsOf(b).some(
      (theirs) =>
        mine.direction === theirs.direction &&
        (mine.protocol === null || theirs.protocol === null || mine.protocol === theirs.protocol),
    ),
  );
}

type Stream = Pick<FilterRule, 'direction' | 'protocol'>;

/** DNS runs over TCP (6) and UDP (17), and `amazon-dns` is mirrored in both directions. */
const DNS_STREAMS: readonly Stream[] = [
  { direction: 'ingress', protocol: 6 },
  { direction: 'ingress', protocol: 17 },
  { direction: 'egress', protocol: 6 },
  { direction: 'egress', protocol: 17 },
];

const streamsOf = ({ rules, mirrorsDns }: Filter): readonly Stream[] => [
  ...rules.filter(({ action }) => action === 'accept'),
  ...(mirrorsDns ? DNS_STREAMS : []),
];
