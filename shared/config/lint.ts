import type { Condition, Config, Destination, MirrorTo, Name, Rule } from './config.ts';
import type { Finding } from './check.ts';

/** What is allowed and most likely not meant. Only what is certain is warned of. */
export function lintConfig(config: Config): readonly Finding[] {
  return [
    ...unused(config),
    ...config.rules.flatMap((rule, position) => [
      ...contradictions(rule.when, ['rules', position, 'when']),
      ...wideGlobs(rule.when, ['rules', position, 'when']),
    ]),
    ...collisions(config),
  ];
}

const namesOf = (to: MirrorTo): readonly Name[] => (to.kind === 'names' ? to.names : to.among);

const mirroredBy = ({ effect }: Rule): readonly Name[] => (effect.kind === 'mirror' ? namesOf(effect.to) : []);

function unused({ destinations, pools, rules }: Config): readonly Finding[] {
  const named = new Set<Name>(rules.flatMap(mirroredBy));
  const usedPools = pools.filter(({ name }) => named.has(name));
  const reached = new Set<Name>([...named, ...usedPools.flatMap(({ members }) => members)]);
  return [
    ...destinations
      .filter(({ name }) => !reached.has(name))
      .map(({ name }) => warn(['destinations', name], `no rule mirrors to '${name}'`)),
    ...pools
      .filter(({ name }) => !named.has(name))
      .map(({ name }) => warn(['pools', name], `no rule mirrors to '${name}'`)),
  ];
}

const warn = (path: Finding['path'], message: string): Finding => ({ path, at: 'key', message });

/** A tag has one value: an `all` that wants two disjoint sets of them, or a tag and its absence, can never hold. */
function contradictions(condition: Condition, path: Finding['path']): readonly Finding[] {
  const inner = childrenOf(condition, path).flatMap(([child, at]) => contradictions(child, at));
  if (condition.kind !== 'all') return inner;
  const wanted = condition.of.filter((one) => one.kind === 'tag-in');
  const clash = wanted.find((one) =>
    wanted.some((other) => other.tag === one.tag && !other.values.some((value) => one.values.includes(value))),
  );
  const absent = condition.of.flatMap((one) =>
    one.kind === 'not' && one.of.kind === 'tag-exists' ? [one.of.tag] : [],
  );
  const needed = condition.of.find((one) => 'tag' in one && absent.includes(one.tag));
  const tag = clash?.tag ?? (needed !== undefined && 'tag' in needed ? needed.tag : undefined);
  if (tag === undefined) return inner;
  return [
    ...inner,
    { path, at: 'value', message: `this can never hold: it wants tag '${tag}' to be two things at once` },
  ];
}

function wideGlobs(condition: Condition, path: Finding['path']): readonly Finding[] {
  const inner = childrenOf(condition, path).flatMap(([child, at]) => wideGlobs(child, at));
  if (condition.kind !== 'tag-glob' || !/^\*+$/.test(condition.glob)) return inner;
  const message = `'${condition.glob}' matches every value; \`{ tag: ${condition.tag} }\` says the same`;
  return [...inner, { path: [...path, 'glob'], at: 'value', message }];
}

function childrenOf(condition: Condition, path: Finding['path']): readonly (readonly [Condition, Finding['path']])[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.map((child, position) => [child, [...path, condition.kind, position]]);
    case 'not':
      return [[condition.of, [...path, 'not']]];
    case 'tag-exists':
    case 'tag-in':
    case 'tag-glob':
    case 'attribute':
      return [];
  }
}

/** Destinations that one rule may ask for on one source, and that get into each other's way there. */
function collisions({ destinations, rules }: Config): readonly Finding[] {
  const byName = new Map<Name, Destination>(destinations.map((one) => [one.name, one]));
  const findings = new Map<string, Finding>();
  for (const rule of rules) {
    const together = mirroredBy(rule).flatMap((name) => byName.get(name) ?? []);
    for (const [position, one] of together.entries()) {
      for (const other of together.slice(0, position)) {
        const message = collisionOf(other, one);
        if (message !== null) findings.set(`${one.name} ${other.name}`, warn(['destinations', one.name], message));
      }
    }
  }
  return [...findings.values()];
}

function collisionOf(first: Destination, second: Destination): string | null {
  if (first.cloud !== 'aws' || second.cloud !== 'aws' || first.region !== second.region) return null;
  const isSameFilter =
    first.filter.kind === 'one' && second.filter.kind === 'one' && first.filter.id === second.filter.id;
  if (isSameFilter) {
    return `'${first.name}' and '${second.name}' have one filter: AWS mirrors a packet once, so only the lower session number would see any`;
  }
  return first.sessionNumber === second.sessionNumber
    ? `'${first.name}' has session number ${second.sessionNumber} too: where both are wished, one of them moves to another`
    : null;
}
