import { ENTRY_KEYS } from './schema/entries.ts';
import { suggest } from './nearest.ts';
import type { Path } from './path.ts';

/** Something at a place of the file. */
export interface Finding {
  readonly path: Path;
  /** Which end of `key: value` it is about. */
  readonly at: 'key' | 'value';
  readonly message: string;
}

/**
 * What the parts of a file say of each other: names that mean nothing, keys that exclude each other. It takes any data and
 * looks at what has the right shape, so that one mistake does not hide the others.
 */
export function checkFile(data: unknown): readonly Finding[] {
  const file = asMap(data);
  const destinations = asMap(file['destinations']);
  const pools = asMap(file['pools']);
  const names = { destinations: Object.keys(destinations), pools: Object.keys(pools) };
  const rules = asList(file['rules']);
  return [
    ...checkOwners(file),
    ...Object.entries(destinations).flatMap(([name, one]) => checkDestination(asMap(one), ['destinations', name])),
    ...Object.entries(pools).flatMap(([name, members]) => checkPool(name, members, names)),
    ...checkRuleNames(rules),
    ...rules.flatMap((rule, at) => checkRule(asMap(rule), ['rules', at], [...names.destinations, ...names.pools])),
  ];
}

interface Names {
  readonly destinations: readonly string[];
  readonly pools: readonly string[];
}

type Data = Readonly<Record<string, unknown>>;

const asMap = (data: unknown): Data =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Data) : {};
const asList = (data: unknown): readonly unknown[] => (Array.isArray(data) ? data : []);
const isMap = (data: unknown): boolean => Object.keys(asMap(data)).length > 0;

const checkOwners = ({ owner, formerOwners }: Data): readonly Finding[] =>
  asList(formerOwners).flatMap((former, at): readonly Finding[] =>
    former === owner
      ? [
          {
            path: ['formerOwners', at],
            at: 'value',
            message: `\`${String(owner)}\` is the owner now; leave it out here`,
          },
        ]
      : [],
  );

function checkDestination(destination: Data, path: Path): readonly Finding[] {
  const all = [...ENTRY_KEYS.aws, ...ENTRY_KEYS.azure];
  const given = all.filter((key) => key in destination);
  const { cloud } = destination;
  const keys = cloud === 'aws' || cloud === 'azure' ? ENTRY_KEYS[cloud] : all;
  const choice = `exactly one of ${keys.join(', ')}`;
  const isElsewhere = cloud !== undefined && keys === all;
  if (given.length === 0 && isMap(destination) && !isElsewhere)
    return [{ path, at: 'key', message: `\`${String(path.at(-1))}\` must have ${choice}` }];
  return [
    ...given.slice(1).map((key): Finding => ({
      path: [...path, key],
      at: 'key',
      message: `a destination has ${choice}; \`${String(given[0])}\` is here already`,
    })),
    ...checkBalancerRegion(destination, path),
  ];
}

/** A Network Load Balancer can only be the target of its own region. */
function checkBalancerRegion({ region, networkLoadBalancer }: Data, path: Path): readonly Finding[] {
  if (typeof region !== 'string' || typeof networkLoadBalancer !== 'string') return [];
  const [, , , its] = networkLoadBalancer.split(':');
  if (its === undefined || its === '' || its === region) return [];
  const message = `must be ${its}, where the load balancer is, not ${region}`;
  return [{ path: [...path, 'region'], at: 'value', message }];
}

function checkPool(pool: string, members: unknown, { destinations, pools }: Names): readonly Finding[] {
  const path = ['pools', pool];
  const taken: readonly Finding[] = destinations.includes(pool)
    ? [
        {
          path,
          at: 'key',
          message: `\`${pool}\` is a destination already; names are unique across destinations and pools`,
        },
      ]
    : [];
  const findings = asList(members).flatMap((member, at): readonly Finding[] =>
    typeof member === 'string' && pools.includes(member) && !destinations.includes(member)
      ? [{ path: [...path, at], at: 'value', message: `\`${member}\` is a pool; a pool holds destinations` }]
      : checkName(asList(members), at, path, { what: 'destination', known: destinations }),
  );
  return [...taken, ...findings];
}

interface Known {
  readonly what: string;
  readonly known: readonly string[];
}

const checkNames = (names: readonly unknown[], path: Path, known: Known): readonly Finding[] =>
  names.flatMap((_, at) => checkName(names, at, path, known));

function checkName(names: readonly unknown[], at: number, path: Path, { what, known }: Known): readonly Finding[] {
  const name = names[at];
  if (typeof name !== 'string') return [];
  const here = { path: [...path, at], at: 'value' } as const;
  if (!known.includes(name)) return [{ ...here, message: `there is no ${what} \`${name}\`; ${suggest(name, known)}` }];
  return names.indexOf(name) < at ? [{ ...here, message: `\`${name}\` is listed twice; keep one` }] : [];
}

function checkRuleNames(rules: readonly unknown[]): readonly Finding[] {
  const names = rules.map((rule) => asMap(rule)['name']);
  return names.flatMap((name, at): readonly Finding[] => {
    const first = names.indexOf(name);
    if (typeof name !== 'string' || first === at) return [];
    const message = `rules[${first}] is named \`${name}\` too; each rule has a name of its own`;
    return [{ path: ['rules', at, 'name'], at: 'value', message }];
  });
}

function checkRule(rule: Data, path: Path, known: readonly string[]): readonly Finding[] {
  const { mirror } = rule;
  const list = Array.isArray(mirror) ? [...path, 'mirror'] : [...path, 'mirror', 'among'];
  const names = Array.isArray(mirror) ? mirror : asList(asMap(mirror)['among']);
  return [...checkEffect(rule, path), ...checkNames(names, list, { what: 'destination or pool', known })];
}

/** A rule mirrors or forbids, and only what mirrors can be required or end. */
function checkEffect(rule: Data, path: Path): readonly Finding[] {
  if (!('never' in rule)) {
    return 'mirror' in rule || !isMap(rule)
      ? []
      : [{ path, at: 'value', message: 'a rule must have `mirror: [ … ]` or `never: true`' }];
  }
  return ['mirror', 'required', 'until']
    .filter((key) => key in rule)
    .map((key) => ({
      path: [...path, key],
      at: 'key',
      message: `a rule with \`never\` has no \`${key}\`; leave one of them out`,
    }));
}
