import type { NormalizedSchema } from '@smithy/core/schema';
import { responseName } from './model.ts';
import type { Refusal } from './errors.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** Control characters, which XML 1.0 cannot hold even as references; they are dropped. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const escape = (text: string): string =>
  text.replace(FORBIDDEN, '').replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);

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
