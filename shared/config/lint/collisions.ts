import type { FilterId } from '../../words.ts';
import type { Finding } from '../check.ts';
import type { AwsDestination, Config, Name } from '../config.ts';
import { namesOf } from './unused.ts';

/** Destinations that one rule may ask for on one source, and that get into each other's way there. */
export function lintCollisions(config: Config): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const rule of config.rules) {
    for (const pair of pairsIn(namesOf(rule).map((name) => awsDestinationsBehind(name, config)))) {
      const [first, second] = inFileOrder(pair, config);
      const message = collisionOf(first, second);
      const path = ['destinations', second.name];
      if (message !== null) findings.set(`${first.name} ${second.name}`, { path, at: 'key', message });
    }
  }
  return [...findings.values()];
}

type Pair = readonly [AwsDestination, AwsDestination];

const inFileOrder = ([a, b]: Pair, { destinations }: Config): Pair =>
  destinations.indexOf(a) <= destinations.indexOf(b) ? [a, b] : [b, a];

/** A pool is one of its members, so its members never meet each other through it. */
function awsDestinationsBehind(name: Name, { destinations, pools }: Config): readonly AwsDestination[] {
  const members = pools.find((pool) => pool.name === name)?.members ?? [name];
  return destinations
    .filter((one) => one.cloud === 'aws')
    .filter((one) => members.some((member) => member === one.name));
}

/** Two destinations, each behind another name. */
const pairsIn = (names: readonly (readonly AwsDestination[])[]): readonly Pair[] =>
  names.flatMap((seconds, at) =>
    names
      .slice(0, at)
      .flatMap((firsts) => firsts.flatMap((first) => seconds.map((second) => [first, second] as const))),
  );

function collisionOf(first: AwsDestination, second: AwsDestination): string | null {
  if (first.name === second.name || first.region !== second.region) return null;
  const filter = findSharedFilter(first, second);
  // Two names for one target and filter are one attachment.
  if (filter !== null && first.entry.id === second.entry.id) return null;
  if (filter !== null)
    return `\`${first.name}\` has filter ${filter} too and may be asked for on the same interface: a packet is mirrored once, so only the one with the lower session number would see any`;
  return first.sessionNumber === second.sessionNumber
    ? `\`${first.name}\` has session number ${first.sessionNumber} too and may be asked for on the same interface: one of them would have to move`
    : null;
}

/** A filter that both have in some account. */
function findSharedFilter({ filter: a }: AwsDestination, { filter: b }: AwsDestination): FilterId | null {
  if (a.kind === 'by-account' && b.kind === 'by-account') {
    return [...a.ids].find(([account, id]) => b.ids.get(account) === id)?.[1] ?? null;
  }
  const [shared] = filtersIn(a).filter((id) => filtersIn(b).includes(id));
  return shared ?? null;
}

const filtersIn = (filter: AwsDestination['filter']): readonly FilterId[] =>
  filter.kind === 'one' ? [filter.id] : [...filter.ids.values()];
