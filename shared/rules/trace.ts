import type { Attribute, Condition } from '../config/config.ts';
import type { Machine, MachineId, NonEmpty, RuleName, Source, SourceId } from '../words.ts';
import { answererOf, type Answer } from './answer.ts';
import type { CompiledRule, RuleSet } from './compile.ts';
import { compileCondition, isAboutMachine, tagReader } from './condition.ts';
import { evaluate, neversOf } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { factsOf, findAttribute, type Facts } from './facts.ts';

/** Why the rules say of one source what they say: every rule and condition, with what was found. Plain data. */
export interface Trace {
  readonly source: SourceId;
  readonly machine: MachineId | null;
  /** In file order. */
  readonly rules: readonly RuleTrace[];
  /** What they say together. */
  readonly evaluation: Evaluation;
}

export interface RuleTrace {
  readonly rule: RuleName;
  readonly when: ConditionTrace;
  readonly answer: Answer | Silence;
  /** The tag that limits the rule in time, and its value (`null`: the tag is missing); `null`: nothing does. */
  readonly until: { readonly tag: string; readonly actual: string | null } | null;
}

/** Why a rule does not apply to a source. */
export interface Silence {
  readonly kind: 'does-not-apply';
  readonly because: 'not-primary' | 'no-machine' | 'condition-fails';
}

export type ConditionTrace =
  | { readonly kind: 'all' | 'any'; readonly holds: boolean; readonly of: NonEmpty<ConditionTrace> }
  | { readonly kind: 'not'; readonly holds: boolean; readonly of: ConditionTrace }
  | {
      readonly kind: 'tag-exists' | 'tag-in' | 'tag-glob';
      readonly holds: boolean;
      readonly tag: string;
      /** The values or the glob that it asks for; empty where any value does. */
      readonly wanted: readonly string[];
      /** `null`: the tag is missing. */
      readonly actual: string | null;
    }
  | {
      readonly kind: 'attribute';
      readonly holds: boolean;
      readonly attribute: Attribute;
      readonly wanted: NonEmpty<string>;
      /** `null`: the source has none. */
      readonly actual: string | null;
    };

/** What `evaluate` says, with every step that leads there: no index, no short cut. */
export function trace(ruleSet: RuleSet, source: Source, machine: Machine | null, nowMs: number): Trace {
  const facts = factsOf(source, machine);
  const answerOf = answererOf(facts, nowMs, neversOf(ruleSet.rules.filter(({ applies }) => applies(facts))));
  return {
    source: source.id,
    machine: machine?.id ?? null,
    rules: ruleSet.rules.map((rule) => ({
      rule: rule.name,
      when: traceCondition(rule.rule.when, facts),
      answer: rule.applies(facts) ? answerOf(rule) : silenceOf(rule, facts),
      until: rule.until === null ? null : { tag: rule.until.tag, actual: rule.until.read(facts) ?? null },
    })),
    evaluation: evaluate(ruleSet, source, machine, nowMs),
  };
}

function silenceOf({ rule }: CompiledRule, { source, machine }: Facts): Silence {
  const kind = 'does-not-apply';
  if (rule.interfaces === 'primary' && !source.isPrimary) return { kind, because: 'not-primary' };
  if (machine === null && isAboutMachine(rule.when)) return { kind, because: 'no-machine' };
  return { kind, because: 'condition-fails' };
}

function traceCondition(condition: Condition, facts: Facts): ConditionTrace {
  const holds = compileCondition(condition)(facts);
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const [first, ...rest] = condition.of;
      const of = [traceCondition(first, facts), ...rest.map((one) => traceCondition(one, facts))] as const;
      return { kind: condition.kind, holds, of };
    }
    case 'not':
      return { kind: 'not', holds, of: traceCondition(condition.of, facts) };
    case 'tag-exists':
    case 'tag-in':
    case 'tag-glob': {
      const { kind, tag } = condition;
      return { kind, holds, tag, wanted: wantedOf(condition), actual: tagReader(tag)(facts) ?? null };
    }
    case 'attribute': {
      const { attribute, values } = condition;
      return { kind: 'attribute', holds, attribute, wanted: values, actual: findAttribute(facts, attribute) };
    }
  }
}

function wantedOf(condition: Extract<Condition, { readonly tag: string }>): readonly string[] {
  switch (condition.kind) {
    case 'tag-exists':
      return [];
    case 'tag-in':
      return condition.values;
    case 'tag-glob':
      return [condition.glob];
  }
}
