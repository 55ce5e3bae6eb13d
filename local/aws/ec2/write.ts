import type { NormalizedSchema } from '@smithy/core/schema';
import type { Refusal } from './errors.ts';
import { escape, writeStruct } from './xml.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** The XML of a successful call; a result without members is written as EC2 does, `<return>true</return>`. */
export function writeResponse(
  action: string,
  schema: NormalizedSchema,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): string {
  const isEmpty = !schema.isStructSchema() || schema.structIterator().next().done === true;
  const body = isEmpty ? '<return>true</return>' : writeStruct(schema, output, action, 'item');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${NAMESPACE}"><requestId>${requestId}</requestId>${body}</${action}Response>`;
}

/** The error envelope of EC2, whose request id is spelt differently from that of a response. */
export const writeRefusal = ({ code, message }: Pick<Refusal, 'code' | 'message'>, requestId: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;
