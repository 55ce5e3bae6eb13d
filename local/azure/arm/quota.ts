import type { Clock } from '../../../shared/ports.ts';

type Verb = 'reads' | 'writes' | 'deletes';

/** Resource Manager's token buckets per subscription and caller; the global ones are 15 times as large (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling). */
const BUCKETS: Readonly<Record<Verb, { readonly size: number; readonly refillPerSecond: number }>> = {
  reads: { size: 250, refillPerSecond: 25 },
  writes: { size: 200, refillPerSecond: 10 },
  deletes: { size: 200, refillPerSecond: 10 },
};
const GLOBAL_FACTOR = 15;

const toVerb = (method: string): Verb => (method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes');

/** Counts calls and says what is left of the quota. It never refuses: a call over quota finds 0 left. */
export interface Quota {
  spend(method: string): Readonly<Record<string, string>>;
}

interface Bucket {
  left: number;
  atMs: number;
}

export function newQuota(clock: Clock): Quota {
  const buckets = new Map<string, Bucket>();

  function take(name: string, size: number, refillPerSecond: number): number {
    const nowMs = clock.now();
    const bucket = buckets.get(name) ?? { left: size, atMs: nowMs };
    const refilled = bucket.left + ((nowMs - bucket.atMs) / 1000) * refillPerSecond;
    const left = Math.max(0, Math.min(size, refilled) - 1);
    buckets.set(name, { left, atMs: nowMs });
    return Math.floor(left);
  }

  return {
    spend(method) {
      const verb = toVerb(method);
      const { size, refillPerSecond } = BUCKETS[verb];
      const own = take(verb, size, refillPerSecond);
      const global = take(`global-${verb}`, size * GLOBAL_FACTOR, refillPerSecond * GLOBAL_FACTOR);
      return {
        [`x-ms-ratelimit-remaining-subscription-${verb}`]: String(own),
        [`x-ms-ratelimit-remaining-subscription-global-${verb}`]: String(global),
      };
    },
  };
}
