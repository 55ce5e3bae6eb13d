import type { Filter, FilterId } from '../words.ts';
import { findBlock } from './packets/cidr.ts';
import type { Verdict } from './packets/findings.ts';
import type { Subject } from './packets/resolver.ts';
import { searchVerdicts, type Verdicts } from './packets/search.ts';

export type { Verdict, Verdicts };

/** The filters that could be read. */
export type Filters = ReadonlyMap<FilterId, Filter>;

export const toFilters = (filters: readonly Filter[]): Filters => new Map(filters.map((filter) => [filter.id, filter]));

/** Whether all that a filter takes can be told. `null`, on Azure, takes everything. */
export function isReadable(id: FilterId | null, filters: Filters): boolean {
  const rules = id === null ? [] : filters.get(id)?.rules;
  return (
    rules?.every((rule) => [rule.sourceCidr, rule.destinationCidr].every((cidr) => findBlock(cidr) !== null)) ?? false
  );
}

/** What some filters say of packets: in any reading, and in each reading by itself. */
interface Answer {
  readonly verdicts: Verdicts;
  readonly readings: readonly Verdicts[];
}

/** A plan asks the same of thousands of sources. */
const known = new WeakMap<Filters, Map<string, Answer>>();

/**
 * Every combination of verdicts that some packet gets from these filters, in the order of the ids, each once. Exact: no packet
 * gets any other, and there is a packet for each.
 *
 * What is not certain is told in every way in which it may be, so that who asks for all combinations is safe: ports on a
 * protocol for which none are documented, a CIDR that cannot be read, which packets `amazon-dns` adds, and a filter that is not
 * among those that were read. The same filter says the same of a packet wherever it stands. `null`, on Azure, takes everything.
 */
export const verdictsOf = (ids: readonly (FilterId | null)[], filters: Filters): Verdicts =>
  answerTo(ids, filters).verdicts;

/**
 * The same for each way in which the provider's text on ports and on `amazon-dns` can be read: one of them is what happens. Who
 * wants to say that there is a packet of some kind asks for it in all of them.
 */
export const readingsOf = (ids: readonly (FilterId | null)[], filters: Filters): readonly Verdicts[] =>
  answerTo(ids, filters).readings;

function answerTo(ids: readonly (FilterId | null)[], filters: Filters): Answer {
  const answers = known.get(filters) ?? new Map<string, Answer>();
  known.set(filters, answers);
  const key = ids.join(' ');
  const answer = answers.get(key) ?? findAnswer(ids, filters);
  answers.set(key, answer);
  return answer;
}

function findAnswer(ids: readonly (FilterId | null)[], filters: Filters): Answer {
  const distinct = [...new Set(ids)];
  const places = ids.map((id) => distinct.indexOf(id));
  const subjects = distinct.map((id): Subject => (id === null ? 'everything' : (filters.get(id) ?? 'unread')));
  const readings = searchVerdicts(subjects).map((found) =>
    found.map((verdicts) => places.map((at) => verdicts[at] ?? 'none')),
  );
  return { verdicts: withoutRepeats(readings.flat()), readings };
}

const withoutRepeats = (verdicts: Verdicts): Verdicts => [
  ...new Map(verdicts.map((one) => [one.join(' '), one])).values(),
];
