import type { FaultCode } from '../../shared/fault.ts';
import type { HoldCode } from '../../shared/reason.ts';
import { findAt, findRecord, findTextAt, listAt } from '../json.ts';
import type { Answer } from './exchange.ts';

/** What Azure said when it refused, in one answer or at the end of an operation. */
export interface Refusal {
  /** `null` when an operation failed: its own answer is a 200. */
  readonly status: number | null;
  /** The error's code and those of its details, outermost first. */
  readonly codes: readonly string[];
  /** The messages of the same, without names of people. */
  readonly said: string;
  readonly retryAfterSeconds: number | null;
}

/** What a refusal means for a change. */
export type Meaning =
  | { readonly kind: 'gone' }
  /** Another operation holds a lock: the same request succeeds soon. */
  | { readonly kind: 'busy' }
  /** The world is not what was read. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'hold'; readonly code: HoldCode }
  | { readonly kind: 'fault'; readonly code: FaultCode };

const GONE: Meaning = { kind: 'gone' };
const BUSY: Meaning = { kind: 'busy' };
const CONFLICT: Meaning = { kind: 'conflict' };
const hold = (code: HoldCode): Meaning => ({ kind: 'hold', code });
const fault = (code: FaultCode): Meaning => ({ kind: 'fault', code });

/**
 * By code, lower-cased. An absent child is `NotFound`, said by its provider; an absent top-level resource is
 * `ResourceNotFound`, said by Resource Manager; both are gone.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 * https://learn.microsoft.com/azure/networking/troubleshoot-failed-state
 */
const BY_CODE: ReadonlyMap<string, Meaning> = new Map([
  ['notfound', GONE],
  ['resourcenotfound', GONE],
  ['resourcegroupnotfound', GONE],
  ['parentresourcenotfound', GONE],
  ['anotheroperationinprogress', BUSY],
  ['retryableerror', BUSY],
  ['retryableerrorduetoanotheroperation', BUSY],
  ['referencedresourcenotprovisioned', BUSY],
  ['canceled', CONFLICT],
  ['operationpreempted', CONFLICT],
  ['preconditionfailed', CONFLICT],
  ['invalidresourcereference', hold('destination-missing')],
  ['authorizationfailed', fault('denied')],
  ['linkedauthorizationfailed', fault('denied')],
  ['requestdisallowedbypolicy', fault('denied')],
  ['scopelocked', fault('denied')],
  ['toomanyrequests', fault('throttled')],
  ['subscriptionrequeststhrottled', fault('throttled')],
  ['regionnotenabledforfeature', fault('unsupported')],
  ['subscriptionnotregisteredforfeature', fault('unsupported')],
  ['missingsubscriptionregistration', fault('unsupported')],
  ['invalidjsonreferencewrongtype', fault('unsupported')],
  ['invalidrequestformat', fault('unsupported')],
  ['quotaexceeded', fault('quota')],
]);

/** What a person does about it, where the code's own remedy does not say so. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['authorizationfailed', 'a role that was just granted takes minutes to work'],
  ['linkedauthorizationfailed', 'grant Microsoft.Network/virtualNetworkTaps/join/action on the VTAP'],
  ['requestdisallowedbypolicy', 'exempt TAP configurations from the policy'],
  ['scopelocked', 'remove the lock, or exclude the interface by rule'],
  ['regionnotenabledforfeature', 'virtual network TAP is not available in this region'],
  [
    'subscriptionnotregisteredforfeature',
    'az feature register --namespace Microsoft.Network --name AllowVirtualNetworkTap',
  ],
  ['missingsubscriptionregistration', 'az provider register --namespace Microsoft.Network'],
]);

/**
 * No code is documented for a machine that was not restarted since virtual network TAP came to its host, only the text "NIC
 * is not on fastpath": this is the one place where text is matched.
 * https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview (limitations)
 */
const NOT_ON_FASTPATH = /fast[\s-]?path/i;

/** What a refusal means, by its codes, the most particular known one first, then by its status. */
export function classify(refusal: Refusal): Meaning {
  if (NOT_ON_FASTPATH.test(`${refusal.codes.join(' ')} ${refusal.said}`)) return hold('needs-restart');
  const codes = refusal.codes.map((code) => code.toLowerCase());
  const known = codes.toReversed().find((code) => BY_CODE.has(code));
  if (known !== undefined) return BY_CODE.get(known) ?? fault('unexpected');
  if (codes.some((code) => code.startsWith('retryableerror'))) return BUSY;
  if (codes.some((code) => code.endsWith('limitreached'))) return fault('quota');
  return classifyStatus(refusal.status);
}

function classifyStatus(status: number | null): Meaning {
  if (status === null) return fault('unexpected');
  if (status === 401 || status === 403) return fault('denied');
  if (status === 404) return GONE;
  if (status === 409 || status === 412) return CONFLICT;
  if (status === 429) return fault('throttled');
  if (status === 408 || status >= 500) return fault('unreachable');
  return status >= 400 ? fault('unsupported') : fault('unexpected');
}

/** The refusal in an answer, or `null` when it is none. */
export const findRefusal = (answer: Answer): Refusal | null =>
  answer.status < 400 ? null : toRefusal(answer.body, answer.status, findRetryAfterSeconds(answer));

/** What the body of an error, or of an operation that failed, says. */
export function toRefusal(body: unknown, status: number | null, retryAfterSeconds: number | null): Refusal {
  const errors = flatten(findAt(body, 'error') ?? body, 0);
  const codes = errors.flatMap((error) => findTextAt(error, 'code') ?? []);
  const said = errors.flatMap((error) => findTextAt(error, 'message') ?? []);
  return { status, codes, said: withoutPeople(said.join(' ')).slice(0, LONGEST_SAID), retryAfterSeconds };
}

/** What Azure said, for a message: status, codes, text, and what helps. */
export function explain(refusal: Refusal): string {
  const codes = [...new Set(refusal.codes)];
  const head = [refusal.status, ...codes].filter((part) => part !== null).join(' ');
  const advice = codes.flatMap((code) => ADVICE.get(code.toLowerCase()) ?? []);
  return [head, refusal.said, ...advice].filter((part) => part !== '').join('; ');
}

/** Seconds, or a date, which Azure does not send. */
export function findRetryAfterSeconds({ headers }: Answer): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

const LONGEST_SAID = 1000;
const DEEPEST = 4;

/** An error and its details; some are text that holds JSON or nothing of use. */
function flatten(error: unknown, depth: number): readonly unknown[] {
  if (depth > DEEPEST || findRecord(error) === null) return [];
  return [error, ...listAt(error, 'details').flatMap((detail) => flatten(detail, depth + 1))];
}

/** AuthorizationFailed names its caller by user principal name. */
const withoutPeople = (text: string): string => text.replace(/[^\s'"]+@[^\s'"]+/g, '(somebody)');
