import type { Condition } from '../config/config.ts';
import type { NonEmpty } from '../words.ts';
import type { EffectiveTags } from './tags.ts';

/**
 * Which rules can hold for a set of tags at all. Most rules cannot do without some tag or one of its values; asking the tags that
 * a source has which rules want them is much cheaper than asking every rule.
 */
export interface RuleIndex {
  /** Positions in any order; every rule that holds is among them, and one that several tags lead to is there for each. */
  candidates(tags: EffectiveTags): readonly number[];
}

/** A tag with any value (`null`) or with one of some. */
interface Need {
  readonly tag: string;
  readonly values: NonEmpty<string> | null;
}

/** The positions of the rules that a tag leads to. */
interface Leads {
  readonly anyValue: number[];
  readonly byValue: Map<string, number[]>;
}

/** `fold` writes tag names as the cloud compares them. */
export function indexRules(conditions: readonly Condition[], fold: (name: string) => string): RuleIndex {
  const always: number[] = [];
  const byTag = new Map<string, Leads>();
  for (const [position, condition] of conditions.entries()) {
    const needs = findNeeds(condition);
    if (needs === null) always.push(position);
    for (const { tag, values } of needs ?? []) {
      addLead(
        getOrAdd(byTag, fold(tag), () => ({ anyValue: [], byValue: new Map() })),
        values,
        position,
      );
    }
  }
  return { candidates: (tags) => followLeads(tags, byTag, always) };
}

function addLead({ anyValue, byValue }: Leads, values: Need['values'], position: number): void {
  if (values === null) anyValue.push(position);
  for (const value of new Set(values ?? [])) getOrAdd(byValue, value, () => []).push(position);
}

function followLeads(
  tags: EffectiveTags,
  byTag: ReadonlyMap<string, Leads>,
  always: readonly number[],
): readonly number[] {
  const found = [...always];
  for (const [name, value] of tags) {
    const leads = byTag.get(name);
    if (leads === undefined) continue;
    for (const position of leads.anyValue) found.push(position);
    for (const position of leads.byValue.get(value) ?? []) found.push(position);
  }
  return found;
}

/**
 * What a condition cannot do without: at least one of these. `null` where it can hold without any tag. Of an `all`, the part that
 * says most: values before mere presence.
 */
function findNeeds(condition: Condition): readonly Need[] | null {
  switch (condition.kind) {
    case 'tag-in':
      return [{ tag: condition.tag, values: condition.values }];
    case 'tag-exists':
    case 'tag-glob':
      return [{ tag: condition.tag, values: null }];
    case 'all': {
      const parts = condition.of.map(findNeeds).filter((needs) => needs !== null);
      return parts.find((needs) => needs.every(({ values }) => values !== null)) ?? parts[0] ?? null;
    }
    case 'any': {
      const parts = condition.of.map(findNeeds);
      return parts.some((needs) => needs === null) ? null : parts.flatMap((needs) => needs ?? []);
    }
    case 'not':
    case 'attribute':
      return null;
  }
}

function getOrAdd<V>(map: Map<string, V>, key: string, toValue: () => V): V {
  const known = map.get(key) ?? toValue();
  map.set(key, known);
  return known;
}
