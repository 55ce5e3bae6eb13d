import { Language, Parser, type Node } from 'web-tree-sitter';

/** The grammar of Bicep, from the package's own file: nothing is fetched. */
const GRAMMAR = new URL('../../../../../node_modules/tree-sitter-bicep/tree-sitter-bicep.wasm', import.meta.url);

let parser: Promise<Parser> | null = null;

async function load(): Promise<Parser> {
  await Parser.init();
  const made = new Parser();
  made.setLanguage(await Language.load(GRAMMAR.pathname));
  return made;
}

export type Dialect = 'bicep' | 'bicepparam';

/** The root of a text's syntax tree. */
export async function parseTree(text: string, dialect: Dialect): Promise<Node> {
  parser ??= load();
  const tree = (await parser).parse(adapt(text, dialect));
  if (tree === null) throw new Error('The grammar of Bicep gave no syntax tree.');
  return tree.rootNode;
}

/** The marker of a spread in an object. */
export const SPREAD = '';

/**
 * Two things of Bicep are not in the grammar; each is written as something of the same length that is, so that every position
 * stays: `...other` in an object (a property without a name; in an array it stays an error: use `concat`), and the assignment
 * of a parameter in a file of parameters (a variable).
 */
function adapt(text: string, dialect: Dialect): string {
  const spread = text.replaceAll(/((?:^|[{,])\s*)\.\.\.(?=[A-Za-z(])/gm, `$1'':`);
  return dialect === 'bicep' ? spread : spread.replaceAll(/^param(?=\s)/gm, 'var  ');
}

export const lineOf = (node: Node): number => node.startPosition.row + 1;

/** What cannot be read in a text: the smallest pieces around each error. */
export function syntaxErrorsIn(root: Node): readonly { readonly line: number; readonly text: string }[] {
  const errors = (node: Node): readonly Node[] => {
    if (!node.hasError) return [];
    const within = node.children.flatMap(errors);
    return node.isError || node.isMissing ? [node] : within;
  };
  return errors(root).map((node) => ({ line: lineOf(node), text: node.text.slice(0, 60) }));
}

const isComment = ({ type }: Node): boolean => type === 'comment' || type === 'diagnostic_comment';

/** The named parts of a node, without comments. */
export const partsOf = (node: Node): readonly Node[] => node.namedChildren.filter((child) => !isComment(child));

/** The only named part of a node, or the one at a place. */
export function getPart(node: Node, index = 0): Node {
  const part = partsOf(node).at(index);
  if (part === undefined) throw new Error(`Line ${lineOf(node)}: ${node.type} has no part ${index}: ${node.text}`);
  return part;
}

export function getField(node: Node, field: string): Node {
  const child = node.childForFieldName(field);
  if (child === null) throw new Error(`Line ${lineOf(node)}: ${node.type} has no ${field}: ${node.text}`);
  return child;
}

/** Whether a word or sign stands directly in a node. */
export const hasToken = (node: Node, token: string): boolean => node.children.some(({ type }) => type === token);
