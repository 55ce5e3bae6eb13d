import type { NormalizedSchema } from '@smithy/core/schema';
import type { Refusal } from '../ec2/errors.ts';
import { responseName } from '../ec2/model.ts';

/** What XML 1.0 cannot hold even as references. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const escape = (text: string): string =>
  text.replace(FORBIDDEN, '').replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);

export interface Envelope {
  readonly action: string;
  readonly namespace: string;
  readonly requestId: string;
}

/** The XML of a successful call: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization. */
export function writeResult(
  { action, namespace, requestId }: Envelope,
  schema: NormalizedSchema,
  output: Readonly<Record<string, unknown>>,
): string {
  const result = schema.isStructSchema() ? writeStruct(schema, output, action) : '';
  return (
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

/** The XML of a refused call; from 500 on the fault is the service's. */
export function writeError(
  { code, message, status }: Pick<Refusal, 'code' | 'message' | 'status'>,
  { namespace, requestId }: Pick<Envelope, 'namespace' | 'requestId'>,
): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return (
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escape(code)}</Code>` +
    `<Message>${escape(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

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
    return (value as readonly unknown[]).map((held) => `<member>${writeValue(item, held, path)}</member>`).join('');
  }
  return value instanceof Date ? value.toISOString() : escape(String(value));
}
