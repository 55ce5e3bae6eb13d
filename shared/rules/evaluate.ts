import type { Name } from '../config/config.ts';
import { findEpochMs } from '../ids.ts';
import type { Machine, NonEmpty, RuleName, Source } from '../words.ts';
import type { CompiledRule, RuleSet } from './compile.ts';
import type { Ask, Evaluation } from './evaluation.ts';
import { factsOf, type Facts } from './facts.ts';

export type { RuleSet } from './compile.ts';

type Unclear = Evaluation['unclear'][number];
type Note = Evaluation['notes'][number];

const NOTHING: Evaluation = { asks: [], unclear: [], notes: [] };

/**
 * What all rules together say of one source. All are asked, in file order; a `never` rule beats every rule that is not
 * `required`, wherever it stands.
 */
export function evaluate(ruleSet: RuleSet, source: Source, machine: Machine | null, nowMs: number): Evaluation {
  const facts = factsOf(source, machine);
  const holding = holdingRules(ruleSet, facts);
  if (holding.length === 0) return NOTHING;

  const nevers = holding.filter(({ asks }) => asks === null);
  const asks = new Map<Name, NonEmpty<RuleName>>();
  const unclear: Unclear[] = [];
  const notes: Note[] = [];
  const optedOut: RuleName[] = [];

  for (const rule of holding) {
    if (rule.asks === null) continue;
    const time = timeOf(rule, facts, nowMs);
    if (time === 'over') notes.push({ code: 'expired', rules: [rule.name], detail: `${rule.name} wished until then` });
    if (time === 'over') continue;
    if (nevers.length > 0 && !isRequired(rule)) {
      optedOut.push(rule.name);
      continue;
    }
    if (time === 'unreadable') {
      unclear.push({ code: 'until-unreadable', rule: rule.name, detail: unreadable(rule, facts) });
      continue;
    }
    const asked = rule.asks(facts);
    for (const name of asked.names) asks.set(name, addTo(asks.get(name), rule.name));
    if (asked.unclear !== null) unclear.push({ code: 'unknown-destination', rule: rule.name, detail: asked.unclear });
  }

  const [first, ...rest] = optedOut;
  if (first !== undefined) {
    const detail = `${nevers.map(({ name }) => name).join(', ')} takes it away`;
    notes.push({ code: 'opted-out', rules: [first, ...rest], detail });
  }
  return { asks: [...asks].map(([name, rules]): Ask => ({ name, rules })), unclear, notes };
}

/** The rules whose conditions hold, in file order. */
function holdingRules({ rules, index }: RuleSet, facts: Facts): readonly CompiledRule[] {
  const holding: CompiledRule[] = [];
  for (const position of index[facts.cloud].candidates(facts.tags)) {
    const rule = rules[position];
    if (rule?.applies(facts) === true) holding.push(rule);
  }
  return holding;
}

const isRequired = ({ rule }: CompiledRule): boolean => rule.effect.kind === 'mirror' && rule.effect.isRequired;

/** Where a rule stands to the time that its tag names; without the tag it has no end. */
function timeOf({ until }: CompiledRule, facts: Facts, nowMs: number): 'open' | 'over' | 'unreadable' {
  const text = until?.(facts);
  if (text === undefined) return 'open';
  const endMs = findEpochMs(text);
  if (endMs === null) return 'unreadable';
  return nowMs < endMs ? 'open' : 'over';
}

const unreadable = ({ rule, until }: CompiledRule, facts: Facts): string => {
  const tag = rule.effect.kind === 'mirror' ? rule.effect.untilTag : null;
  return `tag ${tag} is '${until?.(facts) ?? ''}', which is no ISO 8601 time`;
};

const addTo = (rules: NonEmpty<RuleName> | undefined, rule: RuleName): NonEmpty<RuleName> =>
  rules === undefined ? [rule] : [...rules, rule];
