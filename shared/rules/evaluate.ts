import type { Name } from '../config/config.ts';
import type { Machine, NonEmpty, RuleName, Source } from '../words.ts';
import { answererOf } from './answer.ts';
import type { CompiledRule, RuleSet } from './compile.ts';
import type { Evaluation } from './evaluation.ts';
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
  return holding.length === 0 ? NOTHING : sumUp(holding, facts, nowMs);
}

/** The rules whose conditions hold, in file order. */
function holdingRules({ rules, index }: RuleSet, facts: Facts): readonly CompiledRule[] {
  const holding: CompiledRule[] = [];
  for (const position of index[facts.cloud].candidates(facts.tags)) {
    const rule = rules[position];
    if (rule?.applies(facts) === true && !holding.includes(rule)) holding.push(rule);
  }
  // Candidates are many and those that hold are few: only these are worth sorting.
  return holding.length < 2 ? holding : holding.sort((a, b) => a.position - b.position);
}

function sumUp(holding: readonly CompiledRule[], facts: Facts, nowMs: number): Evaluation {
  const answerOf = answererOf(facts, nowMs, neversOf(holding));
  const asks = new Map<Name, NonEmpty<RuleName>>();
  const unclear: Unclear[] = [];
  const notes: Note[] = [];
  const optedOut: { readonly rule: RuleName; readonly detail: string }[] = [];

  for (const rule of holding) {
    const answer = answerOf(rule);
    switch (answer.kind) {
      case 'never':
        break;
      case 'expired':
        notes.push({ code: 'expired', rules: [rule.name], detail: answer.detail });
        break;
      case 'opted-out':
        optedOut.push({ rule: rule.name, detail: answer.detail });
        break;
      case 'until-unreadable':
        unclear.push({ code: 'until-unreadable', rule: rule.name, detail: answer.detail });
        break;
      case 'asks':
        for (const name of answer.names) asks.set(name, addTo(asks.get(name), rule.name));
        if (answer.unclear !== null) {
          unclear.push({ code: 'unknown-destination', rule: rule.name, detail: answer.unclear });
        }
        break;
    }
  }
  return {
    asks: Array.from(asks, ([name, rules]) => ({ name, rules })),
    unclear,
    notes: [...notes, ...noteOptedOut(optedOut)],
  };
}

/** The `never` rules among those that hold. */
export const neversOf = (holding: readonly CompiledRule[]): readonly RuleName[] =>
  holding.filter(({ asks }) => asks === null).map(({ name }) => name);

/** One note for all of them: they share their reason. */
function noteOptedOut(optedOut: readonly { readonly rule: RuleName; readonly detail: string }[]): readonly Note[] {
  const [first, ...rest] = optedOut;
  if (first === undefined) return [];
  return [{ code: 'opted-out', rules: [first.rule, ...rest.map(({ rule }) => rule)], detail: first.detail }];
}

const addTo = (rules: NonEmpty<RuleName> | undefined, rule: RuleName): NonEmpty<RuleName> =>
  rules === undefined ? [rule] : [...rules, rule];
