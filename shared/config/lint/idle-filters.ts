import { verdictsOf, type Filters } from '../../plan/coverage.ts';
import type { FilterId } from '../../words.ts';
import type { Finding } from '../check.ts';
import type { AwsDestination, Config } from '../config.ts';

/** Destinations with a filter, among those that are known, that lets no packet through. */
export const lintIdleFilters = ({ destinations }: Config, filters: Filters): readonly Finding[] =>
  destinations
    .filter((one) => one.cloud === 'aws')
    .flatMap(({ name, filter }) =>
      filtersIn(filter)
        .filter((id) => filters.has(id) && verdictsOf([id], filters).every(([verdict]) => verdict !== 'accept'))
        .map((id): Finding => ({ path: ['destinations', name], at: 'key', message: `filter ${id} accepts no packet` })),
    );

const filtersIn = (filter: AwsDestination['filter']): readonly FilterId[] =>
  filter.kind === 'one' ? [filter.id] : [...new Set(filter.ids.values())];
