import { NormalizedSchema } from '@smithy/core/schema';
import type { CloudEvent, Origin } from '../ec2/call.ts';
import type { QueryAnswer, QueryRequest } from '../ec2/endpoint.ts';
import type { Refusal } from '../ec2/errors.ts';
import { isRefusal, refusal } from '../ec2/errors.ts';
import type { Operation } from '../ec2/model.ts';
import type { Random } from '../ec2/randomness.ts';
import { newUuid } from '../ec2/randomness.ts';
import type { Identities } from '../identity.ts';
import { toArn } from '../identity.ts';
import type { ServiceAction, ServiceCall } from './call.ts';
import { readQuery } from './read.ts';
import { writeError, writeResult } from './write.ts';

/** What a service needs of its surroundings. */
export interface ServiceSurroundings {
  readonly defaultRegion: string;
  readonly nowMs: () => number;
  readonly random: Random;
  readonly identities: Identities;
  readonly emit: (origin: Origin, event: CloudEvent) => void;
  readonly later: (step: () => void) => void;
  readonly changed: () => void;
  /** How often each action was called, whatever became of it. */
  readonly calls: Record<string, number>;
  /** Actions that nobody may call. */
  readonly denied: ReadonlySet<string>;
}

/** A service of the Query protocol, by the SDK client whose model it follows. */
export interface ServiceDefinition {
  /** The name in the scope of a signature, and before the colon of a permission. */
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  /** The exports of the SDK client, its schemas among them. */
  readonly client: object;
  readonly actions: Readonly<Record<string, ServiceAction>>;
}

/** What answers to requests that are signed for one service. */
export interface QueryService {
  readonly name: string;
  answer(request: QueryRequest): QueryAnswer;
}

export function createQueryService(surroundings: ServiceSurroundings, definition: ServiceDefinition): QueryService {
  const { name, namespace } = definition;
  return {
    name,
    answer(request) {
      const requestId = newUuid(surroundings.random);
      try {
        return { status: 200, xml: perform(surroundings, definition, request, requestId), requestId };
      } catch (thrown) {
        const why = isRefusal(thrown) ? thrown : refusal('InternalFailure', String(thrown), 500);
        return { status: why.status, xml: writeError(why, { namespace, requestId }), requestId };
      } finally {
        surroundings.changed();
      }
    },
  };
}

function perform(
  { calls, denied, ...surroundings }: ServiceSurroundings,
  { name, version, namespace, client, actions }: ServiceDefinition,
  { params, signer }: QueryRequest,
  requestId: string,
): string {
  const action = params.get('Action') ?? '';
  const operation = findOperation(client, action);
  if (operation === null || params.get('Version') !== version) {
    throw refusal('InvalidAction', `Could not find operation ${action} for version ${params.get('Version')}`);
  }
  calls[action] = (calls[action] ?? 0) + 1;
  const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (run === undefined) {
    throw refusal('UnsupportedOperation', `${action} is not among the actions that the local cloud can do`, 501);
  }
  const call = toCall(surroundings, signer);
  const request = readQuery(operation.request, paramsOf(params));
  if (denied.has(action)) throw notAuthorized(call, `${name}:${action}`, '*');
  const output = run(call, request as never);
  return writeResult({ action, namespace, requestId }, operation.response, { ...output });
}

/** What IAM answers for these services; EC2 has a code of its own. */
export const notAuthorized = ({ identity, account }: ServiceCall, permission: string, resource: string): Refusal =>
  refusal(
    'AccessDenied',
    `User: ${toArn(identity, account)} is not authorized to perform: ${permission} on resource: ${resource}`,
    403,
  );

type Ref = Parameters<typeof NormalizedSchema.of>[0];

/** The tables that an SDK client exports as `<Action>$`: `[kind, namespace, name, traits, () => request, () => response]`. */
function findOperation(client: object, action: string): Operation | null {
  const table: unknown = Object.hasOwn(client, `${action}$`) ? Reflect.get(client, `${action}$`) : null;
  if (!Array.isArray(table) || typeof table[4] !== 'function' || typeof table[5] !== 'function') return null;
  const [, , , , request, response] = table as [number, string, string, unknown, () => Ref, () => Ref];
  return { request: NormalizedSchema.of(request()), response: NormalizedSchema.of(response()) };
}

/** Parameters of the protocol itself and of a presigned query are not the action's. */
const paramsOf = (params: URLSearchParams): readonly (readonly [string, string])[] =>
  [...params].filter(([name]) => name !== 'Action' && name !== 'Version' && !name.startsWith('X-Amz-'));

function toCall(
  { defaultRegion, identities, nowMs, random, emit, later, changed }: Omit<ServiceSurroundings, 'calls' | 'denied'>,
  signer: QueryRequest['signer'],
): ServiceCall {
  const { identity, account } = identities.of(signer?.accessKeyId ?? 'anonymous');
  const region = signer?.region ?? defaultRegion;
  return {
    account,
    region,
    random,
    identity,
    nowMs: nowMs(),
    emit: (event) => emit({ account, region }, event),
    later: (step) =>
      later(() => {
        step();
        changed();
      }),
  };
}
