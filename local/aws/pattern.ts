/** Whether an event matches a pattern. */
export type Matches = (event: unknown) => boolean;

type Json = Readonly<Record<string, unknown>>;
type Test = (leaf: unknown) => boolean;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Compiles an EventBridge event pattern: fields are joined by AND, the values of a field by OR, a list in the event matches
 * when one of its elements does (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html).
 * @throws Error for an operator that is not known, so that a pattern that matches nothing by mistake is not deployed.
 */
export const compilePattern = (pattern: unknown): Matches => compileObject(pattern, []);

function compileObject(pattern: unknown, path: readonly string[]): Matches {
  if (!isObject(pattern) || Object.keys(pattern).length === 0)
    throw unreadable(path, 'an object with fields is wanted');
  const parts = Object.entries(pattern).map(([key, value]): Matches => {
    if (key === '$or') return compileOr(value, path);
    const inner = [...path, key];
    return Array.isArray(value) ? compileField(value, inner) : compileObject(value, inner);
  });
  return (event) => parts.every((matches) => matches(event));
}

function compileOr(alternatives: unknown, path: readonly string[]): Matches {
  if (!Array.isArray(alternatives) || alternatives.length < 2) throw unreadable(path, '$or wants several patterns');
  const parts = alternatives.map((alternative) => compileObject(alternative, path));
  return (event) => parts.some((matches) => matches(event));
}

function compileField(values: readonly unknown[], path: readonly string[]): Matches {
  const absent = values.some((value) => isObject(value) && value['exists'] === false);
  const tests = values
    .filter((value) => !(isObject(value) && value['exists'] === false))
    .map((v) => compileTest(v, path));
  return (event) => {
    const leaves = leavesAt(event, path);
    return leaves.length === 0 ? absent : leaves.some((leaf) => tests.some((test) => test(leaf)));
  };
}

/** The values at a path; lists on the way are gone through, and objects at its end are no values. */
function leavesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => leavesAt(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return isObject(value) ? [] : [value];
  return isObject(value) && Object.hasOwn(value, key) ? leavesAt(value[key], rest) : [];
}

function compileTest(value: unknown, path: readonly string[]): Test {
  if (!isObject(value)) return (leaf) => leaf === value;
  const [operator, ...others] = Object.keys(value);
  const compile = operator === undefined || others.length > 0 ? undefined : OPERATORS[operator];
  const test = compile?.(operator === undefined ? null : value[operator], path) ?? null;
  if (test === null) throw unreadable(path, `the operator ${JSON.stringify(value)} is not known`);
  return test;
}

const text =
  (test: (leaf: string) => boolean): Test =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

const foldCase = (given: unknown): string | null =>
  isObject(given) && typeof given['equals-ignore-case'] === 'string' ? given['equals-ignore-case'].toLowerCase() : null;

/** What compares the beginning or the end of a text, with or without regard to case. */
const affix =
  (test: (leaf: string, wanted: string) => boolean) =>
  (given: unknown): Test | null => {
    const folded = foldCase(given);
    if (folded !== null) return text((leaf) => test(leaf.toLowerCase(), folded));
    return typeof given === 'string' ? text((leaf) => test(leaf, given)) : null;
  };

type Compile = (given: unknown, path: readonly string[]) => Test | null;

const OPERATORS: Readonly<Record<string, Compile>> = {
  prefix: affix((leaf, wanted) => leaf.startsWith(wanted)),
  suffix: affix((leaf, wanted) => leaf.endsWith(wanted)),
  exists: (given) => (given === true ? () => true : null),
  'equals-ignore-case': (given) =>
    typeof given === 'string' ? text((leaf) => leaf.toLowerCase() === given.toLowerCase()) : null,
  wildcard: (given) => (typeof given === 'string' ? text(toWildcard(given)) : null),
  numeric: (given) => (Array.isArray(given) ? toNumeric(given) : null),
  'anything-but': toAnythingBut,
};

/** `anything-but` wants the field to be there: a field that is missing has no value that differs. */
function toAnythingBut(given: unknown, path: readonly string[]): Test | null {
  if (!isObject(given)) {
    const values = [given].flat();
    return (leaf) => !values.includes(leaf);
  }
  const [operator = ''] = Object.keys(given);
  const tests = [given[operator]].flat().map((value) => compileTest({ [operator]: value }, path));
  return (leaf) => !tests.some((test) => test(leaf));
}

/** `*` stands for any text, unless a backslash is before it. */
function toWildcard(pattern: string): (leaf: string) => boolean {
  const source = pattern.replace(/\\([*\\])|[\s\S]/g, (part, escaped: string | undefined) =>
    part === '*' ? '[\\s\\S]*' : (escaped ?? part).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'),
  );
  const expression = new RegExp(`^${source}$`);
  return (leaf) => expression.test(leaf);
}

const COMPARISONS: Readonly<Record<string, (leaf: number, bound: number) => boolean>> = {
  '=': (leaf, bound) => leaf === bound,
  '<': (leaf, bound) => leaf < bound,
  '<=': (leaf, bound) => leaf <= bound,
  '>': (leaf, bound) => leaf > bound,
  '>=': (leaf, bound) => leaf >= bound,
};

/** One comparison or two that enclose a range: `[">", 0, "<=", 5]`. */
function toNumeric(given: readonly unknown[]): Test | null {
  const tests: ((leaf: number) => boolean)[] = [];
  for (let at = 0; at < given.length; at += 2) {
    const compare = COMPARISONS[String(given[at])];
    const bound = given[at + 1];
    if (compare === undefined || typeof bound !== 'number') return null;
    tests.push((leaf) => compare(leaf, bound));
  }
  return tests.length === 0 ? null : (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

const unreadable = (path: readonly string[], why: string): Error =>
  new Error(`reading the event pattern at ${path.join('.') || 'its top'}: ${why}`);
