import type { Expression } from './expression.ts';

/** The type of a parameter or an output. */
export type Type =
  | { readonly kind: 'plain'; readonly name: PlainType }
  | { readonly kind: 'exactly'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'either'; readonly of: readonly Type[] }
  | { readonly kind: 'shape'; readonly fields: readonly Field[] }
  | { readonly kind: 'named'; readonly name: string }
  /** A type that these checks know nothing of. */
  | { readonly kind: 'unknown'; readonly source: string };

export type PlainType = 'string' | 'int' | 'bool' | 'object' | 'array' | 'secureString' | 'secureObject';

export interface Field {
  readonly name: string;
  readonly type: Type;
}

const NULL: Type = { kind: 'exactly', value: null };

/** `type?` */
export const nullable = (type: Type): Type => ({ kind: 'either', of: [type, NULL] });

/** Whether a value may be left out. */
export const isNullable = (type: Type): boolean =>
  type.kind === 'either' && type.of.some((one) => one.kind === 'exactly' && one.value === null);

/** Whether values of a type are secrets. */
export const isSecret = (type: Type): boolean =>
  (type.kind === 'plain' && type.name.startsWith('secure')) || (type.kind === 'either' && type.of.some(isSecret));

/** A type in words, as Bicep writes it. */
export function inWords(type: Type): string {
  switch (type.kind) {
    case 'plain':
    case 'named':
      return type.name;
    case 'exactly':
      return typeof type.value === 'string' ? `'${type.value}'` : String(type.value);
    case 'list':
      return `${inWords(type.of)}[]`;
    case 'either':
      return type.of.map(inWords).join(' | ');
    case 'shape':
      return `{ ${type.fields.map(({ name }) => name).join(', ')} }`;
    case 'unknown':
      return type.source;
  }
}

/** What of an expression is visibly not of a type: one sentence for each, empty where nothing is. */
export function misfits(expression: Expression, type: Type, named: ReadonlyMap<string, Type>): readonly string[] {
  const wrong = [`${expression.source} is not ${inWords(type)}`];
  switch (type.kind) {
    case 'unknown':
      return [];
    case 'named': {
      const found = named.get(type.name);
      return found === undefined ? [] : misfits(expression, found, named);
    }
    case 'either': {
      const each = type.of.map((one) => misfits(expression, one, named));
      return each.some((one) => one.length === 0) ? [] : wrong;
    }
    case 'exactly':
      if (expression.kind === 'literal') return expression.value === type.value ? [] : wrong;
      return isOfPlain(expression, plainOf(type.value)) ? [] : wrong;
    case 'list':
      if (expression.kind === 'array') return expression.items.flatMap((item) => misfits(item, type.of, named));
      return isOfPlain(expression, 'array') ? [] : wrong;
    case 'shape':
      if (expression.kind === 'object') return misfitsOfShape(expression, type.fields, named);
      return isOfPlain(expression, 'object') ? [] : wrong;
    case 'plain':
      return isOfPlain(expression, type.name) ? [] : wrong;
  }
}

function misfitsOfShape(
  expression: Expression & { readonly kind: 'object' },
  fields: readonly Field[],
  named: ReadonlyMap<string, Type>,
): readonly string[] {
  // What a spread or a computed name brings is not seen.
  const isOpen = expression.properties.some(({ name }) => name === null);
  const given = new Set(expression.properties.map(({ name }) => name));
  const missing = fields.filter(({ name, type }) => !given.has(name) && !isNullable(type) && !isOpen);
  return [
    ...missing.map(({ name }) => `${expression.source} lacks ${name}`),
    ...expression.properties.flatMap(({ name, value }) => {
      const field = fields.find((one) => one.name === name);
      if (field !== undefined) return misfits(value, field.type, named);
      return name === null ? [] : [`${name} is no property of { ${fields.map((one) => one.name).join(', ')} }`];
    }),
  ];
}

function plainOf(value: string | number | boolean | null): PlainType | null {
  if (value === null) return null;
  return typeof value === 'string' ? 'string' : typeof value === 'number' ? 'int' : 'bool';
}

const BARE: Readonly<Record<PlainType, PlainType>> = {
  string: 'string',
  int: 'int',
  bool: 'bool',
  object: 'object',
  array: 'array',
  secureString: 'string',
  secureObject: 'object',
};

/** Whether an expression may be of a type: what is only known when it is deployed may be. */
function isOfPlain(expression: Expression, wanted: PlainType | null): boolean {
  const known = findPlain(expression);
  return known === 'any' || (wanted === null ? known === null : known === BARE[wanted]);
}

const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);

/** The type that an expression is visibly of; `null`: that of `null`. */
function findPlain(expression: Expression): PlainType | null | 'any' {
  const { kind } = expression;
  if (kind === 'literal') return plainOf(expression.value);
  if (kind === 'text') return 'string';
  if (kind === 'object') return 'object';
  if (kind === 'array' || kind === 'loop') return 'array';
  if (kind === 'unary') return expression.operator === '!' ? 'bool' : 'int';
  if (kind !== 'binary' || expression.operator === '??') return 'any';
  return ARITHMETIC.has(expression.operator) ? 'int' : 'bool';
}
