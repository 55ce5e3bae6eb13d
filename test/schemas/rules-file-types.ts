import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { format } from 'prettier';

/** A schema, by what is changed in it before types are made of it. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly tsType?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly not?: Schema;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Changes every object of a document, the inner ones first. */
function mapObjects(value: unknown, change: (object: Schema) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => mapObjects(one, change));
  if (!isObject(value)) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapObjects(one, change)])));
}

const KEPT_OUT: Schema = { tsType: 'never' };

/** A schema with one of some keys: that one as it is, and none of the others. */
function withOnly(schema: Schema, key: string, keys: readonly string[]): Schema {
  const { properties = {} } = schema;
  const others = keys.filter((one) => one !== key && one in properties);
  return { ...schema, properties: { ...properties, ...Object.fromEntries(others.map((one) => [one, KEPT_OUT])) } };
}

const requiredIn = (schemas: readonly Schema[]): readonly string[] => [
  ...new Set(schemas.flatMap(({ required = [] }) => required)),
];

/**
 * Exclusions as unions. Types can say "one of these keys" and "at most one of these" only as alternatives, in each of which the
 * other keys are `never`; the schema says them as conditions, of which the types would know nothing.
 */
function spellOut({ title, oneOf, allOf, ...schema }: Schema): Schema {
  const named = title === undefined ? {} : { title };
  const required = schema.required ?? [];
  if (oneOf !== undefined && schema.properties !== undefined) {
    const keys = requiredIn(oneOf);
    const alternatives = keys.map((key) => ({ ...withOnly(schema, key, keys), required: [...required, key] }));
    return { ...named, anyOf: alternatives };
  }
  const excluded = (allOf ?? []).flatMap(({ not }) => (not === undefined ? [] : [not]));
  if (excluded.length > 0) {
    const keys = requiredIn(excluded);
    return { ...named, anyOf: keys.map((key) => withOnly(schema, key, keys)) };
  }
  return { ...named, ...schema, ...(oneOf === undefined ? {} : { oneOf }), ...(allOf === undefined ? {} : { allOf }) };
}

/** A type's name, by where the schema has it: its definitions are numbered, and numbers change. */
const NAMES = {
  Destination: ['properties', 'destinations', 'additionalProperties'],
  Rule: ['properties', 'rules', 'items'],
  Condition: ['properties', 'rules', 'items', 'properties', 'when'],
  Window: ['properties', 'interruption', 'properties', 'windows', 'items'],
} as const;

const DEFS = '#/$defs/';

function schemaAt(document: Schema, path: readonly string[]): Schema {
  const found = path.reduce((value: unknown, key) => (isObject(value) ? value[key] : null), document);
  if (!isObject(found)) throw new Error(`making types: the schema has nothing at ${path.join('.')}; mend NAMES`);
  return found;
}

/** The schema with definitions by name. What has no name stands where it is used. */
function withNames(document: Schema): Schema {
  const { $defs = {}, ...rest } = document;
  const named = Object.entries(NAMES).map(([name, path]) => ({ name, schema: schemaAt(rest, path) }));
  const nameOf = (schema: Schema): string | null =>
    named.find((one) => one.schema === schema || (schema.$ref !== undefined && one.schema.$ref === schema.$ref))
      ?.name ?? null;
  const definitionOf = ({ $ref }: Schema) => ($ref === undefined ? undefined : $defs[$ref.slice(DEFS.length)]);
  const toUse = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(toUse);
    if (!isObject(value)) return value;
    const name = nameOf(value);
    const meant = definitionOf(value);
    if (name === null) return meant?.$ref === undefined ? toPlain(value) : toUse(meant);
    const { description } = value;
    // A reference with anything beside it would be taken for a type of its own.
    return { allOf: [{ $ref: `${DEFS}${name}` }], ...(description === undefined ? {} : { description }) };
  };
  const toPlain = (schema: Schema): Schema => {
    const { $ref: _, ...own } = schema;
    return Object.fromEntries(
      Object.entries({ ...definitionOf(schema), ...own }).map(([key, value]) => [key, toUse(value)]),
    );
  };
  const definitions = named.map(({ name, schema }) => {
    const { description: _, ...plain } = toPlain(schema);
    return [name, { ...plain, title: name }];
  });
  return { ...toPlain(rest), $defs: Object.fromEntries(definitions) as Readonly<Record<string, Schema>> };
}

const BANNER = `/**
 * What a rules file may say. Made from tapkeeper.schema.json; some of what is checked, as the form of an id, is in the schema only.
 */`;

/** The TypeScript types of a rules file, from its JSON Schema. */
export async function toTypes(schema: object): Promise<string> {
  const spelledOut = mapObjects(withNames(schema), spellOut) as JSONSchema;
  const code = await compile({ ...spelledOut, title: 'RulesFile' }, 'RulesFile', {
    additionalProperties: false,
    bannerComment: BANNER,
    format: false,
    unreachableDefinitions: false,
  });
  return format(code, { parser: 'typescript', printWidth: 120, singleQuote: true });
}
