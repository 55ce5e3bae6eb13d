/**
 * Reading fields of what others sent: nothing is there until it was looked at, and nothing that is read here throws.
 */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The value at a path of own properties, or `null`. */
export function findAt(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return null;
    at = at[key];
  }
  return at ?? null;
}

/** The text at a path without white space around it, or `null` when there is none. */
export function findTextAt(value: unknown, ...path: readonly string[]): string | null {
  const found = findAt(value, ...path);
  if (typeof found !== 'string') return null;
  const text = found.trim();
  return text === '' ? null : text;
}

/** The items at a path: lists of one are written as an object by some services. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = findAt(value, ...path);
  if (Array.isArray(found)) return found;
  return isObject(found) ? [found] : [];
}

/** The value of a JSON text, or `undefined` when it is none. */
export function findJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
