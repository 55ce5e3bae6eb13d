import type { Clock } from '../../../shared/ports.ts';
import { refuseAtGateway, type Answer } from './answer.ts';
import { newTokenBucket, type BucketShape, type TokenBucket } from './token-bucket.ts';

type Verb = 'reads' | 'writes' | 'deletes';

/** Resource Manager's buckets for each subscription and caller (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling). */
const SHAPES: Readonly<Record<Verb, BucketShape>> = {
  reads: { size: 250, refillPerSecond: 25 },
  writes: { size: 200, refillPerSecond: 10 },
  deletes: { size: 200, refillPerSecond: 10 },
};
/** The buckets that all callers of a subscription share are so many times as large. */
const GLOBAL_FACTOR = 15;

/** A call, as quotas see it. */
export interface Spending {
  readonly method: string;
  /** Lower-cased; `null`: the call is made to the tenant. */
  readonly subscription: string | null;
  /** The caller's object id. */
  readonly caller: string;
  /** The namespace that is called, lower-cased, as `microsoft.network`; polls of operations are none's. */
  readonly provider: string;
}

/** What is left, told with every answer, and the refusal where nothing is. */
export interface Spent {
  readonly headers: Readonly<Record<string, string>>;
  readonly refused: Answer | null;
}

export interface Quota {
  spend(spending: Spending): Spent;
}

/** Whether quotas refuse. Either way they count, and every answer says what is left. */
export type Buckets = 'documented' | 'none';

const toVerb = (method: string): Verb => (method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes');

const globally = ({ size, refillPerSecond }: BucketShape): BucketShape => ({
  size: size * GLOBAL_FACTOR,
  refillPerSecond: refillPerSecond * GLOBAL_FACTOR,
});

/** A call that comes before its time is refused again, with what is left of the time. */
function exhausted(where: string, verb: Verb, waitSeconds: number): Answer {
  const seconds = Math.max(1, Math.ceil(waitSeconds));
  const { headers, ...rest } = refuseAtGateway(
    429,
    'SubscriptionRequestsThrottled',
    `Number of '${verb}' requests for ${where} exceeded the limit. Please try again after '${seconds}' seconds.`,
  );
  return { ...rest, headers: { ...headers, 'retry-after': String(seconds) } };
}

/** The quotas of Resource Manager itself: buckets for each subscription, caller and kind of call. Polls of operations are reads. */
export function newQuota(clock: Clock, buckets: Buckets): Quota {
  const byName = new Map<string, TokenBucket>();
  /** Once refused, no call is let through before the time that was told: a stampede does not take the first token. */
  const closedUntilMs = new Map<string, number>();

  function bucketOf(name: string, shape: BucketShape): TokenBucket {
    const bucket = byName.get(name) ?? newTokenBucket(shape, clock.now());
    byName.set(name, bucket);
    return bucket;
  }

  function waitSeconds(key: string, own: TokenBucket, shared: TokenBucket): number {
    const nowMs = clock.now();
    const empty = Math.max(own.waitSeconds(nowMs), shared.waitSeconds(nowMs));
    if (empty > 0) closedUntilMs.set(key, nowMs + Math.max(1, Math.ceil(empty)) * 1000);
    return Math.max(empty, ((closedUntilMs.get(key) ?? 0) - nowMs) / 1000);
  }

  return {
    spend({ method, subscription, caller }) {
      const verb = toVerb(method);
      const scope = subscription === null ? 'tenant' : 'subscription';
      const key = `${verb} ${subscription ?? 'tenant'} ${caller}`;
      const own = bucketOf(key, SHAPES[verb]);
      const shared = bucketOf(`${verb} ${subscription ?? 'tenant'}`, globally(SHAPES[verb]));
      const left = (ownLeft: number, sharedLeft: number) => ({
        [`x-ms-ratelimit-remaining-${scope}-${verb}`]: String(ownLeft),
        [`x-ms-ratelimit-remaining-${scope}-global-${verb}`]: String(sharedLeft),
      });
      const wait = buckets === 'none' ? 0 : waitSeconds(key, own, shared);
      if (wait > 0) {
        const where = subscription === null ? 'the tenant' : `subscription '${subscription}' and actor '${caller}'`;
        return { headers: left(0, 0), refused: exhausted(where, verb, wait) };
      }
      const nowMs = clock.now();
      return { headers: left(own.take(nowMs), shared.take(nowMs)), refused: null };
    },
  };
}
