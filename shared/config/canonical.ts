import { toCanonicalJson } from '../plan/canonical.ts';
import type { Config } from './config.ts';

/** What a configuration means, as text: two files that mean the same have the same, whatever their comments and layout. */
export const canonicalConfig = (config: Config): string =>
  toCanonicalJson({
    ...config,
    destinations: config.destinations.map((destination) =>
      destination.cloud === 'aws' && destination.filter.kind === 'by-account'
        ? { ...destination, filter: { kind: 'by-account', ids: Object.fromEntries(destination.filter.ids) } }
        : destination,
    ),
  });
