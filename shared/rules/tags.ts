import type { Cloud, Machine, Source, Tags } from '../words.ts';

/** The tags by which a source is judged; names are as `tagName` writes them. */
export type EffectiveTags = ReadonlyMap<string, string>;

/**
 * A tag name as it is compared: AWS keys are case-sensitive, Azure's tag names are not, values are on both
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources).
 */
export const tagName = (name: string, cloud: Cloud): string => (cloud === 'azure' ? name.toLowerCase() : name);

/** A machine's tags, overlaid by the interface's own. */
export function effectiveTags(source: Source, machine: Machine | null): EffectiveTags {
  const tags = new Map<string, string>();
  if (machine !== null) addTags(tags, machine.tags, source.cloud);
  addTags(tags, source.tags, source.cloud);
  return tags;
}

function addTags(to: Map<string, string>, tags: Tags, cloud: Cloud): void {
  for (const name of Object.keys(tags)) {
    const value = tags[name];
    if (value !== undefined) to.set(tagName(name, cloud), value);
  }
}
