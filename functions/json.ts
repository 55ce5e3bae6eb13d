/** Readers for JSON that somebody else wrote: nothing is assumed, what is missing or of another type is `null`. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export const findRecord = (value: unknown): JsonRecord | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;

/**
 * The value at a path of property names, compared without regard to case.
 *
 * The services do not write one casing: a VTAP's destination is `…FrontendIP…` on the wire and `…FrontEndIP…` in the
 * specification, and subscription events carry `authorization` or `Authorization`.
 */
export function findAt(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of path) at = findProperty(at, name);
  return at;
}

export function findTextAt(value: unknown, ...path: readonly string[]): string | null {
  const found = findAt(value, ...path);
  return typeof found === 'string' && found !== '' ? found : null;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = findAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** What text holds as JSON, or `null`. */
export function findJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function findProperty(value: unknown, name: string): unknown {
  const record = findRecord(value);
  if (record === null) return null;
  if (Object.hasOwn(record, name)) return record[name];
  const folded = name.toLowerCase();
  const key = Object.keys(record).find((candidate) => candidate.toLowerCase() === folded);
  return key === undefined ? null : record[key];
}
