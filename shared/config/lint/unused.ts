import type { Finding } from '../check.ts';
import type { Config, Name, Rule } from '../config.ts';

/** The destinations and pools that a rule may ask for, as it names them. */
export function namesOf({ effect }: Rule): readonly Name[] {
  if (effect.kind === 'never') return [];
  return effect.to.kind === 'names' ? effect.to.names : effect.to.among;
}

/** Destinations and pools that no rule can ask for. */
export function lintUnused({ destinations, pools, rules }: Config): readonly Finding[] {
  const named = new Set<Name>(rules.flatMap(namesOf));
  const members = pools.filter(({ name }) => named.has(name)).flatMap(({ members }) => members);
  const reached = new Set<Name>([...named, ...members]);
  const unused = (name: Name): string => `no rule mirrors to \`${name}\``;
  return [
    ...destinations
      .filter(({ name }) => !reached.has(name))
      .map(({ name }): Finding => ({ path: ['destinations', name], at: 'key', message: unused(name) })),
    ...pools
      .filter(({ name }) => !named.has(name))
      .map(({ name }): Finding => ({ path: ['pools', name], at: 'key', message: unused(name) })),
  ];
}
