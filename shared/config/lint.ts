import type { Finding } from './check.ts';
import type { Config } from './config.ts';
import { lintCollisions } from './lint/collisions.ts';
import { lintConditions } from './lint/conditions.ts';
import { lintUnused } from './lint/unused.ts';

/** What is allowed and most likely not meant. Only what is certain is warned of. */
export const lintConfig = (config: Config): readonly Finding[] => [
  ...lintUnused(config),
  ...lintConditions(config),
  ...lintCollisions(config),
];
