import type { Expression } from '../expression.ts';
import { textOf, toStatements } from './template.ts';
import { toExpression } from './to-expression.ts';
import { getPart, lineOf, parseTree, syntaxErrorsIn } from './tree.ts';

/** A value that is given to a parameter. */
export interface Given {
  readonly name: string;
  readonly line: number;
  readonly value: Expression;
}

/** A `.bicepparam` file. */
export interface ParametersFile {
  readonly file: string;
  readonly text: string;
  /** The template that it is for, relative to the file. */
  readonly using: string | null;
  readonly given: readonly Given[];
  /** The file's own variables. */
  readonly variables: readonly Given[];
  readonly syntaxErrors: readonly { readonly line: number; readonly text: string }[];
}

/** A `.bicepparam` file from its text. The grammar reads its parameters as variables: which are which, the text tells. */
export async function readParametersFile(file: string, text: string): Promise<ParametersFile> {
  const root = await parseTree(text, 'bicepparam');
  const syntaxErrors = syntaxErrorsIn(root);
  const nodes = syntaxErrors.length === 0 ? toStatements(root).map(({ node }) => node) : [];
  const using = nodes.find(({ type }) => type === 'using_statement');
  const toGiven = (node: (typeof nodes)[number]): Given => ({
    name: getPart(node, 0).text,
    line: lineOf(node),
    value: toExpression(getPart(node, 1)),
  });
  const declared = nodes.filter(({ type }) => type === 'variable_declaration');
  const isParameter = (node: (typeof nodes)[number]): boolean => text.startsWith('param', node.startIndex);
  return {
    file,
    text,
    using: using === undefined ? null : textOf(getPart(using)),
    given: declared.filter(isParameter).map(toGiven),
    variables: declared.filter((node) => !isParameter(node)).map(toGiven),
    syntaxErrors,
  };
}
