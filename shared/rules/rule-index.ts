import type { Condition } from '../config/config.ts';
import type { NonEmpty } from '../words.ts';
import type { EffectiveTags } from './tags.ts';

/**
 * Which rules can hold for a set of tags at all. Most rules ask for one tag or one of its values; asking the tags that a source
 * has which rules want them is much cheaper than asking every rule.
 */
export interface RuleIndex {
  /** Positions in any order, each once; every rule that holds is among them. */
  candidates(tags: EffectiveTags): readonly number[];
}

/** What a rule cannot do without: a tag, with any value (`null`) or one of some. */
interface Need {
  readonly tag: string;
  readonly values: NonEmpty<string> | null;
}

/** `fold` writes tag names as the cloud compares them. */
export function indexRules(conditions: readonly Condition[], fold: (name: string) => string): RuleIndex {
  const always: number[] = [];
  const byTag = new Map<string, { readonly any: number[]; readonly byValue: Map<string, number[]> }>();
  conditions.forEach((condition, position) => {
    const need = findNeed(condition);
    if (need === null) {
      always.push(position);
      return;
    }
    const name = fold(need.tag);
    const entry = byTag.get(name) ?? { any: [], byValue: new Map<string, number[]>() };
    byTag.set(name, entry);
    if (need.values === null) entry.any.push(position);
    for (const value of new Set(need.values ?? [])) {
      const positions = entry.byValue.get(value) ?? [];
      positions.push(position);
      entry.byValue.set(value, positions);
    }
  });
  return {
    candidates: (tags) => {
      const found = [...always];
      for (const [name, value] of tags) {
        const entry = byTag.get(name);
        if (entry === undefined) continue;
        for (const position of entry.any) found.push(position);
        const wanting = entry.byValue.get(value);
        if (wanting !== undefined) for (const position of wanting) found.push(position);
      }
      // Each rule is indexed under one tag, and a source has each tag once: no position is found twice.
      return found;
    },
  };
}

/** The most telling need of a condition: values before mere presence, and nothing where it can hold without any tag. */
function findNeed(condition: Condition): Need | null {
  switch (condition.kind) {
    case 'tag-in':
      return { tag: condition.tag, values: condition.values };
    case 'tag-exists':
    case 'tag-glob':
      return { tag: condition.tag, values: null };
    case 'all': {
      const needs = condition.of.map(findNeed).filter((need) => need !== null);
      return needs.find(({ values }) => values !== null) ?? needs[0] ?? null;
    }
    case 'any':
    case 'not':
    case 'attribute':
      return null;
  }
}
