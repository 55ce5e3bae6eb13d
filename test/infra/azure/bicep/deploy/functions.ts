import { createHash } from 'node:crypto';

export type Value = unknown;

/** A lambda, as functions are given it. */
export type Call = (...given: readonly Value[]) => Value;

const texts = (values: readonly Value[]): readonly string[] => values.map(String);
const list = (value: Value): readonly Value[] => (Array.isArray(value) ? value : []);
export const record = (value: Value): Readonly<Record<string, Value>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, Value>>) : {};
const call = (value: Value): Call => value as Call;

/** Not Azure's digest, but like it one of the same texts: 13 letters and digits. */
const digest = (values: readonly Value[]): string => {
  const hash = createHash('sha256').update(texts(values).join('-')).digest();
  return [...hash.subarray(0, 13)].map((byte) => (byte % 36).toString(36)).join('');
};

function guid(values: readonly Value[]): string {
  const hex = createHash('sha256').update(texts(values).join('-')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function isEmpty(value: Value): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : typeof value === 'object' && Object.keys(value).length === 0;
}

/** Objects are merged deeply, later values win; lists are put together without repeats. */
function union(values: readonly Value[]): Value {
  if (values.every((value) => Array.isArray(value))) return [...new Set(values.flat())];
  return values.reduce((before, after) => merge(before, after), {});
}

const isObject = (value: Value): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(before: Value, after: Value): Value {
  if (!isObject(before) || !isObject(after)) return after;
  const [left, right] = [record(before), record(after)];
  const merged = Object.entries(right).map(([name, value]) => [name, name in left ? merge(left[name], value) : value]);
  return { ...left, ...Object.fromEntries(merged) };
}

/** `resourceId('Microsoft.X/a/b', 'one', 'two')` without its scope: `/providers/Microsoft.X/a/one/b/two`. */
export function providerPath(type: string, names: readonly string[]): string {
  const [provider = '', ...kinds] = type.split('/');
  return `/providers/${provider}${kinds.map((kind, index) => `/${kind}/${names[index] ?? ''}`).join('')}`;
}

/** Functions that depend on nothing but what they are given. */
export const PURE: Readonly<Record<string, (...given: readonly Value[]) => Value>> = {
  any: (value) => value,
  array: (value): Value => (Array.isArray(value) ? value : [value]),
  base64: (value) => Buffer.from(String(value)).toString('base64'),
  bool: (value) => String(value).toLowerCase() === 'true',
  concat: (...values) => (Array.isArray(values[0]) ? values.flat() : texts(values).join('')),
  contains: (whole, part) => {
    if (typeof whole === 'string') return whole.includes(String(part));
    return Array.isArray(whole) ? whole.includes(part) : String(part) in record(whole);
  },
  empty: isEmpty,
  endsWith: (text, end) => String(text).toLowerCase().endsWith(String(end).toLowerCase()),
  filter: (values, keep) => list(values).filter((value) => call(keep)(value)),
  first: (value) => (typeof value === 'string' ? value.slice(0, 1) : (list(value)[0] ?? null)),
  flatten: (values) => list(values).flat(),
  format: (pattern, ...values) =>
    String(pattern).replaceAll(/\{(\d+)\}/g, (_, at: string) => String(values[Number(at)])),
  guid: (...values) => guid(values),
  indexOf: (whole, part) => {
    if (Array.isArray(whole)) return whole.indexOf(part);
    return String(whole).toLowerCase().indexOf(String(part).toLowerCase());
  },
  int: Number,
  items: (object) => {
    const entries = Object.entries(record(object)).sort(([left], [right]) => left.localeCompare(right));
    return entries.map(([key, value]) => ({ key, value }));
  },
  join: (values, by) => texts(list(values)).join(String(by)),
  json: (text) => JSON.parse(String(text)) as Value,
  last: (value) => (typeof value === 'string' ? value.slice(-1) : (list(value).at(-1) ?? null)),
  length: (value) => {
    if (typeof value === 'string') return value.length;
    return Array.isArray(value) ? value.length : Object.keys(record(value)).length;
  },
  map: (values, convert) => list(values).map((value, index) => call(convert)(value, index)),
  max: (...values) => Math.max(...values.flat().map(Number)),
  min: (...values) => Math.min(...values.flat().map(Number)),
  objectKeys: (object) => Object.keys(record(object)).sort(),
  range: (from, count) => Array.from({ length: Number(count) }, (_, index) => Number(from) + index),
  reduce: (values, start, add) => list(values).reduce((sum, value) => call(add)(sum, value), start),
  replace: (text, from, to) => String(text).replaceAll(String(from), String(to)),
  skip: (value, count) => (typeof value === 'string' ? value.slice(Number(count)) : list(value).slice(Number(count))),
  split: (text, by) => String(text).split(Array.isArray(by) ? String(by[0]) : String(by)),
  startsWith: (text, start) => String(text).toLowerCase().startsWith(String(start).toLowerCase()),
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  subscriptionResourceId: (...given) => {
    const [subscription, type, ...names] = String(given[0]).includes('/') ? ['', ...texts(given)] : texts(given);
    return `/subscriptions/${subscription ?? ''}${providerPath(type ?? '', names)}`;
  },
  substring: (text, from, count) =>
    String(text).slice(Number(from), count === undefined ? undefined : Number(from) + Number(count)),
  take: (value, count) =>
    typeof value === 'string' ? value.slice(0, Number(count)) : list(value).slice(0, Number(count)),
  toLower: (text) => String(text).toLowerCase(),
  toObject: (values, key, value) =>
    Object.fromEntries(
      list(values).map((one) => [String(call(key)(one)), value === undefined ? one : call(value)(one)]),
    ),
  toUpper: (text) => String(text).toUpperCase(),
  trim: (text) => String(text).trim(),
  union: (...values) => union(values),
  uniqueString: (...values) => digest(values),
  uri: (base, relative) => new URL(String(relative), String(base)).href,
};
