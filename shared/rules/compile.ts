import type { Config, MirrorTo, Name, Rule } from '../config/config.ts';
import type { Cloud, RuleName } from '../words.ts';
import { compileCondition, isAboutMachine, tagReader } from './condition.ts';
import type { Facts } from './facts.ts';
import { indexRules, type RuleIndex } from './rule-index.ts';
import { tagName } from './tags.ts';

/** The rules of a configuration, ready to be asked of any number of sources. */
export interface RuleSet {
  readonly config: Config;
  /** In file order. */
  readonly rules: readonly CompiledRule[];
  readonly index: Readonly<Record<Cloud, RuleIndex>>;
}

export interface CompiledRule {
  readonly rule: Rule;
  /** Its place in the file. */
  readonly position: number;
  readonly name: RuleName;
  /** Whether its condition holds and it is about this interface at all. */
  readonly applies: (facts: Facts) => boolean;
  /** What it asks for. `null`: a `never` rule. */
  readonly asks: ((facts: Facts) => Asked) | null;
  readonly isRequired: boolean;
  /** The tag that limits it in time; `null`: nothing does. */
  readonly until: { readonly tag: string; readonly read: (facts: Facts) => string | undefined } | null;
}

export interface Asked {
  readonly names: readonly Name[];
  /** Why some of what the tag says cannot be told; `null` when all can. */
  readonly unclear: string | null;
}

/** Compiles each rule once. */
export function compileRules(config: Config): RuleSet {
  const conditions = config.rules.map(({ when }) => when);
  const indexFor = (cloud: Cloud): RuleIndex => indexRules(conditions, (name) => tagName(name, cloud));
  return { config, rules: config.rules.map(compileRule), index: { aws: indexFor('aws'), azure: indexFor('azure') } };
}

function compileRule(rule: Rule, position: number): CompiledRule {
  const common = { rule, position, name: rule.name, applies: compileApplies(rule) };
  const { effect } = rule;
  if (effect.kind === 'never') return { ...common, asks: null, isRequired: false, until: null };
  const { to, isRequired, untilTag } = effect;
  const until = untilTag === null ? null : { tag: untilTag, read: tagReader(untilTag) };
  return { ...common, asks: compileMirrorTo(to), isRequired, until };
}

function compileApplies({ when, interfaces }: Rule): (facts: Facts) => boolean {
  const test = compileCondition(when);
  const needsMachine = isAboutMachine(when);
  const isPrimaryOnly = interfaces === 'primary';
  return (facts) =>
    (!isPrimaryOnly || facts.source.isPrimary) && (!needsMachine || facts.machine !== null) && test(facts);
}

function compileMirrorTo(to: MirrorTo): (facts: Facts) => Asked {
  if (to.kind === 'names') {
    const asked: Asked = { names: to.names, unclear: null };
    return () => asked;
  }
  const valueOf = tagReader(to.tag);
  const known = new Map<string, Name>(to.among.map((name) => [name, name]));
  const choices = to.among.join(', ');
  return (facts) => {
    const value = valueOf(facts);
    // A tag that is not there chooses nothing; taking it away is how mirroring is ended.
    if (value === undefined) return CHOOSES_NOTHING;
    const { names, strange } = readNames(value, known);
    if (strange.length > 0) {
      return { names, unclear: `tag ${to.tag} names ${strange.join(', ')}; it may name ${choices}` };
    }
    return { names, unclear: names.length > 0 ? null : `tag ${to.tag} is empty; it may name ${choices}` };
  };
}

const CHOOSES_NOTHING: Asked = { names: [], unclear: null };

/** Names in a tag's value are separated by spaces or `+`; commas are not allowed in the values of some services' tags. */
function readNames(value: string, known: ReadonlyMap<string, Name>) {
  const words = [...new Set(value.split(/[\s+]+/))].filter((word) => word !== '');
  return {
    names: words.flatMap((word) => known.get(word) ?? []),
    strange: words.filter((word) => !known.has(word)),
  };
}
