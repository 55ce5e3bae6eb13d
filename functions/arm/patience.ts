import { Fault } from '../../shared/fault.ts';
import { classify, findRefusal, type Refusal } from './faults.ts';
import type { Answer, Exchange } from './exchange.ts';

/** Waits; tests do not. */
export type Pause = (delayMs: number) => Promise<void>;

/** How often one request is repeated. The queue, with its longer waits, repeats what is then still refused. */
const REPEATS = 3;
const FIRST_DELAY_MS = 500;
/** The longest wait for an exhausted quota within one invocation; what Azure wants longer waits on the queue. */
const LONGEST_WAIT_SECONDS = 20;

/**
 * An exchange that waits out what passes by itself: no answer, a lock, a server's error, and a quota that refills soon.
 *
 * A lock on a network resource is a 429 `RetryableError…` or a 409 `AnotherOperationInProgress` and is gone within seconds; an
 * exhausted quota is a 429 whose Retry-After counts, and requests sent before it is over are refused again.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function withPatience(exchange: Exchange, pause: Pause): Exchange {
  const attempt = async (request: Parameters<Exchange>[0], repeats: number): Promise<Answer> => {
    const backoffMs = FIRST_DELAY_MS * 2 ** repeats;
    const answer = await exchange(request).catch((thrown: unknown) => {
      if (repeats < REPEATS && thrown instanceof Fault && thrown.code === 'unreachable') return null;
      throw thrown;
    });
    const delayMs = answer === null ? backoffMs : delayFor(findRefusal(answer), backoffMs);
    if (answer !== null && (delayMs === null || repeats === REPEATS)) return answer;
    await pause(delayMs ?? backoffMs);
    return attempt(request, repeats + 1);
  };
  return (request) => attempt(request, 0);
}

/** `null`: repeating is of no use now. */
function delayFor(refusal: Refusal | null, delayMs: number): number | null {
  if (refusal === null) return null;
  const meaning = classify(refusal);
  const isPassing =
    meaning.kind === 'busy' ||
    (meaning.kind === 'fault' && (meaning.code === 'throttled' || meaning.code === 'unreachable'));
  if (!isPassing) return null;
  if (refusal.retryAfterSeconds === null) return delayMs;
  return refusal.retryAfterSeconds > LONGEST_WAIT_SECONDS ? null : refusal.retryAfterSeconds * 1000;
}
