import type { Caller, Identities, Identity, Signer } from '../identity.ts';
import type { Policies } from '../policy/policies.ts';
import { ACTIONS } from './actions/all.ts';
import type { Buckets } from './buckets.ts';
import type { Call, CloudEvent, Origin } from './call.ts';
import { checksOf } from './checks.ts';
import { findDenied, notAllowed, unauthorized } from './denial.ts';
import type { Refusal } from './errors.ts';
import { invalidValue, isRefusal, missingParameter, refusal } from './errors.ts';
import type { Operation } from './model.ts';
import { findOperation } from './model.ts';
import type { Random } from './randomness.ts';
import { newUuid } from './randomness.ts';
import { readRequest } from './read.ts';
import type { RegionState } from './region.ts';
import type { Regions } from './regions.ts';
import { createRegions } from './regions.ts';
import { isRecorded, toTrailEvent } from './trail/record.ts';
import type { Trouble, Troubles } from './troubles.ts';
import { answerAfter, breakDown } from './troubles.ts';
import { writeRefusal, writeResponse } from './write.ts';

/** A request of the Query protocol, as the server took it from the wire. */
export interface QueryRequest {
  readonly params: URLSearchParams;
  readonly signer: Signer | null;
  readonly userAgent: string;
}

export interface QueryAnswer {
  readonly status: number;
  readonly xml: string;
  readonly requestId: string;
}

/** What the endpoint needs of its surroundings. */
export interface Surroundings {
  readonly defaultRegion: string;
  readonly nowMs: () => number;
  readonly random: Random;
  readonly identities: Identities;
  readonly policies: Policies;
  /** How long every answer takes. */
  readonly latencyMs: number;
  /** How long changes stay unseen by Describe calls. */
  readonly seenAfterMs: number;
  /** `null`: nothing is throttled. */
  readonly buckets: Buckets | null;
  /** The role that is let make sessions which EC2 refuses; `null`: nobody is. */
  readonly lenientTo: string | null;
  readonly troubles: Troubles;
  readonly emit: (origin: Origin, event: CloudEvent) => void;
  /** Runs a step when what an action began has settled. */
  readonly later: (step: () => void) => void;
  /** Told after anything may have changed. */
  readonly changed: () => void;
}

/** EC2 of all accounts in all regions. */
export interface Endpoint {
  /** `null`: the connection breaks down. */
  answer(request: QueryRequest): QueryAnswer | null | Promise<QueryAnswer | null>;
  /** All regions of all accounts that were ever called. */
  regions(): Iterable<RegionState>;
  /** A region of an account, as a new account finds it when nobody has called it. */
  regionOf(name: string, account: string): RegionState;
  /** Does what no call does, as somebody in a region of an account. */
  act<Done>(origin: Origin, identity: Identity, step: (call: Call) => Done): Done;
  /** How often each action was called, whatever became of it. */
  readonly calls: Record<string, number>;
  /** How often each action was refused because there were too many calls. */
  readonly throttled: Record<string, number>;
  /** Actions that nobody may call. */
  readonly denied: Set<string>;
}

export function createEndpoint(surroundings: Surroundings): Endpoint {
  const { random, identities, defaultRegion, latencyMs } = surroundings;
  const regions = createRegions(surroundings);
  const inside: Inside = { ...surroundings, regions, denied: new Set(), throttled: {} };
  const calls: Record<string, number> = {};

  const meet = (action: string, region: string, account: string): Trouble | null =>
    findOperation(action) === null ? null : surroundings.troubles.meet({ action, region, account });

  return {
    regions: regions.all,
    regionOf: regions.of,
    calls,
    throttled: inside.throttled,
    denied: inside.denied,
    act({ account, region }, identity, step) {
      const done = step(toCall(inside, regions.of(region, account), { identity, account }));
      surroundings.changed();
      return done;
    },
    answer(request) {
      const requestId = newUuid(random);
      const action = request.params.get('Action') ?? '';
      const caller = identities.of(request.signer?.accessKeyId ?? 'anonymous');
      const region = request.signer?.region ?? defaultRegion;
      if (findOperation(action) !== null) calls[action] = (calls[action] ?? 0) + 1;
      const trouble = meet(action, region, caller.account);
      const hangUp = trouble?.kind === 'hang-up' ? trouble : null;
      const failure = trouble?.kind === 'failure' ? trouble : null;
      if (hangUp?.lost === 'request') return breakDown(hangUp.how);
      const answer = respond(inside, { request, action, caller, requestId, failure }, region);
      if (hangUp !== null) return breakDown(hangUp.how);
      return answerAfter(latencyMs, answer);
    },
  };
}

/** The endpoint as its actions find it. */
interface Inside extends Surroundings {
  readonly regions: Regions;
  readonly denied: Set<string>;
  readonly throttled: Record<string, number>;
}

interface Asked {
  readonly request: QueryRequest;
  readonly action: string;
  readonly caller: Caller;
  readonly requestId: string;
  readonly failure: Extract<Trouble, { kind: 'failure' }> | null;
}

function respond(inside: Inside, asked: Asked, regionName: string): QueryAnswer {
  const { action, requestId } = asked;
  try {
    const operation = findOperation(action);
    if (operation === null) throw noSuchAction(action);
    if (inside.identities.isExpired(asked.request.signer?.accessKeyId ?? '', inside.nowMs())) throw expired();
    const region = inside.regions.of(regionName, asked.caller.account);
    const response = perform(inside, { ...asked, operation, region });
    return { status: 200, xml: writeResponse(action, operation.response, { ...response }, requestId), requestId };
  } catch (thrown) {
    const why = isRefusal(thrown) ? thrown : refusal('InternalError', String(thrown), 500);
    return { status: why.status, xml: writeRefusal(why, requestId), requestId };
  }
}

const noSuchAction = (action: string): Refusal =>
  action === ''
    ? missingParameter('Action')
    : refusal('InvalidAction', `The action ${action} is not valid for this web service.`);

/** Nobody is known to have called, so nothing is recorded of it. https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html */
const expired = (): Refusal => refusal('RequestExpired', 'Request has expired.');

interface Taken extends Asked {
  readonly operation: Operation;
  readonly region: RegionState;
}

/** Reads, permits and runs one action, and has its record emitted whatever becomes of it. */
function perform(inside: Inside, taken: Taken): object {
  let request: object | null = null;
  try {
    request = readRequest(taken.operation.request, paramsOf(taken.request.params));
    const response = run(inside, taken, request);
    record(inside, taken, request, { kind: 'done', response });
    return response;
  } catch (thrown) {
    if (isRefusal(thrown)) record(inside, taken, request, { kind: 'refused', why: thrown });
    throw thrown;
  } finally {
    inside.changed();
  }
}

/** Parameters of the protocol itself and of a presigned query are not the action's. */
const paramsOf = (params: URLSearchParams): readonly (readonly [string, string])[] =>
  [...params].filter(([name]) => name !== 'Action' && name !== 'Version' && !name.startsWith('X-Amz-'));

function run(inside: Inside, taken: Taken, request: object): object {
  const { action, region, caller, failure } = taken;
  const version = taken.request.params.get('Version');
  if (version !== '2016-11-15') {
    throw invalidValue(`The version ${version} of the API is not known; it must be 2016-11-15.`);
  }
  const perform = ACTIONS.get(action);
  if (perform === undefined) {
    throw refusal('UnsupportedOperation', `${action} is not among the actions that the local cloud can do`, 501);
  }
  if (failure !== null) throw refusal(failure.code, failure.message, failure.status);
  throttle(inside, taken, request);
  const call = toCall(inside, region, caller);
  const denied = findDenied(inside.denied, { action, request });
  if (denied !== null) throw unauthorized(call, denied, { action, request });
  const refused = inside.policies.findRefused(caller, () => checksOf(call, action, request));
  if (refused !== null) throw notAllowed(call, refused);
  if ('DryRun' in request && request.DryRun === true) {
    throw refusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
  return perform(call, request as never);
}

function throttle({ buckets, throttled }: Inside, { action, region, caller }: Taken, request: object): void {
  if (buckets === null || buckets.take({ account: caller.account, region: region.name, action, request })) return;
  throttled[action] = (throttled[action] ?? 0) + 1;
  throw refusal('RequestLimitExceeded', 'Request limit exceeded.', 503);
}

function toCall(inside: Inside, region: RegionState, { identity, account }: Caller): Call {
  return {
    region,
    neighbours: inside.regions.neighboursOf(region),
    account,
    identity,
    isLenient: identity.kind === 'role' && identity.roleName === inside.lenientTo,
    random: inside.random,
    nowMs: inside.nowMs(),
    emit: (event) => inside.emit({ region: region.name, account }, event),
    later: (step) =>
      inside.later(() => {
        step(toCall(inside, region, { identity, account }));
        inside.changed();
      }),
  };
}

function record(
  inside: Inside,
  { request: { signer, userAgent }, action, operation, region, caller, requestId }: Taken,
  request: object | null,
  outcome: Parameters<typeof toTrailEvent>[0]['outcome'],
): void {
  if (!isRecorded(action)) return;
  const called = {
    action,
    operation,
    request,
    outcome,
    requestId,
    accessKeyId: signer?.accessKeyId ?? 'anonymous',
    userAgent,
    ...caller,
    region: region.name,
    nowMs: inside.nowMs(),
  };
  inside.emit({ region: region.name, account: caller.account }, toTrailEvent(called, inside.random));
}
