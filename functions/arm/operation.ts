import { findAt, findTextAt } from '../json.ts';
import { findRefusal, findRetryAfterSeconds, type Refusal, toRefusal } from './faults.ts';
import type { Answer, Exchange, Request } from './exchange.ts';
import type { Pause } from './patience.ts';
import { CALLS } from './permissions.ts';

/** How a long-running operation ended, as far as it was waited for. */
export type Ending =
  | { readonly kind: 'succeeded' }
  /** There was nothing to delete. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Still running: what becomes of it is seen by the next look. */
  | { readonly kind: 'unfinished' };

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
/** Attaching interrupts a machine for up to a minute; what takes three is stuck, and the host ends an invocation after five. */
const LONGEST_OPERATION_MS = 180_000;

/**
 * Sends a request that changes something and follows the operation that it starts to its end.
 *
 * The address of the operation is signed and followed as it is. A PUT that changes nothing is answered with 200, the final
 * state and such an address all the same; Retry-After is there or not.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
export async function carryOut(exchange: Exchange, request: Request, pause: Pause): Promise<Ending> {
  const answer = await exchange(request);
  const refusal = findRefusal(answer);
  if (refusal !== null) return { kind: 'refused', refusal };
  if (request.call.method === 'DELETE' && answer.status === 204) return { kind: 'absent' };
  const operation = answer.headers['azure-asyncoperation'];
  if (operation !== undefined)
    return follow(exchange, { address: operation, first: answer, pause, read: readOperation });
  const location = answer.headers['location'];
  if (answer.status === 202 && location !== undefined) {
    return follow(exchange, { address: location, first: answer, pause, read: readLocation });
  }
  if (request.call.method !== 'PUT' || readResource(answer) !== null)
    return readResource(answer) ?? { kind: 'succeeded' };
  return followResource(exchange, request, answer, pause);
}

interface Following {
  readonly address: string;
  readonly first: Answer;
  readonly pause: Pause;
  /** How the operation ended, or `null` while it runs. */
  readonly read: (answer: Answer) => Ending | null;
}

async function follow(exchange: Exchange, { address, first, pause, read }: Following): Promise<Ending> {
  let latest = first;
  let delayMs = FIRST_DELAY_MS;
  for (let waitedMs = 0; waitedMs < LONGEST_OPERATION_MS; waitedMs += delayMs) {
    delayMs = nextDelayMs(latest, waitedMs === 0 ? FIRST_DELAY_MS : delayMs * 2);
    await pause(delayMs);
    latest = await exchange({ call: CALLS.getOperation, address, body: null });
    const ending = readOrRefuse(latest, read);
    if (ending !== null) return ending;
  }
  return { kind: 'unfinished' };
}

/** Operations are forgotten after a while: one that is not found says nothing about how it ended. */
function readOrRefuse(answer: Answer, read: Following['read']): Ending | null {
  const refusal = findRefusal(answer);
  if (refusal === null) return read(answer);
  return refusal.status === 404 ? { kind: 'unfinished' } : { kind: 'refused', refusal };
}

/** A PUT without an operation: the resource's own state says when it is done. */
const followResource = (exchange: Exchange, { address }: Request, first: Answer, pause: Pause): Promise<Ending> =>
  follow((request) => exchange({ ...request, call: CALLS.getTapConfiguration }), {
    address,
    first,
    pause,
    read: readResource,
  });

function nextDelayMs(answer: Answer, delayMs: number): number {
  const seconds = findRetryAfterSeconds(answer);
  return seconds === null ? Math.min(delayMs, LONGEST_DELAY_MS) : Math.max(seconds * 1000, FIRST_DELAY_MS);
}

/** `{"status": "InProgress"}` until it is one of three final states, of which two carry an error. */
function readOperation({ body }: Answer): Ending | null {
  const status = findTextAt(body, 'status')?.toLowerCase();
  if (status === 'succeeded') return { kind: 'succeeded' };
  if (status !== 'failed' && status !== 'canceled') return null;
  const error = findAt(body, 'error') ?? { code: status === 'canceled' ? 'Canceled' : 'Failed' };
  return { kind: 'refused', refusal: toRefusal({ error }, null, null) };
}

const readLocation = ({ status }: Answer): Ending | null => (status === 202 ? null : { kind: 'succeeded' });

/** The state of a resource that was just written; one without a state is done. */
function readResource({ body }: Answer): Ending | null {
  const state = findTextAt(body, 'properties', 'provisioningState')?.toLowerCase();
  if (state === 'failed' || state === 'canceled') {
    return { kind: 'refused', refusal: toRefusal({ error: { code: state } }, null, null) };
  }
  return state === 'updating' || state === 'creating' ? null : { kind: 'succeeded' };
}
