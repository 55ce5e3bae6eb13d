import { verdictsOf, type Filters } from '../../plan/coverage.ts';
import type { AccountId, FilterId } from '../../words.ts';
import type { Finding } from '../check.ts';
import type { AwsDestination, Config, Name, Rule } from '../config.ts';
import { namesOf } from './unused.ts';

/**
 * Destinations that one rule may ask for on one source, and that get into each other's way there: by their numbers, and by the
 * packets of those of their filters that are known. Of the others only equal ids are certain.
 */
export function lintCollisions(config: Config, filters: Filters): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const rule of config.rules) {
    for (const pair of pairsIn(namesOf(rule).map((name) => awsDestinationsBehind(name, config)))) {
      const [first, second] = inFileOrder(pair, config);
      const finding = collisionOf([first, second], filters);
      if (finding !== null) findings.set(`${first.name} ${second.name}`, finding);
    }
    for (const finding of unionsIn(rule, config, filters)) findings.set(finding.message, finding);
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

function collisionOf([first, second]: Pair, filters: Filters): Finding | null {
  if (first.name === second.name || first.region !== second.region) return null;
  const shared = findSharedFilter(first, second);
  // Two names for one target and filter are one attachment.
  if (shared !== null && first.entry.id === second.entry.id) return null;
  if (shared !== null)
    return toFinding(
      second,
      `\`${first.name}\` has filter ${shared} too and may be asked for on the same interface: a packet is mirrored once, so only the one with the lower session number would see any`,
    );
  if (first.sessionNumber === second.sessionNumber)
    return toFinding(
      second,
      `\`${first.name}\` has session number ${first.sessionNumber} too and may be asked for on the same interface: one of them would have to move`,
    );
  const [front, back] = first.sessionNumber < second.sessionNumber ? [first, second] : [second, first];
  return blinded(back, [front], filters);
}

/** A destination that would see nothing for what is tried before it, all of it asked for by name. */
function blinded(back: AwsDestination, fronts: readonly AwsDestination[], filters: Filters): Finding | null {
  const filter = findCoveredFilter(back, fronts, filters);
  if (filter === null) return null;
  const names = fronts.map(({ name, sessionNumber }) => `\`${name}\` (session number ${sessionNumber})`).join(' and ');
  const who = fronts.length === 1 ? `${names} takes` : `${names} together take`;
  const message = `${who} all that filter ${filter} accepts and may be asked for on the same interface: a packet is mirrored once, so this one would never see any`;
  return toFinding(back, message);
}

const toFinding = ({ name }: AwsDestination, message: string): Finding => ({
  path: ['destinations', name],
  at: 'key',
  message,
});

/** Three or more that a rule asks for by name: two of them may take together what neither takes alone. */
function unionsIn(rule: Rule, config: Config, filters: Filters): readonly Finding[] {
  const named = new Set<Name>(namesOf(rule));
  const asked = config.destinations.filter((one) => one.cloud === 'aws').filter(({ name }) => named.has(name));
  return asked.flatMap((back) => {
    const fronts = asked.filter((one) => one.region === back.region && one.sessionNumber < back.sessionNumber);
    const isPlain = fronts.length < 2 || fronts.some((front) => findCoveredFilter(back, [front], filters) !== null);
    return isPlain ? [] : (blinded(back, fronts, filters) ?? []);
  });
}

/** A filter of a destination, in some account, all of whose packets are taken by those before it there. */
function findCoveredFilter(back: AwsDestination, fronts: readonly AwsDestination[], filters: Filters): FilterId | null {
  for (const account of accountsIn([back, ...fronts])) {
    const own = filterIn(back, account);
    const others = fronts.map((front) => filterIn(front, account)).filter((id) => id !== null);
    if (own !== null && others.length === fronts.length && isCovered(own, others, filters)) return own;
  }
  return null;
}

function isCovered(own: FilterId, others: readonly FilterId[], filters: Filters): boolean {
  const accepted = verdictsOf([own, ...others], filters).filter(([mine]) => mine === 'accept');
  return accepted.length > 0 && accepted.every(([, ...earlier]) => earlier.includes('accept'));
}

/** A filter that both have in some account. */
function findSharedFilter(first: AwsDestination, second: AwsDestination): FilterId | null {
  const shared = accountsIn([first, second])
    .map((account) => [filterIn(first, account), filterIn(second, account)] as const)
    .find(([a, b]) => a !== null && a === b);
  return shared?.[0] ?? null;
}

/** The accounts that the destinations name; `null`: any, where none of them names one. */
function accountsIn(destinations: readonly AwsDestination[]): readonly (AccountId | null)[] {
  const named = destinations.flatMap(({ filter }) => (filter.kind === 'one' ? [] : [...filter.ids.keys()]));
  return named.length === 0 ? [null] : [...new Set(named)];
}

function filterIn({ filter }: AwsDestination, account: AccountId | null): FilterId | null {
  if (filter.kind === 'one') return filter.id;
  return account === null ? null : (filter.ids.get(account) ?? null);
}
