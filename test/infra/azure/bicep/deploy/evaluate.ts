import type { Expression, Property } from '../expression.ts';
import { PURE, record, type Value } from './functions.ts';

/** What names stand for. */
export interface Scope {
  /** A value, or `undefined` where nothing of that name is declared. */
  find(name: string): Value;
  readonly functions: Readonly<Record<string, (...given: readonly Value[]) => Value>>;
}

const within = (scope: Scope, names: readonly string[], values: readonly Value[]): Scope => ({
  ...scope,
  find(name) {
    const index = names.indexOf(name);
    return index < 0 ? scope.find(name) : values[index];
  },
});

/** The value of an expression, as Resource Manager would find it. */
export function evaluate(expression: Expression, scope: Scope): Value {
  const value = (part: Expression): Value => evaluate(part, scope);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'text':
      return expression.parts.map((part) => (typeof part === 'string' ? part : toText(value(part)))).join('');
    case 'object':
      return Object.fromEntries(expression.properties.flatMap((property) => entriesOf(property, scope)));
    case 'array':
      return expression.items.map(value);
    case 'name': {
      const found = scope.find(expression.name);
      if (found === undefined) throw new Error(`Line ${expression.line}: nothing is named ${expression.name}.`);
      return found;
    }
    case 'member':
      return pick(expression, value(expression.of), expression.name);
    case 'index':
      return pick(expression, value(expression.of), value(expression.at));
    case 'nested':
      return value({ ...expression, kind: 'name', name: expression.name });
    case 'call':
      return callOf(expression, scope);
    case 'unary':
      return expression.operator === '!' ? value(expression.of) !== true : -Number(value(expression.of));
    case 'binary':
      return operate(expression.operator, value(expression.left), () => value(expression.right));
    case 'choice':
      return value(value(expression.when) === true ? expression.whenTrue : expression.whenFalse);
    case 'lambda':
      return (...given: readonly Value[]) => evaluate(expression.body, within(scope, expression.names, given));
    case 'loop':
      return itemsOf(expression.over, scope).flatMap((item, index) => {
        const inner = within(scope, expression.names, [item, index]);
        if (expression.body.kind !== 'condition') return [evaluate(expression.body, inner)];
        return evaluate(expression.body.when, inner) === true ? [evaluate(expression.body.body, inner)] : [];
      });
    case 'condition':
      return value(expression.when) === true ? value(expression.body) : null;
  }
}

/** What a loop goes over. */
export function itemsOf(over: Expression, scope: Scope): readonly Value[] {
  const items = evaluate(over, scope);
  if (!Array.isArray(items)) throw new Error(`Line ${over.line}: ${over.source} is no list.`);
  return items;
}

/** The scope of one turn of a loop. */
export const inTurn = (loop: Expression & { readonly kind: 'loop' }, scope: Scope, item: Value, index: number): Scope =>
  within(scope, loop.names, [item, index]);

const toText = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

function entriesOf({ name, computed, value }: Property, scope: Scope): readonly (readonly [string, Value])[] {
  const found = evaluate(value, scope);
  if (name !== null) return [[name, found]];
  return computed === null ? Object.entries(record(found)) : [[String(evaluate(computed, scope)), found]];
}

function pick(at: Expression & { readonly access: 'plain' | 'safe' }, of: Value, key: Value): Value {
  const found = Array.isArray(of) ? (of as readonly Value[]).at(Number(key)) : record(of)[String(key)];
  if (found !== undefined) return found;
  if (at.access === 'safe') return null;
  throw new Error(`Line ${at.line}: ${at.source} is not there.`);
}

function callOf(expression: Expression & { readonly kind: 'call' }, scope: Scope): Value {
  const { of, name, given, line } = expression;
  const isOfNamespace = of === null || (of.kind === 'name' && ['az', 'sys'].includes(of.name));
  const found = isOfNamespace ? (scope.functions[name] ?? PURE[name]) : undefined;
  if (name === 'fail') throw new Error(String(evaluate(given[0] ?? expression, scope)));
  if (found === undefined) throw new Error(`Line ${line}: these checks cannot evaluate ${expression.source}`);
  return found(...given.map((one) => evaluate(one, scope)));
}

function operate(operator: string, left: Value, right: () => Value): Value {
  const lower = (value: Value): string => String(value).toLowerCase();
  switch (operator) {
    case '??':
      return left ?? right();
    case '&&':
      return left === true && right() === true;
    case '||':
      return left === true || right() === true;
    case '==':
      return JSON.stringify(left) === JSON.stringify(right());
    case '!=':
      return JSON.stringify(left) !== JSON.stringify(right());
    case '=~':
      return lower(left) === lower(right());
    case '!~':
      return lower(left) !== lower(right());
    case '<':
      return Number(left) < Number(right());
    case '<=':
      return Number(left) <= Number(right());
    case '>':
      return Number(left) > Number(right());
    case '>=':
      return Number(left) >= Number(right());
    case '+':
      return Number(left) + Number(right());
    case '-':
      return Number(left) - Number(right());
    case '*':
      return Number(left) * Number(right());
    case '/':
      return Math.trunc(Number(left) / Number(right()));
    case '%':
      return Number(left) % Number(right());
    default:
      throw new Error(`These checks do not know the operator ${operator}.`);
  }
}
