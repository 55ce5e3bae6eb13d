/** An expression of Bicep as plain data; `line` counts from one. */
export type Expression = Located & Shape;

interface Located {
  readonly line: number;
  /** As it is written. */
  readonly source: string;
}

type Shape =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** A text with expressions in it. */
  | { readonly kind: 'text'; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: 'object'; readonly properties: readonly Property[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'name'; readonly name: string }
  /** `a.b`, `a!.b`; safe: `a.?b`. */
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string; readonly access: Access }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression; readonly access: Access }
  /** `a::b`: a resource that is declared in another. */
  | { readonly kind: 'nested'; readonly of: Expression; readonly name: string }
  /** A call of a function, of a namespace's function (`az.resourceId()`) or of a resource's (`storage.listKeys()`). */
  | {
      readonly kind: 'call';
      readonly of: Expression | null;
      readonly name: string;
      readonly given: readonly Expression[];
    }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'choice';
      readonly when: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | { readonly kind: 'lambda'; readonly names: readonly string[]; readonly body: Expression }
  | { readonly kind: 'loop'; readonly names: readonly string[]; readonly over: Expression; readonly body: Expression }
  /** `if (…) { … }`, of a resource or a module. */
  | { readonly kind: 'condition'; readonly when: Expression; readonly body: Expression };

export type Access = 'plain' | 'safe';

/** A property of an object. */
export interface Property {
  /** `null`: a spread (`...other`), or a name that is computed. */
  readonly name: string | null;
  /** A name that is computed. */
  readonly computed: Expression | null;
  readonly value: Expression;
}

/** The expressions directly in one. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'text':
      return expression.parts.filter((part) => typeof part !== 'string');
    case 'object':
      return expression.properties.flatMap(({ computed, value }) => (computed === null ? [value] : [computed, value]));
    case 'array':
      return expression.items;
    case 'member':
    case 'nested':
    case 'unary':
      return [expression.of];
    case 'index':
      return [expression.of, expression.at];
    case 'call':
      return expression.of === null ? expression.given : [expression.of, ...expression.given];
    case 'binary':
      return [expression.left, expression.right];
    case 'choice':
      return [expression.when, expression.whenTrue, expression.whenFalse];
    case 'lambda':
      return [expression.body];
    case 'loop':
      return [expression.over, expression.body];
    case 'condition':
      return [expression.when, expression.body];
  }
}

/** An expression and all that are in it. */
export const allIn = (expression: Expression): readonly Expression[] => [
  expression,
  ...partsOf(expression).flatMap(allIn),
];

/** A use of something that is declared elsewhere in the file. */
export interface Use {
  readonly name: string;
  readonly line: number;
}

/** The names that an expression takes from around it: what its own loops and lambdas declare is not among them. */
export function usesIn(expression: Expression, bound: ReadonlySet<string> = new Set()): readonly Use[] {
  if (expression.kind === 'name') {
    return bound.has(expression.name) ? [] : [{ name: expression.name, line: expression.line }];
  }
  if (expression.kind === 'loop') {
    const within = new Set([...bound, ...expression.names]);
    return [...usesIn(expression.over, bound), ...usesIn(expression.body, within)];
  }
  const within = expression.kind === 'lambda' ? new Set([...bound, ...expression.names]) : bound;
  return partsOf(expression).flatMap((part) => usesIn(part, within));
}

/** The value of an object's property, or `null`; further names lead into it. */
export function findProperty(expression: Expression | null, ...path: readonly string[]): Expression | null {
  const [name, ...rest] = path;
  if (name === undefined || expression === null) return expression;
  const body = bodyOf(expression);
  if (body.kind !== 'object') return null;
  return findProperty(body.properties.find((one) => one.name === name)?.value ?? null, ...rest);
}

/** What is declared by a resource or module, under its loop and its condition. */
const bodyOf = (expression: Expression): Expression =>
  expression.kind === 'loop' || expression.kind === 'condition' ? bodyOf(expression.body) : expression;

/**
 * An expression as plain data. What is not literal is a text in brackets, as in ARM's JSON: `[owner]`.
 */
export function toData(expression: Expression): unknown {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'array') return expression.items.map(toData);
  if (expression.kind !== 'object') return `[${expression.source}]`;
  return Object.fromEntries(
    expression.properties.map(({ name, computed, value }) => [name ?? computed?.source ?? '...', toData(value)]),
  );
}
