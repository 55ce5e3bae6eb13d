import { NormalizedSchema } from '@smithy/core/schema';
import type { Troubles } from '../ec2/troubles.ts';
import { answerAfter, breakDown } from '../ec2/troubles.ts';
import type { CloudEvent, Origin } from '../ec2/call.ts';
import type { QueryAnswer, QueryRequest } from '../ec2/endpoint.ts';
import type { Refusal } from '../ec2/errors.ts';
import type { Answering } from '../ec2/server.ts';
import { isRefusal, refusal } from '../ec2/errors.ts';
import type { Operation } from '../ec2/model.ts';
import type { Random } from '../ec2/randomness.ts';
import { newUuid } from '../ec2/randomness.ts';
import type { Identities } from '../identity.ts';
import { toArn } from '../identity.ts';
import type { Context } from '../policy/conditions.ts';
import type { Policies } from '../policy/policies.ts';
import type { ServiceAction, ServiceCall } from './call.ts';
import { readQuery } from './read.ts';
import { writeError, writeResult } from './write.ts';

/** What a service needs of its surroundings. */
export interface ServiceSurroundings {
  readonly defaultRegion: string;
  readonly nowMs: () => number;
  readonly random: Random;
  readonly identities: Identities;
  readonly policies: Policies;
  readonly emit: (origin: Origin, event: CloudEvent) => void;
  readonly later: (step: () => void) => void;
  readonly changed: () => void;
  /** How long every answer takes. */
  readonly latencyMs: number;
  /** Troubles that are made on demand. */
  readonly troubles: Pick<Troubles, 'meet'>;
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
  /** The resource that a call is about, as a permission names it; `*` where the action knows none, `null` where it needs none. */
  readonly resourceOf: (call: ServiceCall, request: object) => string | null;
}

/** What answers to requests that are signed for one service. */
export interface QueryService extends Answering {
  readonly name: string;
}

export function createQueryService(surroundings: ServiceSurroundings, definition: ServiceDefinition): QueryService {
  const { latencyMs, changed } = surroundings;
  return {
    name: definition.name,
    answer(request) {
      const action = request.params.get('Action') ?? '';
      const call = toCall(surroundings, request.signer);
      const operation = findOperation(definition.client, action);
      if (operation !== null) surroundings.calls[action] = (surroundings.calls[action] ?? 0) + 1;
      const trouble = operation === null ? null : surroundings.troubles.meet({ ...call, action });
      if (trouble?.kind === 'hang-up' && trouble.lost === 'request') return breakDown(trouble.how);
      const asked = trouble?.kind === 'failure' ? refusal(trouble.code, trouble.message, trouble.status) : null;
      const isExpired = surroundings.identities.isExpired(request.signer?.accessKeyId ?? '', call.nowMs);
      const failure = isExpired ? expired() : asked;
      const answer = respond(definition, surroundings, { request, action, call, operation, failure });
      changed();
      if (trouble?.kind === 'hang-up') return breakDown(trouble.how);
      return answerAfter(latencyMs, answer);
    },
  };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const expired = (): Refusal => refusal('ExpiredToken', 'The security token included in the request is expired', 403);

interface Asked {
  readonly request: QueryRequest;
  readonly action: string;
  readonly call: ServiceCall;
  /** `null` when the service has no action of that name. */
  readonly operation: Operation | null;
  /** What the call meets before it does anything. */
  readonly failure: Refusal | null;
}

function respond(definition: ServiceDefinition, surroundings: Permitting, asked: Asked): QueryAnswer {
  const { namespace } = definition;
  const requestId = newUuid(asked.call.random);
  try {
    const { output, operation } = perform(definition, surroundings, asked);
    const xml = writeResult({ action: asked.action, namespace, requestId }, operation.response, { ...output });
    return { status: 200, xml, requestId };
  } catch (thrown) {
    const why = isRefusal(thrown) ? thrown : refusal('InternalFailure', String(thrown), 500);
    return { status: why.status, xml: writeError(why, { namespace, requestId }), requestId };
  }
}

/** What may keep a caller from an action. */
type Permitting = Pick<ServiceSurroundings, 'denied' | 'policies'>;

function perform(
  { name, version, actions, resourceOf }: ServiceDefinition,
  { denied, policies }: Permitting,
  { request: { params }, action, call, operation, failure }: Asked,
): { readonly output: object; readonly operation: Operation } {
  if (operation === null || params.get('Version') !== version) {
    throw refusal('InvalidAction', `Could not find operation ${action} for version ${params.get('Version')}`);
  }
  if (failure !== null) throw failure;
  const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (run === undefined) {
    throw refusal('UnsupportedOperation', `${action} is not among the actions that the local cloud can do`, 501);
  }
  const request = readQuery(operation.request, paramsOf(params));
  const permission = `${name}:${action}`;
  if (denied.has(action)) throw notAuthorized(call, permission, '*');
  const resource = resourceOf(call, request);
  const checks = resource === null ? [] : [{ action: permission, resource, context: NOTHING_KNOWN }];
  const refused = policies.findRefused(call, () => checks);
  if (refused !== null) throw notAuthorized(call, permission, refused.resource);
  return { output: run(call, request as never), operation };
}

/** No policy of these services looks at condition keys here. */
export const NOTHING_KNOWN: Context = new Map();

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

/** Who calls, where, and what would happen around it. */
export function toCall(
  { defaultRegion, identities, nowMs, random, emit, later, changed }: ServiceSurroundings,
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
