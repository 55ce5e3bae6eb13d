import type { NormalizedSchema } from '@smithy/core/schema';
import type { Refusal } from '../ec2/errors.ts';
import { isRefusal, refusal } from '../ec2/errors.ts';
import { readRequest } from '../ec2/read.ts';

/** What these services answer to a request that is not as the model has it; EC2 has several codes for it. */
export const invalid = (message: string): Refusal => refusal('ValidationError', message);

/**
 * Reads the form parameters of an action by its request's schema. The protocol differs from EC2's in how lists are written:
 * `Names.member.1` (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html). @throws Refusal naming the parameter.
 */
export function readQuery(
  schema: NormalizedSchema,
  params: Iterable<readonly [string, string]>,
): Record<string, unknown> {
  try {
    return readRequest(
      schema,
      [...params].map(([name, value]) => [name.replaceAll('.member.', '.'), value] as const),
    );
  } catch (thrown) {
    throw isRefusal(thrown) ? invalid(thrown.message) : thrown;
  }
}
