import type { Caller, Identities, Signer } from '../identity.ts';
import { toArn } from '../identity.ts';
import { ACTIONS } from './actions/all.ts';
import type { Call, CloudEvent, Origin } from './call.ts';
import type { Refusal } from './errors.ts';
import { invalidValue, isRefusal, missingParameter, refusal } from './errors.ts';
import type { Operation } from './model.ts';
import { findOperation } from './model.ts';
import type { Random } from './randomness.ts';
import { newUuid } from './randomness.ts';
import { readRequest } from './read.ts';
import type { RegionState } from './state.ts';
import { createCounter, createRegion } from './state.ts';
import { isRecorded, toTrailEvent } from './trail/record.ts';
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
  readonly emit: (origin: Origin, event: CloudEvent) => void;
  /** Runs a step when what an action began has settled. */
  readonly later: (step: () => void) => void;
  /** Told after anything may have changed. */
  readonly changed: () => void;
}

/** EC2 of all accounts in all regions. */
export interface Endpoint {
  answer(request: QueryRequest): QueryAnswer;
  /** All regions of all accounts that were ever called. */
  regions(): Iterable<RegionState>;
  /** A region of an account, as a new account finds it when nobody has called it. */
  regionOf(name: string, account: string): RegionState;
  /** How often each action was called, whatever became of it. */
  readonly calls: Record<string, number>;
  /** Actions that nobody may call. */
  readonly denied: Set<string>;
}

export function createEndpoint(surroundings: Surroundings): Endpoint {
  const regions = new Map<string, RegionState>();
  const nextSequence = createCounter();
  const calls: Record<string, number> = {};
  const denied = new Set<string>();

  const regionOf = (name: string, account: string): RegionState => {
    const key = `${account} ${name}`;
    const region = regions.get(key) ?? createRegion({ name, account, random: surroundings.random, nextSequence });
    regions.set(key, region);
    return region;
  };
  for (const account of surroundings.identities.accounts) regionOf(surroundings.defaultRegion, account);

  return {
    regions: () => regions.values(),
    regionOf,
    calls,
    denied,
    answer(request) {
      const requestId = newUuid(surroundings.random);
      const action = request.params.get('Action') ?? '';
      const operation = findOperation(action);
      try {
        if (operation === null) throw noSuchAction(action);
        calls[action] = (calls[action] ?? 0) + 1;
        const caller = surroundings.identities.of(request.signer?.accessKeyId ?? 'anonymous');
        const region = regionOf(request.signer?.region ?? surroundings.defaultRegion, caller.account);
        const taken = { request, action, operation, region, caller, requestId };
        const response = perform(surroundings, denied, taken);
        return { status: 200, xml: writeResponse(action, operation.response, { ...response }, requestId), requestId };
      } catch (thrown) {
        const why = isRefusal(thrown) ? thrown : refusal('InternalError', String(thrown), 500);
        return { status: why.status, xml: writeRefusal(why, requestId), requestId };
      }
    },
  };
}

const noSuchAction = (action: string): Refusal =>
  action === ''
    ? missingParameter('Action')
    : refusal('InvalidAction', `The action ${action} is not valid for this web service.`);

interface Taken {
  readonly request: QueryRequest;
  readonly action: string;
  readonly operation: Operation;
  readonly region: RegionState;
  readonly caller: Caller;
  readonly requestId: string;
}

/** Reads, permits and runs one action, and has its record emitted whatever becomes of it. */
function perform(surroundings: Surroundings, denied: ReadonlySet<string>, taken: Taken): object {
  let request: object | null = null;
  try {
    request = readRequest(taken.operation.request, paramsOf(taken.request.params));
    const response = run(surroundings, denied, taken, request);
    record(surroundings, taken, request, { kind: 'done', response });
    return response;
  } catch (thrown) {
    if (isRefusal(thrown)) record(surroundings, taken, request, { kind: 'refused', why: thrown });
    throw thrown;
  } finally {
    surroundings.changed();
  }
}

/** Parameters of the protocol itself and of a presigned query are not the action's. */
const paramsOf = (params: URLSearchParams): readonly (readonly [string, string])[] =>
  [...params].filter(([name]) => name !== 'Action' && name !== 'Version' && !name.startsWith('X-Amz-'));

function run(
  surroundings: Surroundings,
  denied: ReadonlySet<string>,
  { request: { params }, action, region, caller }: Taken,
  request: object,
): object {
  if (params.get('Version') !== '2016-11-15') {
    throw invalidValue(`The version ${params.get('Version')} of the API is not known; it must be 2016-11-15.`);
  }
  const perform = ACTIONS.get(action);
  if (perform === undefined) {
    throw refusal('UnsupportedOperation', `${action} is not among the actions that the local cloud can do`, 501);
  }
  const call = toCall(surroundings, region, caller);
  if (denied.has(action)) throw unauthorized(call, action);
  if ('DryRun' in request && request.DryRun === true) {
    throw refusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
  return perform(call, request as never);
}

const unauthorized = ({ identity, account }: Call, action: string): Refusal =>
  refusal(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${toArn(identity, account)} is not authorized to perform: ec2:${action}`,
    403,
  );

function toCall(surroundings: Surroundings, region: RegionState, { identity, account }: Caller): Call {
  return {
    region,
    account,
    identity,
    random: surroundings.random,
    nowMs: surroundings.nowMs(),
    emit: (event) => surroundings.emit({ region: region.name, account }, event),
    later: (step) =>
      surroundings.later(() => {
        step(toCall(surroundings, region, { identity, account }));
        surroundings.changed();
      }),
  };
}

function record(
  surroundings: Surroundings,
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
    nowMs: surroundings.nowMs(),
  };
  surroundings.emit({ region: region.name, account: caller.account }, toTrailEvent(called, surroundings.random));
}
