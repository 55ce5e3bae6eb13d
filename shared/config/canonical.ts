import { compare, toCanonicalJson } from '../plan/canonical.ts';
import { USUAL_INTERRUPTION } from './build.ts';
import type { Config, Destination, InterruptionLimits, Name } from './config.ts';

/**
 * What a configuration means, as text: two files that mean the same have the same, whatever their comments, layout and order of
 * keys. Destinations, pools and windows are lists here whose order says nothing; that of rules does. What a file leaves as it
 * usually is, is left out where files could not always say it: their versions stay what they were.
 */
export function canonicalConfig({ interruption, ...config }: Config): string {
  const limits = toCanonicalJson(toPlain(interruption));
  return toCanonicalJson({
    ...config,
    destinations: config.destinations.toSorted(byName).map(toData),
    pools: config.pools.toSorted(byName),
    ...(limits === toCanonicalJson(USUAL_INTERRUPTION) ? {} : { interruption: toPlain(interruption) }),
  });
}

/** A window that is written twice is one. */
const toPlain = ({ windows, ...rest }: InterruptionLimits): InterruptionLimits => ({
  ...rest,
  windows: [...new Map(windows.map((window) => [toCanonicalJson(window), window] as const))]
    .sort(([a], [b]) => compare(a, b))
    .map(([, window]) => window),
});

const byName = (a: { readonly name: Name }, b: { readonly name: Name }): number => compare(a.name, b.name);

const toData = (destination: Destination): unknown =>
  destination.cloud === 'aws' && destination.filter.kind === 'by-account'
    ? { ...destination, filter: { kind: 'by-account', ids: Object.fromEntries(destination.filter.ids) } }
    : destination;
