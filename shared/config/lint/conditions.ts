import { toCanonicalJson } from '../../plan/canonical.ts';
import type { Finding } from '../check.ts';
import type { Condition, Config, Rule } from '../config.ts';
import type { Path } from '../path.ts';
import { childrenOf, demandsOf } from './children.ts';
import { findContradiction } from './never-holds.ts';

/** Conditions that can never hold, globs that say nothing, and rules that another one always beats. */
export function lintConditions({ rules }: Config): readonly Finding[] {
  const vetoes = vetoesIn(rules);
  return rules.flatMap((rule, at) => {
    const path = ['rules', at, 'when'];
    return [...contradictions(rule.when, path), ...wideGlobs(rule.when, path), ...beaten(rule, path, vetoes)];
  });
}

/** The outermost condition that can never hold; what is wrong inside it says nothing more. */
function contradictions(condition: Condition, path: Path): readonly Finding[] {
  const why = findContradiction(condition);
  if (why !== null) return [{ path, at: 'value', message: `this can never hold: ${why}` }];
  return childrenOf(condition, path).flatMap(([child, at]) => contradictions(child, at));
}

function wideGlobs(condition: Condition, path: Path): readonly Finding[] {
  const inner = childrenOf(condition, path).flatMap(([child, at]) => wideGlobs(child, at));
  if (condition.kind !== 'tag-glob' || !/^\*+$/.test(condition.glob)) return inner;
  const message = `\`${condition.glob}\` matches every value; \`{ tag: ${condition.tag} }\` says the same`;
  return [...inner, { path: [...path, 'glob'], at: 'value', message }];
}

/** What a `never` rule demands, as texts that can be compared. */
interface Veto {
  readonly rule: Rule;
  readonly demands: readonly string[];
}

const vetoesIn = (rules: readonly Rule[]): readonly Veto[] =>
  rules.filter(({ effect }) => effect.kind === 'never').map((rule) => ({ rule, demands: demandsIn(rule) }));

const demandsIn = ({ when }: Rule): readonly string[] => demandsOf(when).map(toCanonicalJson);

/** A rule that holds only where a `never` rule holds too: everything that the latter demands, the former demands as well. */
function beaten(rule: Rule, path: Path, vetoes: readonly Veto[]): readonly Finding[] {
  if (vetoes.length === 0 || rule.effect.kind === 'never' || rule.effect.isRequired) return [];
  const demands = new Set(demandsIn(rule));
  const stronger = vetoes.find(
    (veto) =>
      (veto.rule.interfaces === 'all' || rule.interfaces === 'primary') &&
      veto.demands.every((demand) => demands.has(demand)),
  );
  if (stronger === undefined) return [];
  const message = `wherever this holds, \`${stronger.rule.name}\` takes it away; only a \`required\` rule would stand`;
  return [{ path, at: 'value', message }];
}
