import type { Expression } from './bicep.ts';

/** What stands for the parameters and the other names of a template. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * What an expression comes to, as far as app settings go: texts, objects, choices, and the few functions that these call.
 * @throws Error that names anything else.
 */
export function evaluate(expression: Expression, values: Values): unknown {
  const of = (part: Expression): unknown => evaluate(part, values);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'text':
      return expression.parts.map((part) => (typeof part === 'string' ? part : String(of(part)))).join('');
    case 'object':
      return Object.fromEntries(expression.properties.map(({ name, value }) => [name, of(value)]));
    case 'array':
      return expression.items.map(of);
    case 'name':
      if (expression.name in values) return values[expression.name];
      break;
    case 'member':
      return (of(expression.of) as Values)[expression.name];
    case 'choice': {
      const { when, whenTrue, whenFalse } = expression;
      return of(when) === true ? of(whenTrue) : of(whenFalse);
    }
    case 'call': {
      const called = FUNCTIONS[expression.name];
      if (called !== undefined) return called(...expression.given.map(of));
      break;
    }
    case 'binary':
    case 'condition':
    case 'index':
    case 'lambda':
    case 'loop':
    case 'nested':
    case 'unary':
  }
  throw new Error(`Line ${expression.line}: cannot evaluate ${expression.source}`);
}

const FUNCTIONS: Readonly<Record<string, (...given: readonly unknown[]) => unknown>> = {
  join: (items, between) => (items as readonly unknown[]).join(between as string),
  string: (value) => String(value),
  toLower: (text) => (text as string).toLowerCase(),
  empty: (value) => Object.keys(value as object).length === 0,
  union: (...objects) => Object.fromEntries(objects.flatMap((object) => Object.entries(object as object))),
};
