/** The part of JSON Schema 2020-12 that docs/openapi.yaml uses; a keyword that is not here is an error, not a pass. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

const ANNOTATIONS = new Set(['description', 'default', '$ref']);

/** Where and how a value is not as the schema says; empty when it is. */
export function violations(schema: Schema, value: unknown, root: Schema, at = '#'): readonly string[] {
  const target = typeof schema['$ref'] === 'string' ? follow(root, schema['$ref']) : null;
  if (target !== null) return violations(target, value, root, at);
  return Object.entries(schema).flatMap(([keyword, expected]) => {
    if (ANNOTATIONS.has(keyword)) return [];
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`${at}: the keyword ${keyword} is not known here`);
    return check(expected, value, { root, at, schema });
  });
}

function follow(root: Schema, reference: string): Schema {
  return reference
    .slice(2)
    .split('/')
    .reduce<Schema>((part, key) => {
      const next = part[key];
      if (next === undefined) throw new Error(`${reference} leads nowhere`);
      return next as Schema;
    }, root);
}

interface Place {
  readonly root: Schema;
  readonly at: string;
  readonly schema: Schema;
}

type Check = (expected: unknown, value: unknown, place: Place) => readonly string[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unless = (isRight: boolean, { at }: Place, what: string): readonly string[] => (isRight ? [] : [`${at} ${what}`]);

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

const CHECKS: Readonly<Record<string, Check>> = {
  type: (expected, value, place) =>
    unless([expected].flat().includes(typeOf(value)), place, `is not ${String(expected)}`),
  const: (expected, value, place) => unless(value === expected, place, `is not ${String(expected)}`),
  enum: (expected, value, place) =>
    unless((expected as readonly unknown[]).includes(value), place, `is none of ${String(expected)}`),
  pattern: (expected, value, place) =>
    unless(typeof value !== 'string' || new RegExp(String(expected)).test(value), place, 'does not match its pattern'),
  maxLength: (expected, value, place) =>
    unless(typeof value !== 'string' || value.length <= Number(expected), place, 'is too long'),
  minimum: (expected, value, place) =>
    unless(typeof value !== 'number' || value >= Number(expected), place, 'is too low'),
  maximum: (expected, value, place) =>
    unless(typeof value !== 'number' || value <= Number(expected), place, 'is too high'),
  minItems: (expected, value, place) =>
    unless(!Array.isArray(value) || value.length >= Number(expected), place, 'has too few items'),
  maxItems: (expected, value, place) =>
    unless(!Array.isArray(value) || value.length <= Number(expected), place, 'has too many items'),
  items: (expected, value, { root, at }) =>
    Array.isArray(value)
      ? value.flatMap((one, index) => violations(expected as Schema, one, root, `${at}/${index}`))
      : [],
  required: (expected, value, place) =>
    isObject(value)
      ? (expected as readonly string[]).flatMap((key) => unless(Object.hasOwn(value, key), place, `lacks ${key}`))
      : [],
  properties: (expected, value, { root, at }) =>
    isObject(value)
      ? Object.entries(expected as Schema).flatMap(([key, schema]) =>
          Object.hasOwn(value, key) ? violations(schema as Schema, value[key], root, `${at}/${key}`) : [],
        )
      : [],
  additionalProperties: (expected, value, place) => {
    if (!isObject(value)) return [];
    const known = Object.keys((place.schema['properties'] as Schema | undefined) ?? {});
    const others = Object.keys(value).filter((key) => !known.includes(key));
    return others.flatMap((key) =>
      expected === false
        ? [`${place.at} has ${key}`]
        : violations(expected as Schema, value[key], place.root, `${place.at}/${key}`),
    );
  },
  oneOf: (expected, value, place) => {
    const fitting = (expected as readonly Schema[]).filter(
      (one) => violations(one, value, place.root, place.at).length === 0,
    );
    return unless(fitting.length === 1, place, `fits ${fitting.length} of its forms`);
  },
};
