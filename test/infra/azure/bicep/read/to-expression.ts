import type { Node } from 'web-tree-sitter';
import type { Expression, Property } from '../expression.ts';
import { bindOperators } from './operators.ts';
import { OPERATIONS } from './row.ts';
import { getField, getPart, lineOf, partsOf, SPREAD } from './tree.ts';

/** An expression from its node in the syntax tree. */
export function toExpression(node: Node): Expression {
  const at = { line: lineOf(node), source: node.text };
  if (OPERATIONS.has(node.type)) return bindOperators([node], toExpression);
  switch (node.type) {
    case 'number':
      return { ...at, kind: 'literal', value: Number(node.text) };
    case 'boolean':
      return { ...at, kind: 'literal', value: node.text === 'true' };
    case 'null':
      return { ...at, kind: 'literal', value: null };
    case 'string': {
      const parts = toParts(node);
      const isLiteral = parts.every((part) => typeof part === 'string');
      return isLiteral ? { ...at, kind: 'literal', value: parts.join('') } : { ...at, kind: 'text', parts };
    }
    case 'object':
      return { ...at, kind: 'object', properties: propertiesOf(node).map(toProperty) };
    case 'array':
      return { ...at, kind: 'array', items: itemsOf(node) };
    case 'identifier':
    case 'primitive_type':
      return { ...at, kind: 'name', name: node.text };
    // `a!` as a whole value, which the grammar takes for a type.
    case 'nullable_type':
    case 'parenthesized_expression':
      return toExpression(getPart(node));
    case 'for_statement':
      return toLoop(node);
    case 'if_statement':
      return {
        ...at,
        kind: 'condition',
        when: toExpression(getPart(node, 0)),
        body: toExpression(getPart(node, 1)),
      };
    default:
      throw new Error(`Line ${at.line}: these checks cannot read the ${node.type} ${node.text}`);
  }
}

/** The items of a list: nodes with nothing between them are one. */
function itemsOf(list: Node): readonly Expression[] {
  const rows = partsOf(list).reduce<readonly (readonly Node[])[]>((before, node) => {
    const last = before.at(-1) ?? [];
    const isNext = last.at(-1)?.endIndex === node.startIndex;
    return isNext ? [...before.slice(0, -1), [...last, node]] : [...before, [node]];
  }, []);
  return rows.flatMap((row) => (row.length === 1 ? row.map(toExpression) : [bindOperators(row, toExpression)]));
}

/** Resources that are declared in another one are read by themselves. */
const propertiesOf = (node: Node): readonly Node[] =>
  partsOf(node).filter((part) => part.type === 'object_property' && getPart(part).type !== 'resource_declaration');

function toProperty(node: Node): Property {
  const [name, value] = [getPart(node, 0), toExpression(getPart(node, 1))];
  if (name.type !== 'string') return { name: name.text, computed: null, value };
  const read = toExpression(name);
  if (read.kind !== 'literal') return { name: null, computed: read, value };
  return { name: read.value === SPREAD ? null : String(read.value), computed: null, value };
}

function toLoop(node: Node): Expression {
  const [head, ...rest] = partsOf(node);
  const over = rest.at(0);
  if (head === undefined || over === undefined)
    throw new Error(`Line ${lineOf(node)}: a loop without anything to loop over`);
  const body = toExpression(getField(node, 'body'));
  return { line: lineOf(node), source: node.text, kind: 'loop', names: namesIn(head), over: toExpression(over), body };
}

/** The names that a loop or a lambda declares: one, or several in parentheses. */
const namesIn = (node: Node): readonly string[] =>
  partsOf(node).length === 0 ? [node.text] : partsOf(node).map(({ text }) => text);

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types#strings */
function unescape(text: string): string {
  return text.replaceAll(/\\(?:u\{([0-9a-fA-F]+)\}|(.))/gs, (_, code: string | undefined, sign: string | undefined) =>
    code === undefined ? (ESCAPED[sign ?? ''] ?? sign ?? '') : String.fromCodePoint(Number.parseInt(code, 16)),
  );
}

/** The pieces of a text, taken by place: the grammar has no nodes for blanks between them. */
function toParts(node: Node): readonly (string | Expression)[] {
  const isBlock = node.text.startsWith("'''");
  if (isBlock) return [node.text.slice(3, -3).replace(/^\r?\n/, '')];
  const parts: (string | Expression)[] = [];
  let from = 1;
  for (const hole of partsOf(node).filter(({ type }) => type === 'interpolation')) {
    const to = hole.startIndex - node.startIndex;
    if (to > from) parts.push(unescape(node.text.slice(from, to)));
    parts.push(toExpression(getPart(hole)));
    from = hole.endIndex - node.startIndex;
  }
  const rest = node.text.slice(from, -1);
  return rest === '' && parts.length > 0 ? parts : [...parts, unescape(rest)];
}
