import type { Node } from 'web-tree-sitter';
import { findProperty, type Expression } from '../expression.ts';
import type {
  Declared,
  Decorator,
  Import,
  Module,
  OwnFunction,
  Parameter,
  Resource,
  TargetScope,
  Template,
} from '../template.ts';
import { toExpression } from './to-expression.ts';
import { toType } from './to-type.ts';
import { getPart, hasToken, lineOf, parseTree, partsOf, syntaxErrorsIn } from './tree.ts';
import { isNullable, isSecret } from '../type.ts';

/** A Bicep file from its text. Of one with a syntax error nothing else is read. */
export async function readTemplate(file: string, text: string): Promise<Template> {
  const root = await parseTree(text, 'bicep');
  const syntaxErrors = syntaxErrorsIn(root);
  const statements = syntaxErrors.length === 0 ? toStatements(root) : [];
  const scope = statements.find(({ node }) => node.type === 'target_scope_assignment');
  const each = <T>(type: string, read: (statement: Statement) => T): readonly T[] =>
    statements.filter(({ node }) => node.type === type).map(read);
  return {
    file,
    text,
    scope: scope === undefined ? 'resourceGroup' : (textOf(getPart(scope.node)) as TargetScope),
    parameters: each('parameter_declaration', toParameter),
    variables: each('variable_declaration', (one) => ({ ...declare(one), value: toExpression(getPart(one.node, 1)) })),
    types: each('type_declaration', (one) => ({ ...declare(one), type: toType(getPart(one.node, 1)) })),
    functions: each('user_defined_function', toFunction),
    resources: statements.filter(({ node }) => node.type === 'resource_declaration').flatMap((one) => toResources(one)),
    modules: each('module_declaration', toModule),
    outputs: each('output_declaration', (one) => ({
      ...declare(one),
      type: toType(getPart(one.node, 1)),
      value: toExpression(getPart(one.node, 2)),
    })),
    imports: each('import_functionality', toImport),
    syntaxErrors,
  };
}

/** A declaration with what decorates it, which the grammar has as a statement of its own. */
interface Statement {
  readonly node: Node;
  readonly decorators: readonly Decorator[];
}

export function toStatements(root: Node): readonly Statement[] {
  const nodes = partsOf(root);
  return nodes.flatMap((node, index) => {
    if (node.type === 'decorators') return [];
    const before = nodes[index - 1];
    return [{ node, decorators: before?.type === 'decorators' ? partsOf(before).map(toDecorator) : [] }];
  });
}

function toDecorator(node: Node): Decorator {
  const call = toExpression(getPart(node));
  if (call.kind !== 'call') throw new Error(`Line ${call.line}: a decorator that is no call: ${call.source}`);
  return { name: call.name, given: call.given };
}

export function textOf(node: Node): string {
  const read = toExpression(node);
  if (read.kind !== 'literal')
    throw new Error(`Line ${read.line}: a text without expressions belongs here: ${read.source}`);
  return String(read.value);
}

const declare = ({ node, decorators }: Statement): Declared => ({
  name: getPart(node).text,
  line: lineOf(node),
  decorators,
});

function toParameter(statement: Statement): Parameter {
  const { node, decorators } = statement;
  const type = toType(getPart(node, 1));
  const value = partsOf(node).length > 2 ? toExpression(getPart(node, 2)) : null;
  const findGiven = (name: string): Expression | null => decorators.find((one) => one.name === name)?.given[0] ?? null;
  const description = findGiven('description');
  const allowed = findGiven('allowed');
  const isSecure = isSecret(type) || decorators.some(({ name }) => name === 'secure');
  return {
    ...declare(statement),
    type,
    value,
    description: description?.kind === 'literal' ? String(description.value) : null,
    allowed: allowed?.kind === 'array' ? allowed.items : null,
    need: value === null && !isNullable(type) ? 'required' : 'optional',
    secrecy: isSecure ? 'secret' : 'open',
  };
}

function toFunction(statement: Statement): OwnFunction {
  const [parameters, body] = [getPart(statement.node, 1), getPart(statement.node, -1)];
  return {
    ...declare(statement),
    parameters: partsOf(parameters).map((one) => getPart(one).text),
    body: toExpression(body),
  };
}

/** A resource and those that are declared in it. */
function toResources(statement: Statement, outer: Resource | null = null): readonly Resource[] {
  const { node } = statement;
  const declared = toExpression(getPart(node, 2));
  const [type = '', version = outer?.version ?? ''] = textOf(getPart(node, 1)).split('@');
  const resource: Resource = {
    ...declare(statement),
    type: outer === null ? type : `${outer.type}/${type}`,
    version,
    existence: hasToken(node, 'existing') ? 'existing' : 'created',
    declared,
    resourceName: findProperty(declared, 'name'),
    scope: findProperty(declared, 'scope'),
    parent: findProperty(declared, 'parent'),
    within: outer?.name ?? null,
  };
  const inner = partsOf(getPart(node, 2))
    .filter((part) => part.type === 'object_property')
    .map((part) => getPart(part))
    .filter((part) => part.type === 'resource_declaration');
  return [resource, ...inner.flatMap((one) => toResources({ node: one, decorators: [] }, resource))];
}

function toModule(statement: Statement): Module {
  const declared = toExpression(getPart(statement.node, 2));
  const params = findProperty(declared, 'params');
  return {
    ...declare(statement),
    path: textOf(getPart(statement.node, 1)),
    declared,
    scope: findProperty(declared, 'scope'),
    params: params?.kind === 'object' ? params.properties : [],
  };
}

/** Each name as it is known here: what stands after `as`. */
function toImport({ node }: Statement): Import {
  const path = textOf(getPart(node, -1));
  const list = /\{([^}]*)\}/.exec(node.text)?.[1] ?? /\*\s+as\s+(\w+)/.exec(node.text)?.[1] ?? '';
  const names = list.split(/[,\n]/).flatMap(
    (one) =>
      one
        .trim()
        .split(/\s+as\s+/)
        .at(-1) || [],
  );
  return { names, path, line: lineOf(node) };
}
