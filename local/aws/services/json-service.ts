import { isRefusal, refusal, type Refusal } from '../ec2/errors.ts';
import { newUuid } from '../ec2/randomness.ts';
import type { JsonAnswer, JsonAnswering, JsonRequest } from '../ec2/server.ts';
import { answerAfter, breakDown } from '../ec2/troubles.ts';
import { toArn } from '../identity.ts';
import type { ServiceCall } from './call.ts';
import { toCall, type ServiceSurroundings } from './query-service.ts';

/** An action of a JSON service: what was sent, as it came, in; what is answered out. */
export type JsonAction = (call: ServiceCall, request: Readonly<Record<string, unknown>>) => object;

/** A service of the AWS JSON 1.1 protocol (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). */
export interface JsonServiceDefinition {
  /** The name in the scope of a signature, and before the colon of a permission. */
  readonly name: string;
  /** What stands before the action in `X-Amz-Target`. */
  readonly target: string;
  readonly actions: Readonly<Record<string, JsonAction>>;
}

export const createJsonService = (
  surroundings: ServiceSurroundings,
  definition: JsonServiceDefinition,
): JsonAnswering & { readonly name: string } => ({
  name: definition.name,
  answer(request) {
    const call = toCall(surroundings, request.signer);
    const [target, action = ''] = request.target.split('.');
    const run = target === definition.target ? definition.actions[action] : undefined;
    if (run !== undefined) surroundings.calls[action] = (surroundings.calls[action] ?? 0) + 1;
    const trouble = run === undefined ? null : surroundings.troubles.meet({ ...call, action });
    if (trouble?.kind === 'hang-up') return breakDown(trouble.how);
    const perform = (): object => {
      if (run === undefined) throw refusal('UnknownOperationException', `There is no ${request.target} here`);
      if (trouble !== null) throw refusal(trouble.code, trouble.message, trouble.status);
      return run(call, readJson(request));
    };
    return answerAfter(surroundings.latencyMs, respond(newUuid(call.random), perform));
  },
});

/** What IAM answers for services of this protocol. */
export const accessDenied = ({ identity, account }: ServiceCall, permission: string, resource: string): Refusal =>
  refusal(
    'AccessDeniedException',
    `User: ${toArn(identity, account)} is not authorized to perform: ${permission} on resource: ${resource} because no identity-based policy allows the ${permission} action`,
    400,
  );

function respond(requestId: string, perform: () => object): JsonAnswer {
  try {
    return { status: 200, json: JSON.stringify(perform()), requestId };
  } catch (thrown) {
    const { code, message, status } = isRefusal(thrown) ? thrown : refusal('InternalServerError', String(thrown), 500);
    return { status, json: JSON.stringify({ __type: code, message }), requestId };
  }
}

function readJson({ body }: JsonRequest): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    throw refusal('SerializationException', 'The body is no JSON');
  }
}
