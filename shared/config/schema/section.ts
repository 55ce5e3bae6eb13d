import * as v from 'valibot';
import { suggest } from '../nearest.ts';

/*
 * What is wrong is said in sentences. One that begins with `must` is about the key it is found at, and gets that key's name
 * put before it.
 */

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema of a map with known keys: all missing and all unknown ones are found, which valibot's strict objects leave at the first. */
export function section<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.GenericSchema<
  v.InferInput<v.ObjectSchema<Entries, undefined>>,
  v.InferOutput<v.ObjectSchema<Entries, undefined>>
> {
  return v.pipe(
    v.custom<v.InferInput<v.ObjectSchema<Entries, undefined>>>(
      isMap,
      `must be a map with the keys ${Object.keys(entries).join(', ')}`,
    ),
    v.looseObject(entries, ({ expected }) => describeMissing(expected, entries)),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: Record<string, unknown> = { ...(dataset.value as object) };
      for (const key of Object.keys(input).filter((key) => !Object.hasOwn(entries, key))) {
        addIssue({
          message: `unknown key \`${key}\`; ${suggest(key, Object.keys(entries))}`,
          path: [{ type: 'object', origin: 'key', input, key, value: input[key] }],
        });
      }
    }),
  );
}

/** valibot names the missing key in quotes. */
function describeMissing(expected: string | null, entries: v.ObjectEntries): string {
  const key = (expected ?? '').replaceAll('"', '');
  const entry = entries[key];
  const what = entry === undefined ? undefined : v.getDescription(entry);
  return `\`${key}\` is missing${what === undefined ? '' : `: ${what}`}`;
}

/** The schema of a map whose keys the user chooses. */
export const named = <Value extends v.GenericSchema>(
  keys: v.GenericSchema<string, string>,
  what: string,
  value: Value,
) => v.pipe(v.custom<Record<string, v.InferInput<Value>>>(isMap, `must be a map ${what}`), v.record(keys, value));

/** A value as it is shown in a sentence; nobody wants to read a page of it. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return JSON.stringify(value);
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
}

/** The sentence for a value that is not what it should be. */
export const mustBe =
  (what: string) =>
  ({ input }: { readonly input: unknown }): string =>
    `must be ${what}, not ${show(input)}`;
