import type { Node } from 'web-tree-sitter';
import type { Expression } from '../expression.ts';
import { flatten, flattenNext, type Token } from './row.ts';
import { lineOf } from './tree.ts';

/**
 * An expression from a node with operators, or from several that stand in a row. The grammar binds operators otherwise than
 * Bicep does: it reads `a && b.c` as `(a && b).c`. So such an expression is taken as the row of its signs and operands, which
 * the grammar has right, and is bound here.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/operators#operator-precedence-and-associativity
 */
export function bindOperators(nodes: readonly Node[], toExpression: (node: Node) => Expression): Expression {
  const row = nodes.flatMap((node, index) =>
    index === 0 ? flatten(node, toExpression) : flattenNext(node, toExpression),
  );
  const source = nodes.map(({ text }) => text).join('');
  const line = nodes[0] === undefined ? 0 : lineOf(nodes[0]);
  let at = 0;
  const peek = (): Token | null => row[at] ?? null;
  const take = (): Token => {
    const token = row[at++];
    if (token === undefined) throw new Error(`Line ${line}: ${source} ends too early.`);
    return token;
  };
  const expression = { ...choice({ peek, take }), source };
  if (peek() !== null) throw new Error(`Line ${line}: these checks cannot read ${source}`);
  return expression;
}

interface Row {
  peek(): Token | null;
  take(): Token;
}

const signOf = (token: Token | null): string | null => (token?.kind === 'sign' ? token.text : null);

function choice(row: Row): Expression {
  const when = binary(row, 0);
  if (signOf(row.peek()) !== '?') return when;
  row.take();
  const whenTrue = choice(row);
  row.take();
  const whenFalse = choice(row);
  const source = `${when.source} ? ${whenTrue.source} : ${whenFalse.source}`;
  return { kind: 'choice', when, whenTrue, whenFalse, line: when.line, source };
}

/** From what binds least to what binds most. */
const LEVELS: readonly (readonly string[])[] = [
  ['??'],
  ['||'],
  ['&&'],
  ['==', '!=', '=~', '!~'],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

function binary(row: Row, level: number): Expression {
  const signs = LEVELS[level];
  if (signs === undefined) return unary(row);
  let left = binary(row, level + 1);
  while (signs.includes(signOf(row.peek()) ?? '')) {
    const operator = signOf(row.take()) ?? '';
    const right = binary(row, level + 1);
    const source = `${left.source} ${operator} ${right.source}`;
    left = { kind: 'binary', operator, left, right, line: left.line, source };
  }
  return left;
}

function unary(row: Row): Expression {
  const operator = signOf(row.peek());
  if (operator !== '!' && operator !== '-') return postfix(row, primary(row));
  row.take();
  const of = unary(row);
  return { kind: 'unary', operator, of, line: of.line, source: `${operator}${of.source}` };
}

function primary(row: Row): Expression {
  const token = row.take();
  if (token.kind !== 'operand') throw new Error(`These checks expected an operand, not ${JSON.stringify(token)}.`);
  const { value, lambda } = token;
  if (signOf(row.peek()) !== '=>') return value;
  row.take();
  const body = choice(row);
  return { kind: 'lambda', names: lambda, body, line: value.line, source: `${value.source} => ${body.source}` };
}

function postfix(row: Row, of: Expression): Expression {
  const next = row.peek();
  const at = { line: of.line };
  if (next?.kind === 'index') {
    row.take();
    const source = `${of.source}[${next.at.source}]`;
    return postfix(row, { ...at, kind: 'index', of, at: next.at, access: next.access, source });
  }
  if (next?.kind === 'arguments') {
    row.take();
    return postfix(row, toCall(of, next));
  }
  const sign = signOf(next);
  // That something is there after all changes nothing about what it is.
  if (sign === '!') {
    row.take();
    return postfix(row, of);
  }
  if (sign !== '.' && sign !== '.?' && sign !== '::') return of;
  row.take();
  const property = row.take();
  const name = property.kind === 'property' ? property.name : property.kind === 'operand' ? property.value.source : '';
  const source = `${of.source}${sign}${name}`;
  if (sign === '::') return postfix(row, { ...at, kind: 'nested', of, name, source });
  return postfix(row, { ...at, kind: 'member', of, name, access: sign === '.?' ? 'safe' : 'plain', source });
}

function toCall(callee: Expression, { given, source }: Token & { readonly kind: 'arguments' }): Expression {
  const at = { line: callee.line, source: `${callee.source}${source}` };
  if (callee.kind === 'name') return { ...at, kind: 'call', of: null, name: callee.name, given };
  if (callee.kind === 'member') return { ...at, kind: 'call', of: callee.of, name: callee.name, given };
  throw new Error(`Line ${callee.line}: ${callee.source} cannot be called.`);
}
