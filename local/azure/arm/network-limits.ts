import type { Clock } from '../../../shared/ports.ts';
import { refuse, type Answer } from './answer.ts';
import type { Spending } from './quota.ts';

const WINDOW_MS = 300_000;
/** What Microsoft.Network takes in each window, for a subscription (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling#network-throttling). */
const LIMITS = { reads: 10_000, writes: 1000 } as const;
type Kind = keyof typeof LIMITS;

interface Window {
  readonly startedMs: number;
  spent: number;
}

/** The limits of Microsoft.Network, beside those of Resource Manager: so many calls in five minutes, then none until they are over. */
export function newNetworkLimits(clock: Clock, limits: 'documented' | 'none') {
  const windows = new Map<string, Window>();

  function windowOf(key: string): Window {
    const nowMs = clock.now();
    const known = windows.get(key);
    if (known !== undefined && nowMs < known.startedMs + WINDOW_MS) return known;
    const opened = { startedMs: nowMs, spent: 0 };
    windows.set(key, opened);
    return opened;
  }

  function refused(kind: Kind, { startedMs }: Window): Answer {
    const seconds = Math.max(1, Math.ceil((startedMs + WINDOW_MS - clock.now()) / 1000));
    const why = `The request is being throttled as the limit has been reached for operation type - ${kind}. Try again after ${seconds} seconds.`;
    const { headers, ...rest } = refuse(429, 'TooManyRequests', why);
    return { ...rest, headers: { ...headers, 'retry-after': String(seconds) } };
  }

  return {
    /** The refusal of a call, or `null`: it counts. */
    spend({ method, subscription, provider }: Spending): Answer | null {
      if (limits === 'none' || provider !== 'microsoft.network') return null;
      const kind: Kind = method === 'GET' ? 'reads' : 'writes';
      const window = windowOf(`${kind} ${subscription ?? ''}`);
      if (window.spent >= LIMITS[kind]) return refused(kind, window);
      window.spent += 1;
      return null;
    },
  };
}
