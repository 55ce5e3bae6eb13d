import type { Condition } from '../config/config.ts';
import { findAttribute, foldAttribute, foldWanted, MACHINE_ATTRIBUTES, type Facts } from './facts.ts';
import { compileGlob } from './glob.ts';

/** A condition, compiled. */
export type Test = (facts: Facts) => boolean;

/** One condition as a closure; what depends on the condition alone is worked out once. */
export function compileCondition(condition: Condition): Test {
  switch (condition.kind) {
    case 'all': {
      const tests = condition.of.map(compileCondition);
      return (facts) => tests.every((test) => test(facts));
    }
    case 'any': {
      const tests = condition.of.map(compileCondition);
      return (facts) => tests.some((test) => test(facts));
    }
    case 'not': {
      const test = compileCondition(condition.of);
      return (facts) => !test(facts);
    }
    case 'tag-exists': {
      const valueOf = tagReader(condition.tag);
      return (facts) => valueOf(facts) !== undefined;
    }
    case 'tag-in': {
      const valueOf = tagReader(condition.tag);
      const values = new Set<string | undefined>(condition.values);
      return (facts) => values.has(valueOf(facts));
    }
    case 'tag-glob': {
      const valueOf = tagReader(condition.tag);
      const matches = compileGlob(condition.glob);
      return (facts) => {
        const value = valueOf(facts);
        return value !== undefined && matches(value);
      };
    }
    case 'attribute': {
      const { attribute } = condition;
      const values = new Set(condition.values.map((value) => foldWanted(attribute, value)));
      return (facts) => {
        const value = findAttribute(facts, attribute);
        return value !== null && values.has(foldAttribute(value));
      };
    }
  }
}

/** Reads one tag; both spellings of its name are made once. */
export function tagReader(name: string): (facts: Facts) => string | undefined {
  const folded = name.toLowerCase();
  return ({ cloud, tags }) => tags.get(cloud === 'azure' ? folded : name);
}

/** Whether a condition is about the machine: such a rule does not apply where there is none. */
export function isAboutMachine(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.some(isAboutMachine);
    case 'not':
      return isAboutMachine(condition.of);
    case 'attribute':
      return MACHINE_ATTRIBUTES.includes(condition.attribute);
    case 'tag-exists':
    case 'tag-in':
    case 'tag-glob':
      return false;
  }
}
