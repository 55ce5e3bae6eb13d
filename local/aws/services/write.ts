import type { NormalizedSchema } from '@smithy/core/schema';
import type { Refusal } from '../ec2/errors.ts';
import { escape, writeStruct } from '../ec2/xml.ts';

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
  const result = schema.isStructSchema() ? writeStruct(schema, output, action, 'member') : '';
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
