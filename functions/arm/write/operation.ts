import { Fault } from '../../../shared/fault.ts';
import { findAt, findRecord, findTextAt } from '../../json.ts';
import { CALLS } from '../permissions.ts';
import { findRefusal, findRetryAfterSeconds, halfWay, type Refusal, toRefusal } from '../refusals/refusal.ts';
import type { Answer, Exchange, Request } from '../traffic/wire.ts';
import { type Hand, type Wait, waitUpTo } from './waiting.ts';

/** How a long-running operation ended, as far as it was waited for. */
export type Ending =
  | { readonly kind: 'succeeded' }
  /** There was nothing to delete. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Still running, or nobody knows: what becomes of it is seen by the next look. */
  | { readonly kind: 'unfinished' };

/** What one look at an operation tells: `lost` when it cannot be asked for any more. */
type Sign = Ending | 'running' | 'lost';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
/** Attaching interrupts a machine for up to a minute; what takes three is stuck. */
const LONGEST_OPERATION_MS = 180_000;

const SUCCEEDED: Ending = { kind: 'succeeded' };
const UNFINISHED: Ending = { kind: 'unfinished' };

/**
 * Sends a request that changes something and follows the operation that it starts to its end.
 *
 * The address of the operation is signed and followed as it is. A PUT that changes nothing is answered with 200, the final
 * state and such an address all the same; Retry-After is there or not. Without any address, and when an operation cannot be
 * asked for any more, the resource itself says what became of it.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
export async function carryOut(hand: Hand, request: Request): Promise<Ending> {
  const answer = await hand.exchange(request);
  const refusal = findRefusal(answer);
  if (refusal !== null) return { kind: 'refused', refusal };
  if (request.call.method === 'DELETE' && answer.status === 204) return { kind: 'absent' };
  const pursuit: Pursuit = { exchange: hand.exchange, wait: waitUpTo(LONGEST_OPERATION_MS, hand) };
  const address = findOperation(answer);
  const ask = address === null ? null : { call: CALLS.getOperation, address, body: null };
  const sign =
    ask === null ? readAccepted(request, answer) : await follow(pursuit, ask, { latest: answer, read: readOperation });
  if (sign !== 'lost' && sign !== 'running') return sign;
  // Right after its answer nothing is over yet; an operation that was lost on the way may be.
  const look = { call: CALLS.getTapConfiguration, address: request.address, body: null };
  const end = await follow(pursuit, look, { latest: answer, read: readResourceOf(request) });
  return end === 'lost' ? UNFINISHED : end;
}

/** `Location` is the address of a result only in an answer that says that there is none yet. */
const findOperation = ({ status, headers }: Answer): string | null =>
  headers['azure-asyncoperation'] ?? (status === 202 ? (headers['location'] ?? null) : null);

/** A write that is answered without an operation is over, unless its answer says otherwise. */
function readAccepted({ call }: Request, answer: Answer): Sign {
  if (answer.status === 202) return 'running';
  return call.method === 'DELETE' ? SUCCEEDED : readState(answer.body);
}

/** What is asked about one operation, and the time for all of it. */
interface Pursuit {
  readonly exchange: Exchange;
  readonly wait: Wait;
}

interface Following {
  readonly latest: Answer;
  readonly read: (answer: Answer) => Sign;
}

async function follow(
  { exchange, wait }: Pursuit,
  ask: Request,
  { latest, read }: Following,
): Promise<Ending | 'lost'> {
  let seen: Answer | null = latest;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    if (!(await wait(delayAfter(seen, delayMs)))) return UNFINISHED;
    const answer = await exchange(ask).catch(toUnanswered);
    if (answer === 'lost') return 'lost';
    seen = answer;
    const sign = answer === null ? 'running' : read(answer);
    if (sign !== 'running') return sign;
  }
}

/** What was accepted goes on, whether or not it can be asked about just now. */
function toUnanswered(thrown: unknown): null | 'lost' {
  if (thrown instanceof Fault) return thrown.code === 'unreachable' || thrown.code === 'throttled' ? null : 'lost';
  throw thrown;
}

function delayAfter(answer: Answer | null, delayMs: number): number {
  const seconds = answer === null ? null : findRetryAfterSeconds(answer);
  return seconds === null ? delayMs : Math.max(seconds * 1000, FIRST_DELAY_MS);
}

/**
 * What the address of an operation, or of its result, answers. Operations are forgotten after a while, and asking for them
 * takes a permission of its own: neither says how it ended.
 */
function readOperation(answer: Answer): Sign {
  const { status, body } = answer;
  if (isPassing(status)) return 'running';
  if ([401, 403, 404, 410].includes(status)) return 'lost';
  const refusal = findRefusal(answer);
  if (refusal !== null) return { kind: 'refused', refusal: halfWay(refusal) };
  const state = findTextAt(body, 'status')?.toLowerCase() ?? null;
  if (state === 'succeeded') return SUCCEEDED;
  if (state !== null && FAILED.test(state))
    return failed(findAt(body, 'error') ?? findAt(body, 'properties', 'error'), state);
  if (state !== null || status === 202) return 'running';
  return readState(body);
}

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;
const FAILED = /^(failed|cancell?ed)$/;

/** An operation without an error has its state for a code. */
function failed(error: unknown, state: string): Ending {
  const named = findRecord(error) ?? { code: state.startsWith('cancel') ? 'Canceled' : 'Failed' };
  return { kind: 'refused', refusal: halfWay(toRefusal({ error: named }, { status: null, wait: null })) };
}

/** The state of a resource that was just written; one without a state is done. */
function readState(body: unknown): Sign {
  const state = findTextAt(body, 'properties', 'provisioningState')?.toLowerCase() ?? '';
  if (FAILED.test(state)) return failed(null, state);
  return /^(updating|creating|deleting|accepted|running)$/.test(state) ? 'running' : SUCCEEDED;
}

/** What the resource itself says of a write, or of its deletion. */
function readResourceOf({ call, body: wished }: Request): (answer: Answer) => Sign {
  return (answer) => {
    const { status, body } = answer;
    if (isPassing(status)) return 'running';
    if (status === 404) return call.method === 'DELETE' ? SUCCEEDED : UNFINISHED;
    if (status >= 400) return UNFINISHED;
    const sign = readState(body);
    if (sign !== SUCCEEDED) return sign;
    return call.method === 'PUT' && tapIn(body) === tapIn(wished) ? SUCCEEDED : UNFINISHED;
  };
}

const tapIn = (body: unknown): string | null =>
  findTextAt(body, 'properties', 'virtualNetworkTap', 'id')?.toLowerCase() ?? null;
