import type { Node } from 'web-tree-sitter';
import type { Access, Expression } from '../expression.ts';
import { getField, hasToken, lineOf, partsOf } from './tree.ts';

/** A piece of an expression with operators. */
export type Token =
  | { readonly kind: 'operand'; readonly value: Expression; readonly lambda: readonly string[] }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'index'; readonly at: Expression; readonly access: Access }
  | { readonly kind: 'arguments'; readonly given: readonly Expression[]; readonly source: string };

/** The kinds of nodes whose structure is not taken from the grammar. */
export const OPERATIONS: ReadonlySet<string> = new Set([
  'member_expression',
  'subscript_expression',
  'resource_expression',
  'call_expression',
  'unary_expression',
  'binary_expression',
  'ternary_expression',
  'lambda_expression',
]);

/** The signs and operands of a node, in the order in which they are written. */
export function flatten(node: Node, toExpression: (node: Node) => Expression): readonly Token[] {
  if (node.type === 'subscript_expression') {
    const [of, at] = [getField(node, 'object'), getField(node, 'index')];
    const bracket = node.children.find(({ type }) => type === '[');
    // In Bicep a bracket on a new line begins a list.
    if (bracket?.startPosition.row !== of.endPosition.row)
      throw new Error(`Line ${lineOf(at)}: a list in a row with ${of.text}`);
    return [
      ...flatten(of, toExpression),
      { kind: 'index', at: toExpression(at), access: hasToken(node, '?') ? 'safe' : 'plain' },
    ];
  }
  if (OPERATIONS.has(node.type)) return node.children.flatMap((child) => flatten(child, toExpression));
  if (node.type === 'arguments')
    return [{ kind: 'arguments', given: partsOf(node).map(toExpression), source: node.text }];
  if (node.type === 'property_identifier') return [{ kind: 'property', name: node.text }];
  if (!node.isNamed || node.type === 'nullable_return_type') return [{ kind: 'sign', text: node.text }];
  if (node.type === 'comment' || node.type === 'diagnostic_comment') return [];
  // Parentheses hold an expression, or the names of a lambda: which of them, the sign that follows tells.
  const names = node.type === 'parenthesized_expression' ? partsOf(node).map(({ text }) => text) : [node.text];
  const isList = node.type === 'parenthesized_expression' && partsOf(node).length !== 1;
  const value: Expression = isList
    ? { kind: 'literal', value: null, line: lineOf(node), source: node.text }
    : toExpression(node);
  return [{ kind: 'operand', value, lambda: names }];
}

/**
 * What follows an expression without anything between them. Of `[a[0].b]` the grammar makes a list of two: `a`, and the property
 * `b` of the list `[0]`.
 */
export function flattenNext(node: Node, toExpression: (node: Node) => Expression): readonly Token[] {
  const [first, ...rest] = flatten(node, toExpression);
  const index = first?.kind === 'operand' && first.value.kind === 'array' ? first.value.items[0] : undefined;
  if (index === undefined) throw new Error(`Line ${lineOf(node)}: these checks cannot read ${node.text}`);
  return [{ kind: 'index', at: index, access: 'plain' }, ...rest];
}
