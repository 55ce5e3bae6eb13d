import type { Clock } from '../shared/ports.ts';
import type { Env } from './settings.ts';

/** What host.json says; a test holds the two together. */
export const FUNCTION_TIMEOUT = '00:05:00';

/**
 * How long an HTTP trigger may take to answer, whatever the timeout: the load balancer in front of it gives up.
 * https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout
 */
const LONGEST_REQUEST_MS = 230_000;

/**
 * When the host ends an invocation that begins now, whatever it is doing; `null`: it does not. The host reads an app setting
 * before its file (https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values).
 */
export function endOfFunction({ clock }: { readonly clock: Clock }, env: Env): number | null {
  const timeoutMs = findTimeoutMs(env['AzureFunctionsJobHost__functionTimeout'] || FUNCTION_TIMEOUT);
  return timeoutMs === null ? null : clock.now() + timeoutMs;
}

/** When nobody waits any more for the answer to a request that comes now. */
export function endOfRequest(deps: { readonly clock: Clock }, env: Env): number {
  const patienceMs = deps.clock.now() + LONGEST_REQUEST_MS;
  return Math.min(endOfFunction(deps, env) ?? patienceMs, patienceMs);
}

/** A .NET time span as host.json has it, `hh:mm:ss` with days before it; `-1`: without end. */
function findTimeoutMs(text: string): number | null {
  const [, days = '0', hours, minutes, seconds] = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(text.trim()) ?? [];
  if (hours === undefined) return text.trim() === '-1' ? null : findTimeoutMs(FUNCTION_TIMEOUT);
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
