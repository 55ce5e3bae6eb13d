import type { NormalizedSchema } from '@smithy/core/schema';
import { responseName } from './model.ts';
import type { Refusal } from './errors.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** Characters that XML 1.0 cannot hold at all are dropped; the rest is written as references. */
const escape = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- exactly the control characters that XML forbids
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The XML of a successful call; a result without members is written as EC2 does, `<return>true</return>`. */
export function writeResponse(
  action: string,
  schema: NormalizedSchema,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): string {
  const isEmpty = !schema.isStructSchema() || schema.structIterator().next().done === true;
  const body = isEmpty ? '<return>true</return>' : writeStruct(schema, output, action);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${NAMESPACE}"><requestId>${requestId}</requestId>${body}</${action}Response>`;
}

/** The error envelope of EC2, whose request id is spelt differently from that of a response. */
export const writeRefusal = ({ code, message }: Pick<Refusal, 'code' | 'message'>, requestId: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;

function writeStruct(schema: NormalizedSchema, value: unknown, path: string): string {
  const given = new Map(Object.entries(value as object));
  let xml = '';
  for (const [member, memberSchema] of schema.structIterator()) {
    const held: unknown = given.get(member);
    given.delete(member);
    if (held === undefined || held === null) continue;
    const name = responseName(member, memberSchema);
    xml += `<${name}>${writeValue(memberSchema, held, `${path}.${member}`)}</${name}>`;
  }
  const [stray] = given.keys();
  if (stray !== undefined) throw new Error(`${path}.${stray} is not in the official model: the answer is wrong`);
  return xml;
}

function writeValue(schema: NormalizedSchema, value: unknown, path: string): string {
  if (schema.isStructSchema()) return writeStruct(schema, value, path);
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const name = item.getMergedTraits().xmlName ?? 'item';
    return (value as readonly unknown[]).map((held) => `<${name}>${writeValue(item, held, path)}</${name}>`).join('');
  }
  return value instanceof Date ? value.toISOString() : escape(String(value));
}
