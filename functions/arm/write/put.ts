import { Fault } from '../../../shared/fault.ts';
import type { AttachmentId, TargetId } from '../../../shared/words.ts';
import { CALLS } from '../permissions.ts';
import { isListed, lookAt, type Look } from '../read/look.ts';
import { halfWay, toRefusal } from '../refusals/refusal.ts';
import { delayAfter, isBusy, isSoon, REPEATS } from '../traffic/patience.ts';
import type { Request } from '../traffic/wire.ts';
import { carryOut, type Ending } from './operation.ts';
import { type Hand, waitUpTo } from './waiting.ts';

/** A TAP configuration that is to be written. */
export interface Writing {
  readonly attachment: AttachmentId;
  readonly target: TargetId;
  /** Where it points now; `null`: it is not there. */
  readonly before: TargetId | null;
}

/**
 * Writes a TAP configuration by PUT. Each PUT may interrupt a machine, also one that changes nothing: what was refused because
 * of a lock, or not answered, is looked at before it is sent again, for another process may have written it, or this one.
 */
export async function put(hand: Hand, writing: Writing): Promise<Ending> {
  const request = toPut(writing);
  const wait = waitUpTo(Number.POSITIVE_INFINITY, hand);
  for (let repeats = 0; ; repeats += 1) {
    const sent = await carryOut(hand, request).catch(toUnanswered);
    const isUnanswered = sent instanceof Fault;
    const isLast = repeats === REPEATS;
    if (!isUnanswered && (isLast || !mayRepeat(sent))) return sent;
    const refusal = !isUnanswered && sent.kind === 'refused' ? sent.refusal : null;
    if (!(await wait(delayAfter(refusal, repeats)))) return orThrow(sent);
    // Also what is not sent again may have been taken, and is followed to its end.
    const look = isUnanswered
      ? await lookUntilStill(hand, writing.attachment)
      : await lookAt(hand.exchange, writing.attachment);
    const ending = (isUnanswered ? findFailure(look, writing) : null) ?? findEnding(look, writing);
    if (ending !== null) return ending;
    if (isLast) return orThrow(sent);
  }
}

/** A lock or a server's error, which is gone before long. */
const mayRepeat = (sent: Ending): boolean =>
  sent.kind === 'refused' && sent.refusal.phase === 'answer' && isBusy(sent.refusal) && isSoon(sent.refusal);

function orThrow(sent: Ending | Fault): Ending {
  if (sent instanceof Fault) throw sent;
  return sent;
}

/** What was not answered, and failed on the way: to write it again would interrupt its machine once more. */
function findFailure(look: Look, { attachment, target }: Writing): Ending | null {
  if (look.kind !== 'failed' || look.target !== target) return null;
  const error = { code: 'Failed', message: `the request was not answered, and ${attachment} is in state Failed` };
  return { kind: 'refused', refusal: halfWay(toRefusal({ error }, { status: null, wait: null })) };
}

const FIRST_DELAY_MS = 500;
/** Writing interrupts a machine for up to a minute (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview). */
const LONGEST_WAIT_MS = 60_000;

/**
 * What was not answered may have been taken all the same. Its machine is interrupted until nothing changes there any more, and
 * whoever is told that it is over gives the turn to the next one.
 */
async function lookUntilStill(hand: Hand, attachment: AttachmentId): Promise<Look> {
  const wait = waitUpTo(LONGEST_WAIT_MS, hand);
  for (let delayMs = FIRST_DELAY_MS; ; delayMs *= 2) {
    const look = await lookAt(hand.exchange, attachment);
    if (look.kind !== 'changing' || !(await wait(delayMs))) return look;
  }
}

/** The same when somebody may have written it since it was read. */
export async function putUnlessRight(hand: Hand, writing: Writing): Promise<Ending> {
  const look = await lookAt(hand.exchange, writing.attachment);
  const ending = findEnding(look, writing);
  return ending ?? put(hand, writing);
}

/**
 * Writes again what points where it should and yet does not mirror: its state is failed, or its VTAP does not list it. When
 * neither is so any more, nothing is written.
 */
export async function putAgain(hand: Hand, writing: Writing): Promise<Ending> {
  const { attachment, target } = writing;
  const look = await lookAt(hand.exchange, attachment);
  if (look.kind === 'ready' && look.target === target && (await isListed(hand.exchange, target, attachment))) {
    return { kind: 'succeeded' };
  }
  const isAsRead = (look.kind === 'ready' || look.kind === 'failed') && look.target === target;
  return isAsRead ? put(hand, writing) : { kind: 'unfinished' };
}

function toPut({ attachment, target }: Writing): Request {
  const body = { properties: { virtualNetworkTap: { id: target } } };
  return { call: CALLS.putTapConfiguration, address: attachment, body };
}

function toUnanswered(thrown: unknown): Fault {
  if (thrown instanceof Fault && thrown.code === 'unreachable') return thrown;
  throw thrown;
}

/** What a look says of a writing: over, or not what was read; `null`: it is still to be made. */
function findEnding(look: Look, { target, before }: Writing): Ending | null {
  if (look.kind === 'absent') return before === null ? null : { kind: 'unfinished' };
  if (look.kind === 'ready' && look.target === target && before !== target) return { kind: 'succeeded' };
  return look.kind === 'ready' && look.target === before && before !== target ? null : { kind: 'unfinished' };
}
