import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { placeOf, type Kind, type Model } from './model.ts';
import type { Origin } from './packages.ts';

/** How a package says what goes over the wire. */
interface Mapper {
  readonly serializedName?: string;
  readonly readOnly?: boolean;
  readonly required?: boolean;
  readonly isConstant?: boolean;
  readonly type: {
    readonly name: string;
    readonly className?: string;
    readonly uberParent?: string;
    readonly polymorphicDiscriminator?: { readonly serializedName: string };
    readonly modelProperties?: Readonly<Record<string, Mapper>>;
    readonly allowedValues?: readonly string[];
    readonly element?: Mapper;
  };
}

/** A package, as far as models are read from it. */
interface Package {
  readonly mappers: readonly Mapper[];
  /** The texts that are known for a property of a model. */
  knownOf(className: string, property: string): readonly string[] | null;
}

/** What is gathered of a model, by place. */
interface Draft {
  readonly kinds: Map<string, Map<string, Kind>>;
  readonly required: Map<string, Set<string>>;
  readonly values: Map<string, readonly string[]>;
}

/** The model of a type as its package has it, as deep as these bodies go. */
export async function derive(folder: string, type: string, origin: Origin, bodies: readonly unknown[]): Promise<Model> {
  const source = await load(folder, origin);
  const draft: Draft = { kinds: new Map(), required: new Map(), values: new Map() };
  for (const body of bodies) addModel(source, origin.model, record(body), '.', draft);
  const inOrder = (names: Iterable<string>): string => [...names].sort().join(' ');
  const named = ([place, kinds]: readonly [string, Map<string, Kind>]) =>
    [place, inOrder([...kinds].map(([name, kind]) => `${name}:${kind}`))] as const;
  return {
    type,
    from: `${origin.package} ${origin.model}`,
    version: origin.version,
    places: Object.fromEntries([...draft.kinds].map(named)),
    required: Object.fromEntries([...draft.required].map(([place, names]) => [place, inOrder(names)])),
    values: Object.fromEntries(draft.values),
  };
}

async function load(folder: string, origin: Origin): Promise<Package> {
  const root = join(folder, 'node_modules', origin.package.replace(/@[^@]+$/, ''));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  if (!origin.package.endsWith(`@${version}`))
    throw new Error(`${root} is of version ${version}, not ${origin.package}.`);
  const models = ['dist/esm/models', 'dist-esm/src/models'].map((one) => join(root, one)).find(existsSync) ?? root;
  const types = ['dist/esm/models/index.d.ts', `types/${origin.package.replace(/^@azure\/|@[^@]+$/g, '')}.d.ts`];
  const text = types
    .map((one) => join(root, one))
    .filter(existsSync)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const exported = (await import(pathToFileURL(join(models, 'mappers.js')).href)) as Readonly<Record<string, Mapper>>;
  return { mappers: Object.values(exported).filter((one) => one.type?.name === 'Composite'), knownOf: knownIn(text) };
}

/** Texts that are known for an open list stand in the declarations only: an enum `Known…`, or a union of texts. */
function knownIn(declarations: string): Package['knownOf'] {
  const texts = (list: string): readonly string[] => [...list.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);
  const known = new Map(
    [
      ...declarations.matchAll(/^export (?:declare )?enum Known(\w+) \{([^}]*)\}/gm),
      ...declarations.matchAll(/^export (?:declare )?type (\w+) = ((?:"[^"]*"|[ |\n])+);/gm),
    ].map(([, name = '', list = '']) => [name, texts(list)]),
  );
  const interfaces = new Map(
    [...declarations.matchAll(/^export (?:declare )?interface (\w+)(?: extends ([\w, ]+))? \{$([\s\S]*?)^\}/gm)].map(
      ([, name = '', parents = '', body = '']) => [name, { parents: parents.split(', '), body }],
    ),
  );
  const knownOf: Package['knownOf'] = (className, property) => {
    const found = interfaces.get(className);
    if (found === undefined) return null;
    const named = new RegExp(`^ +${property}\\??: (\\w+)(?:\\[\\])?;$`, 'm').exec(found.body)?.[1];
    if (named !== undefined) return known.get(named) ?? null;
    return found.parents.map((parent) => knownOf(parent, property)).find((one) => one !== null) ?? null;
  };
  return knownOf;
}

function getMapper({ mappers }: Package, className: string): Mapper {
  const found = mappers.find(({ type }) => type.className === className);
  if (found === undefined) throw new Error(`The package has no model ${className}.`);
  return found;
}

const KIND_OF: Readonly<Record<string, Kind>> = {
  String: 'text',
  Enum: 'text',
  TimeSpan: 'text',
  Uuid: 'text',
  DateTime: 'text',
  Number: 'number',
  Boolean: 'flag',
  Sequence: 'list',
  Composite: 'object',
  Dictionary: 'any',
  any: 'any',
};

/** Adds what a model has at a place, and what its properties have where this body goes into them. */
function addModel(
  source: Package,
  className: string,
  body: Readonly<Record<string, unknown>>,
  place: string,
  draft: Draft,
): void {
  const { type } = narrow(source, className, body, place, draft);
  for (const [property, mapper] of Object.entries(type.modelProperties ?? {})) {
    const path = (mapper.serializedName ?? property).split(/(?<!\\)\./).map((one) => one.replaceAll('\\', ''));
    const name = path.pop() ?? property;
    let [at, within] = [place, body];
    for (const outer of path) {
      addKind(draft, at, outer, 'object');
      [at, within] = [placeOf(at, outer), record(within[outer])];
    }
    if (mapper.readOnly === true) continue;
    addKind(draft, at, name, KIND_OF[mapper.type.name] ?? 'any');
    if (mapper.required === true && mapper.isConstant !== true)
      draft.required.set(at, new Set([...(draft.required.get(at) ?? []), name]));
    if (!(name in within)) continue;
    const known = source.knownOf(type.className ?? className, property);
    addValue(source, mapper.type, within[name], placeOf(at, name), known, draft);
  }
}

function addKind({ kinds }: Draft, place: string, name: string, kind: Kind): void {
  kinds.set(place, new Map([...(kinds.get(place) ?? []), [name, kind]]));
}

function addValue(
  source: Package,
  type: Mapper['type'],
  value: unknown,
  place: string,
  known: readonly string[] | null,
  draft: Draft,
): void {
  if (type.className !== undefined) return addModel(source, type.className, record(value), place, draft);
  if (Array.isArray(value) && type.element !== undefined) {
    for (const one of value) addValue(source, type.element.type, one, `${place}[]`, known, draft);
  }
  const values = type.allowedValues ?? known;
  if (typeof value === 'string' && values !== null) draft.values.set(place, values);
}

/** Of a model that has kinds the one that the body is of. */
function narrow(
  source: Package,
  className: string,
  body: Readonly<Record<string, unknown>>,
  place: string,
  draft: Draft,
): Mapper {
  const base = getMapper(source, className);
  const told = base.type.polymorphicDiscriminator?.serializedName.replaceAll('\\', '');
  if (told === undefined) return base;
  const parent = base.type.uberParent ?? className;
  const kinds = source.mappers.filter(({ type }) => type.uberParent === parent && type.className !== parent);
  draft.values.set(
    placeOf(place, told),
    kinds.flatMap(({ serializedName }) => serializedName ?? []),
  );
  const found = kinds.find(({ serializedName }) => serializedName === body[told]);
  if (found === undefined) throw new Error(`${place}: no kind of ${className} is ${String(body[told])}.`);
  return found;
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
