import { compare, toCanonicalJson } from '../plan/canonical.ts';
import type { Config, Destination, Name } from './config.ts';

/**
 * What a configuration means, as text: two files that mean the same have the same, whatever their comments, layout and order of
 * keys. Destinations and pools are lists here and maps in the file, where their order says nothing; that of rules does.
 */
export const canonicalConfig = (config: Config): string =>
  toCanonicalJson({
    ...config,
    destinations: config.destinations.toSorted(byName).map(toData),
    pools: config.pools.toSorted(byName),
  });

const byName = (a: { readonly name: Name }, b: { readonly name: Name }): number => compare(a.name, b.name);

const toData = (destination: Destination): unknown =>
  destination.cloud === 'aws' && destination.filter.kind === 'by-account'
    ? { ...destination, filter: { kind: 'by-account', ids: Object.fromEntries(destination.filter.ids) } }
    : destination;
