import { Fault } from '../../../shared/fault.ts';
import { classify } from '../refusals/faults.ts';
import { findRefusal, type Refusal } from '../refusals/refusal.ts';
import type { Exchange, Request } from './wire.ts';

/** Waits; tests do not. */
export type Pause = (delayMs: number) => Promise<void>;

/** How often one request is repeated. The queue, with its longer waits, repeats what is then still refused. */
export const REPEATS = 3;
const FIRST_DELAY_MS = 500;

/** How long to wait before the next repetition, when `repeats` were made. */
const backoffMs = (repeats: number): number => FIRST_DELAY_MS * 2 ** repeats;

/**
 * An exchange that repeats what passes by itself: no answer, a lock, a server's error, and an exhausted quota, whose time is
 * waited for by the pace of the exchange below.
 *
 * A lock on a network resource is a 429 `RetryableError…` or a 409 `AnotherOperationInProgress` and is gone within seconds.
 * A PUT is repeated only when it was throttled. Otherwise it may have been carried out, by this or another process, and writing
 * again what is right interrupts a machine once more: whoever writes looks first.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function withPatience(exchange: Exchange, pause: Pause): Exchange {
  return async (request) => {
    for (let repeats = 0; ; repeats += 1) {
      const isLast = repeats === REPEATS;
      const answer = await exchange(request).catch((thrown: unknown) => {
        if (!isLast && mayRepeat(request) && thrown instanceof Fault && thrown.code === 'unreachable') return null;
        throw thrown;
      });
      const refusal = answer === null ? null : findRefusal(answer);
      if (answer !== null && (isLast || refusal === null || !isPassing(refusal, request))) return answer;
      if (refusal === null || !isQuota(refusal)) await pause(delayAfter(refusal, repeats));
    }
  };
}

const mayRepeat = ({ call }: Request): boolean => call.method !== 'PUT';

/** Whether a quota of requests is used up, not one of resources. */
export function isQuota(refusal: Refusal): boolean {
  const meaning = classify(refusal);
  return meaning.kind === 'fault' && meaning.code === 'throttled';
}

/** Whether the same request succeeds soon. */
export function isBusy(refusal: Refusal): boolean {
  const meaning = classify(refusal);
  return meaning.kind === 'busy' || (meaning.kind === 'fault' && meaning.code === 'unreachable');
}

const isPassing = (refusal: Refusal, request: Request): boolean =>
  isQuota(refusal) || (isBusy(refusal) && mayRepeat(request) && isSoon(refusal));

/** The longest wait for one request within an invocation; what Azure wants longer waits on the queue. */
export const LONGEST_WAIT_SECONDS = 20;

/** Whether Azure lets the same be asked again within the longest wait. */
export const isSoon = ({ retryAfterSeconds }: Refusal): boolean => (retryAfterSeconds ?? 0) <= LONGEST_WAIT_SECONDS;

/** The wait before what was refused is repeated; `null`: there was no answer. */
export const delayAfter = (refusal: Refusal | null, repeats: number): number =>
  Math.min(LONGEST_WAIT_SECONDS * 1000, Math.max(backoffMs(repeats), (refusal?.retryAfterSeconds ?? 0) * 1000));
