import type { NormalizedSchema } from '@smithy/core/schema';
import { invalidValue, missingParameter, refusal } from './errors.ts';
import { queryName, requiredCount } from './model.ts';

/** The parameters of a request as the tree that their dotted names make. */
type Node = string | ReadonlyMap<string, Node>;

const describe = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Reads the form parameters of an action by its request's schema. @throws Refusal naming the parameter. */
export const readRequest = (
  schema: NormalizedSchema,
  params: Iterable<readonly [string, string]>,
): Record<string, unknown> => readStruct(schema, toTree(params), '');

function toTree(params: Iterable<readonly [string, string]>): ReadonlyMap<string, Node> {
  const root = new Map<string, Node>();
  for (const [name, value] of params) {
    const parts = name.split('.');
    const last = parts.pop() ?? '';
    parts.reduce((node, part) => branchOf(node, part, name), root).set(last, value);
  }
  return root;
}

function branchOf(node: Map<string, Node>, part: string, name: string): Map<string, Node> {
  const existing = node.get(part);
  if (existing instanceof Map) return existing as Map<string, Node>;
  if (existing !== undefined) throw refusal('UnknownParameter', `The parameter ${name} is not recognized`);
  const created = new Map<string, Node>();
  node.set(part, created);
  return created;
}

function readStruct(schema: NormalizedSchema, node: Node, path: string): Record<string, unknown> {
  const members = toBranch(node, path);
  const required = requiredCount(schema);
  const known = new Set<string>();
  const read: Record<string, unknown> = {};
  let position = 0;
  for (const [member, memberSchema] of schema.structIterator()) {
    const name = queryName(member, memberSchema);
    const given = members.get(name);
    known.add(name);
    if (given !== undefined) read[member] = readValue(memberSchema, given, describe(path, name));
    else if (position < required) throw missingParameter(describe(path, name));
    position += 1;
  }
  const unknown = [...members.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw refusal('UnknownParameter', `The parameter ${describe(path, unknown)} is not recognized`);
  }
  return read;
}

function readValue(schema: NormalizedSchema, node: Node, path: string): unknown {
  if (schema.isStructSchema()) return readStruct(schema, node, path);
  if (schema.isListSchema()) return readList(schema, node, path);
  if (typeof node !== 'string') throw refusal('UnknownParameter', `The parameter ${path} is not a structure`);
  if (schema.isNumericSchema()) return readNumber(node, path);
  if (schema.isBooleanSchema()) return readBoolean(node, path);
  if (schema.isTimestampSchema()) return readTime(node, path);
  return schema.isBlobSchema() ? Buffer.from(node, 'base64') : node;
}

/** Lists are flattened (`Filter.1.Name`); their positions order them and may have gaps. */
function readList(schema: NormalizedSchema, node: Node, path: string): readonly unknown[] {
  if (node === '') return [];
  const items = [...toBranch(node, path)];
  const stray = items.find(([position]) => !/^\d+$/.test(position));
  if (stray !== undefined) throw refusal('UnknownParameter', `The parameter ${path}.${stray[0]} is not recognized`);
  return items
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([position, item]) => readValue(schema.getValueSchema(), item, `${path}.${position}`));
}

function toBranch(node: Node, path: string): ReadonlyMap<string, Node> {
  if (typeof node === 'string') throw invalidValue(`Value (${node}) for parameter ${path} is invalid.`);
  return node;
}

function readNumber(text: string, path: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  throw invalidValue(`Value (${text}) for parameter ${path} is invalid. Expected: 'Integer'.`);
}

function readBoolean(text: string, path: string): boolean {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  throw invalidValue(`Value (${text}) for parameter ${path} is invalid. Expected: 'Boolean'.`);
}

function readTime(text: string, path: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw invalidValue(`Value (${text}) for parameter ${path} is invalid. Expected: 'Timestamp'.`);
}
