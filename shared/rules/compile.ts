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
  readonly name: RuleName;
  /** Whether its condition holds and it is about this interface at all. */
  readonly applies: (facts: Facts) => boolean;
  /** What it asks for, or which names its tag holds that it does not know. `null`: a `never` rule. */
  readonly asks: ((facts: Facts) => Asked) | null;
  /** The value of the tag that limits it in time; `null`: nothing does. */
  readonly until: ((facts: Facts) => string | undefined) | null;
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

function compileRule(rule: Rule): CompiledRule {
  const test = compileCondition(rule.when);
  const needsMachine = isAboutMachine(rule.when);
  const isPrimaryOnly = rule.interfaces === 'primary';
  const { effect } = rule;
  return {
    rule,
    name: rule.name,
    applies: (facts) =>
      (!isPrimaryOnly || facts.source.isPrimary) && (!needsMachine || facts.machine !== null) && test(facts),
    asks: effect.kind === 'mirror' ? compileMirrorTo(effect.to) : null,
    until: effect.kind === 'mirror' && effect.untilTag !== null ? tagReader(effect.untilTag) : null,
  };
}

function compileMirrorTo(to: MirrorTo): (facts: Facts) => Asked {
  if (to.kind === 'names') {
    const asked: Asked = { names: to.names, unclear: null };
    return () => asked;
  }
  const valueOf = tagReader(to.tag);
  const known = new Map<string, Name>(to.among.map((name) => [name, name]));
  return (facts) => readNames(valueOf(facts) ?? '', to.tag, known);
}

/** Names in a tag's value are separated by spaces or `+`; commas are not allowed in the values of some services' tags. */
function readNames(value: string, tag: string, known: ReadonlyMap<string, Name>): Asked {
  const words = value.split(/[\s+]+/).filter((word) => word !== '');
  const names = words.flatMap((word) => known.get(word) ?? []);
  const strange = words.filter((word) => !known.has(word));
  const choices = [...known.keys()].join(', ');
  if (words.length === 0) return { names, unclear: `tag ${tag} is empty; it names ${choices}` };
  if (strange.length === 0) return { names, unclear: null };
  return { names, unclear: `tag ${tag} names ${strange.join(', ')}; it names ${choices}` };
}
