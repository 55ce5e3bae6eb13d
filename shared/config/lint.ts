import type { Filters } from '../plan/coverage.ts';
import type { Finding } from './check.ts';
import type { Config } from './config.ts';
import { lintCollisions } from './lint/collisions.ts';
import { lintConditions } from './lint/conditions.ts';
import { lintIdleFilters } from './lint/idle-filters.ts';
import { lintInterruption } from './lint/interruption.ts';
import { lintUnused } from './lint/unused.ts';

/**
 * What is allowed and most likely not meant. Only what is certain is warned of.
 * @param filters those that are known, from a snapshot as `toFilters(world.filters)`; empty when none are.
 */
export const lintConfig = (config: Config, filters: Filters): readonly Finding[] => [
  ...lintUnused(config),
  ...lintConditions(config),
  ...lintCollisions(config, filters),
  ...lintIdleFilters(config, filters),
  ...lintInterruption(config),
];
