import type { Identities } from '../identity.ts';
import type { Random } from './randomness.ts';
import type { RegionState } from './region.ts';
import { createCounter, createRegion } from './region.ts';

/** The regions of all accounts. */
export interface Regions {
  /** Those that were ever called. */
  all(): Iterable<RegionState>;
  /** A region of an account, as a new account finds it when nobody has called it. */
  of(name: string, account: string): RegionState;
  /** The same region of the other accounts that have called it. */
  neighboursOf(region: RegionState): readonly RegionState[];
}

interface RegionsOptions {
  readonly identities: Pick<Identities, 'accounts'>;
  readonly defaultRegion: string;
  readonly random: Random;
  readonly seenAfterMs: number;
  readonly nowMs: () => number;
}

export function createRegions({ identities, defaultRegion, random, seenAfterMs, nowMs }: RegionsOptions): Regions {
  const { accounts } = identities;
  const regions = new Map<string, RegionState>();
  const nextSequence = createCounter();
  const lag = { delayMs: seenAfterMs, nowMs };
  const keyOf = (name: string, account: string): string => `${account} ${name}`;

  const of = (name: string, account: string): RegionState => {
    const key = keyOf(name, account);
    const region = regions.get(key) ?? createRegion({ name, account, random, nextSequence, lag });
    regions.set(key, region);
    return region;
  };
  for (const account of accounts) of(defaultRegion, account);

  return {
    all: () => regions.values(),
    of,
    neighboursOf: ({ name, account }) =>
      accounts.filter((other) => other !== account).flatMap((other) => regions.get(keyOf(name, other)) ?? []),
  };
}
