import type { Node } from 'web-tree-sitter';
import { toExpression } from './to-expression.ts';
import { getPart, hasToken, partsOf } from './tree.ts';
import { nullable, type Field, type PlainType, type Type } from '../type.ts';

const PLAIN = new Set<string>([
  'string',
  'int',
  'bool',
  'object',
  'array',
  'secureString',
  'secureObject',
] satisfies readonly PlainType[]);

/** A type from its node in the syntax tree. */
export function toType(node: Node): Type {
  switch (node.type) {
    case 'type':
    case 'parenthesized_type':
    case 'parenthesized_expression':
      return toType(getPart(node));
    case 'primitive_type':
    case 'identifier':
      return PLAIN.has(node.text)
        ? { kind: 'plain', name: node.text as PlainType }
        : { kind: 'named', name: node.text };
    case 'nullable_type':
      return hasToken(node, '?') ? nullable(toType(getPart(node))) : toType(getPart(node));
    case 'array_type':
      return { kind: 'list', of: toType(getPart(node)) };
    case 'union_type':
      return { kind: 'either', of: partsOf(node).map(toType) };
    case 'object':
      return { kind: 'shape', fields: partsOf(node).filter(isField).map(toField) };
    case 'string':
    case 'number':
    case 'boolean':
    case 'null': {
      const literal = toExpression(node);
      return literal.kind === 'literal'
        ? { kind: 'exactly', value: literal.value }
        : { kind: 'unknown', source: node.text };
    }
    default:
      return { kind: 'unknown', source: node.text };
  }
}

const isField = (node: Node): boolean => node.type === 'object_property';

const toField = (node: Node): Field => ({
  name: getPart(node, 0).text.replace(/\?$/, ''),
  type: toType(getPart(node, 1)),
});
