import type { ArmTags, Properties } from './resource.ts';

/** A JSON object, or an empty one for anything else. */
export const toRecord = (value: unknown): Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {};

/** A JSON array of objects, or an empty one for anything else. */
export const toRecords = (value: unknown): readonly Properties[] => (Array.isArray(value) ? value.map(toRecord) : []);

export const findText = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The `id` of a reference such as `{"subnet": {"id": …}}`. */
export const findReference = (value: unknown): string | null => findText(toRecord(value)['id']);

/** A property by its name in any casing: the service writes one of them in another casing than its own specification. */
export function findProperty(properties: Properties, name: string): unknown {
  const key = Object.keys(properties).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : properties[key];
}

/** The tags of a body; values that are not text become text. */
export const toTags = (value: unknown): ArmTags =>
  Object.fromEntries(Object.entries(toRecord(value)).map(([name, text]) => [name, String(text)]));

/** Tags overlaid by others; a name keeps its first casing. */
export function mergeTags(tags: ArmTags, over: ArmTags): ArmTags {
  const casing = new Map(Object.keys(tags).map((name) => [name.toLowerCase(), name]));
  const merged: Record<string, string> = { ...tags };
  for (const [name, value] of Object.entries(over)) merged[casing.get(name.toLowerCase()) ?? name] = value;
  return merged;
}

/** Tags without the given names; a name with a value is taken away only where the value is equal too. */
export function withoutTags(tags: ArmTags, away: ArmTags): ArmTags {
  const folded = new Map(Object.entries(away).map(([name, value]) => [name.toLowerCase(), value]));
  const stays = ([name, value]: readonly [string, string]): boolean => {
    const wanted = folded.get(name.toLowerCase());
    return wanted === undefined || (wanted !== '' && wanted !== value);
  };
  return Object.fromEntries(Object.entries(tags).filter(stays));
}

/** `East US` is `eastus`. */
export const toLocation = (text: string): string => text.replace(/\s+/g, '').toLowerCase();

/** `tags`, which is left out of a body when there are none. */
export const tagsPart = (tags: ArmTags): { readonly tags?: ArmTags } =>
  Object.keys(tags).length === 0 ? {} : { tags };
