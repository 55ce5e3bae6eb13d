import type { Path } from './document.ts';
import { suggest } from './nearest.ts';
import { ATTRIBUTES } from './config.ts';
import { ENTRY_KEYS, type RawCondition, type RawDestination, type RawRule } from './schema.ts';

/** Something that the shape of the file cannot show: names that mean nothing, keys that exclude each other. */
export interface Finding {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
}

const at = (path: Path, message: string, where: Finding['at'] = 'value'): Finding => ({ path, at: where, message });

/** A rules file as far as its shape is right; what is not is `null`, and its name still counts as known. */
export interface Checkable {
  readonly owner: string | null;
  readonly formerOwners: readonly string[];
  readonly destinations: Readonly<Record<string, RawDestination | null>>;
  readonly pools: Readonly<Record<string, readonly string[] | null>>;
  readonly rules: readonly { readonly name: string | null; readonly rule: RawRule | null }[];
}

/** Everything that the names in a file get wrong. */
export function checkConfig(file: Checkable): readonly Finding[] {
  const destinations = Object.keys(file.destinations);
  const pools = Object.keys(file.pools);
  return [
    ...checkOwners(file),
    ...Object.entries(file.destinations).flatMap(([name, one]) => (one === null ? [] : checkDestination(name, one))),
    ...pools
      .filter((name) => destinations.includes(name))
      .map((name) => at(['pools', name], `'${name}' is a destination already; names are unique across both`, 'key')),
    ...Object.entries(file.pools).flatMap(([pool, members]) =>
      checkNames(members ?? [], ['pools', pool], destinations, 'destination'),
    ),
    ...checkRuleNames(file.rules.map(({ name }) => name)),
    ...file.rules.flatMap(({ rule }, position) =>
      rule === null ? [] : checkRule(rule, ['rules', position], [...destinations, ...pools]),
    ),
  ];
}

const checkOwners = ({ owner, formerOwners }: Checkable): readonly Finding[] =>
  formerOwners.flatMap((former, position) =>
    former === owner ? [at(['formerOwners', position], `'${former}' is the owner, not a former one`)] : [],
  );

function checkDestination(name: string, destination: RawDestination): readonly Finding[] {
  const keys: readonly string[] = ENTRY_KEYS[destination.cloud];
  const given = keys.filter((key) => key in destination);
  if (given.length === 1) return [];
  const choices = `one of ${keys.join(', ')}`;
  if (given.length === 0) return [at(['destinations', name], `'${name}' says where to mirror by ${choices}`, 'key')];
  return given.slice(1).map((key) => at(['destinations', name, key], `a destination has only ${choices}`, 'key'));
}

function checkNames(names: readonly string[], path: Path, known: readonly string[], kind: string): readonly Finding[] {
  return names.flatMap((name, position) => {
    const here = [...path, position];
    if (!known.includes(name)) return [at(here, `there is no ${kind} '${name}'${suggest(name, known)}`)];
    return names.indexOf(name) < position ? [at(here, `'${name}' is listed twice`)] : [];
  });
}

const checkRuleNames = (names: readonly (string | null)[]): readonly Finding[] =>
  names.flatMap((name, position) =>
    name !== null && names.indexOf(name) < position
      ? [at(['rules', position, 'name'], `rule ${names.indexOf(name) + 1} is named '${name}' already`)]
      : [],
  );

function checkRule(rule: RawRule, path: Path, known: readonly string[]): readonly Finding[] {
  const findings = [...checkCondition(rule.when, [...path, 'when'])];
  const { mirror } = rule;
  if (mirror === undefined && rule.never === undefined) {
    findings.push(at(path, `rule '${rule.name}' says what to do by \`mirror\` or by \`never: true\``));
  }
  if (rule.never !== undefined) {
    for (const key of ['mirror', 'required', 'until'] as const) {
      if (rule[key] !== undefined) findings.push(at([...path, key], `a \`never\` rule has no \`${key}\``, 'key'));
    }
  }
  if (mirror === undefined) return findings;
  const names = 'among' in mirror ? mirror.among : mirror;
  const where = 'among' in mirror ? [...path, 'mirror', 'among'] : [...path, 'mirror'];
  return [...findings, ...checkNames(names, where, known, 'destination or pool')];
}

function checkCondition(condition: RawCondition, path: Path): readonly Finding[] {
  if ('all' in condition) return condition.all.flatMap((one, i) => checkCondition(one, [...path, 'all', i]));
  if ('any' in condition) return condition.any.flatMap((one, i) => checkCondition(one, [...path, 'any', i]));
  if ('not' in condition) return checkCondition(condition.not, [...path, 'not']);
  const tests: readonly string[] = 'tag' in condition ? ['equals', 'in', 'glob'] : ATTRIBUTES;
  const given = tests.filter((key) => key in condition);
  return given
    .slice(1)
    .map((key) => at([...path, key], `a condition asks one thing; combine several with \`all\` or \`any\``, 'key'));
}
