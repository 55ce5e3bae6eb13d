import { dirname, join } from 'node:path';
import type { BicepFiles } from './files.ts';
import { evaluate, inTurn, itemsOf, type Scope } from './deploy/evaluate.ts';
import { findProperty, type Expression } from './expression.ts';
import { record, type Value } from './deploy/functions.ts';
import type { ParametersFile } from './read/parameters-file.ts';
import { functionsOf, idOf, parsePlace, type Place } from './deploy/place.ts';
import type { Module, Resource, Template } from './template.ts';

/** A resource that a deployment would PUT. */
export interface Write {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly body: Readonly<Record<string, Value>>;
}

/** What a deployment would do: its writes, each after those that it depends on, and its outputs. */
export interface Deployment {
  readonly writes: readonly Write[];
  readonly outputs: Readonly<Record<string, Value>>;
}

export interface Order {
  readonly files: BicepFiles;
  /** The template, by its path from the root of the tree. */
  readonly file: string;
  readonly place: Place;
  readonly params: Readonly<Record<string, Value>>;
  /** What only the cloud knows of a resource: the properties that it would answer with. */
  readonly answers?: (id: string, type: string) => Readonly<Record<string, Value>>;
  /**
   * Azure does at once whatever waits for nothing. The reverse of how things are declared shows what comes after another only
   * because it stands below it.
   */
  readonly inOrder?: 'as declared' | 'reversed';
}

/** Works out what deploying a template would write, as far as that follows from the template and what it is given. */
export function deploy(order: Order): Deployment {
  const writes: Write[] = [];
  const outputs = run({ answers: () => ({}), inOrder: 'as declared', ...order, write: (write) => writes.push(write) });
  return { writes, outputs };
}

/** The values of a `.bicepparam` file. */
export function toParams({ given, variables }: ParametersFile): Readonly<Record<string, Value>> {
  const scope: Scope = {
    functions: { readEnvironmentVariable: (name, otherwise) => process.env[String(name)] ?? otherwise },
    find: (name) => {
      const variable = variables.find((one) => one.name === name);
      return variable === undefined ? undefined : evaluate(variable.value, scope);
    },
  };
  return Object.fromEntries(given.map(({ name, value }) => [name, evaluate(value, scope)]));
}

type Run = Required<Order> & { readonly write: (write: Write) => void };

function run(order: Run): Readonly<Record<string, Value>> {
  const { files, file, place, params } = order;
  const template = files.templates.get(file);
  if (template === undefined) throw new Error(`There is no ${file}.`);
  const known = new Map<string, Value>();
  const remember = (name: string, make: () => Value): Value => {
    if (!known.has(name)) known.set(name, make());
    return known.get(name);
  };
  const scope: Scope = {
    functions: { ...functionsOf(place), ...ownFunctions(template, () => scope) },
    find: (name) => remember(name, () => findDeclared(name, template, order, scope)),
  };
  for (const { name, need } of template.parameters) {
    if (need === 'required' && (params[name] ?? null) === null) throw new Error(`${file} is not given ${name}.`);
  }
  const declared = [...template.resources, ...template.modules];
  for (const { name } of order.inOrder === 'as declared' ? declared : declared.toReversed()) scope.find(name);
  return Object.fromEntries(template.outputs.map(({ name, value }) => [name, evaluate(value, scope)]));
}

function ownFunctions({ functions }: Template, scope: () => Scope): Scope['functions'] {
  return Object.fromEntries(
    functions.map(({ name, parameters, body }) => [
      name,
      (...given: readonly Value[]) => {
        const inner: Scope = {
          ...scope(),
          find: (wanted) => given[parameters.indexOf(wanted)] ?? scope().find(wanted),
        };
        return evaluate(body, inner);
      },
    ]),
  );
}

function findDeclared(name: string, template: Template, order: Run, scope: Scope): Value {
  const parameter = template.parameters.find((one) => one.name === name);
  if (parameter !== undefined) {
    return order.params[name] ?? (parameter.value === null ? null : evaluate(parameter.value, scope));
  }
  const variable = template.variables.find((one) => one.name === name);
  if (variable !== undefined) return evaluate(variable.value, scope);
  const resource = template.resources.find((one) => one.name === name);
  if (resource !== undefined) return eachOf(resource.declared, scope, (turn) => place(resource, order, turn));
  const module = template.modules.find((one) => one.name === name);
  if (module !== undefined)
    return eachOf(module.declared, scope, (turn) => deployModule(module, template, order, turn));
  return undefined;
}

/** What a declaration makes: one, none where its condition is not met, or several in a loop. */
function eachOf(declared: Expression, scope: Scope, make: (scope: Scope) => Value): Value {
  if (declared.kind === 'condition')
    return evaluate(declared.when, scope) === true ? eachOf(declared.body, scope, make) : null;
  if (declared.kind !== 'loop') return make(scope);
  return itemsOf(declared.over, scope).map((item, index) =>
    eachOf(declared.body, inTurn(declared, scope, item, index), make),
  );
}

function awaitOthers(declared: Expression, scope: Scope): void {
  const others = findProperty(declared, 'dependsOn');
  if (others !== null) evaluate(others, scope);
}

const ENVELOPE = new Set(['name', 'parent', 'scope', 'dependsOn']);

function place(resource: Resource, order: Run, scope: Scope): Value {
  awaitOthers(resource.declared, scope);
  const name = resource.resourceName === null ? '' : String(evaluate(resource.resourceName, scope));
  const id = toId(resource, name, order, scope);
  const answered = order.answers(id, resource.type);
  if (resource.existence === 'existing') return { id, name, type: resource.type, ...answered };
  const declared = bodyOf(resource.declared);
  const entries = declared.properties.filter((property) => !ENVELOPE.has(property.name ?? ''));
  const body = record(evaluate({ ...declared, properties: entries }, scope));
  order.write({ id, type: resource.type, version: resource.version, body });
  const properties = { ...record(body['properties']), ...record(answered['properties']) };
  return { ...body, ...answered, id, name, type: resource.type, properties };
}

function bodyOf(declared: Expression): Expression & { readonly kind: 'object' } {
  if (declared.kind === 'object') return declared;
  if (declared.kind === 'loop' || declared.kind === 'condition') return bodyOf(declared.body);
  throw new Error(`Line ${declared.line}: a resource is an object, not ${declared.source}`);
}

/** A child's id follows from its parent's, an extension's from the resource that it extends. */
function toId(resource: Resource, name: string, order: Run, scope: Scope): string {
  const { type, parent, within } = resource;
  const outer = within === null ? parent : null;
  const kind = type.split('/').at(-1) ?? '';
  if (within !== null) return `${String(record(scope.find(within))['id'])}/${kind}/${name}`;
  if (outer !== null) return `${String(record(evaluate(outer, scope))['id'])}/${kind}/${name}`;
  if (type === 'Microsoft.Resources/resourceGroups')
    return `${idOf({ ...order.place, group: null })}/resourceGroups/${name}`;
  const [provider = '', ...kinds] = type.split('/');
  const names = name.split('/');
  const base = resource.scope === null ? idOf(order.place) : String(record(evaluate(resource.scope, scope))['id']);
  return `${base}/providers/${provider}${kinds.map((one, index) => `/${one}/${names[index] ?? ''}`).join('')}`;
}

function deployModule(module: Module, template: Template, order: Run, scope: Scope): Value {
  awaitOthers(module.declared, scope);
  const target = module.scope === null ? order.place : parsePlace(evaluate(module.scope, scope), order.place.location);
  const given = module.params.flatMap(({ name, value }) =>
    name === null ? [] : [[name, evaluate(value, scope)] as const],
  );
  const file = join(dirname(template.file), module.path);
  return { name: module.name, outputs: run({ ...order, file, place: target, params: Object.fromEntries(given) }) };
}
