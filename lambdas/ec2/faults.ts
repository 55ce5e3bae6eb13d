import { FAULTS, Fault, type FaultCode } from '../../shared/fault.ts';
import type { Scope } from '../../shared/words.ts';
import { formatPermission, type Permission } from './permissions.ts';

/** What AWS said when it refused a call, or what kept the call from reaching it. */
export interface Refusal {
  readonly code: string;
  /** HTTP status; `null` when no answer came. */
  readonly status: number | null;
  /** The message, shortened; it is never that of a denial. */
  readonly said: string;
  /** Which action on which resource was denied, when the answer says so. */
  readonly denied: { readonly action: string; readonly resource: string } | null;
}

/* Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html. The EC2 model types no errors, so
   every code arrives as the name of one exception class. */

const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'Blocked',
  'OptInRequired',
  'PendingVerification',
  // STS: the role's account has switched this region off.
  'RegionDisabledException',
  'UnauthorizedOperation',
]);

const UNAUTHENTICATED: ReadonlySet<string> = new Set([
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

const THROTTLED: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const UNREACHABLE: ReadonlySet<string> = new Set([
  'InternalError',
  'InternalFailure',
  'RequestTimeout',
  'ServiceUnavailable',
  'TimeoutError',
  'Unavailable',
]);

const LONGEST_MESSAGE = 300;

interface Thrown {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

const findText = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/**
 * The action and the resource that a denial names. It also names the caller, who may be a person, and holds an encoded
 * copy of the policies: neither is kept.
 */
function findDenied(message: string): Refusal['denied'] {
  const found = /perform: ([a-z0-9-]+:\w+) on resource: (arn:[^\s,]+)/.exec(message);
  const [, action, resource] = found ?? [];
  return action === undefined || resource === undefined ? null : { action, resource };
}

const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(FAULTS, code);

/** What was thrown by a call of an SDK client, as a refusal. A `Fault` comes from our own credentials and says all itself. */
export function toRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Fault) return { code: thrown.code, status: null, said: thrown.message, denied: null };
  const { name, code, message, $metadata } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown;
  const status = typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : null;
  const named = findText(name) ?? 'unknown';
  // Errors of sockets are named `Error` and have their own code.
  const refusalCode = status === null && named === 'Error' ? (findText(code) ?? named) : named;
  const text = findText(message) ?? '';
  const isDenial = DENIED.has(refusalCode) || UNAUTHENTICATED.has(refusalCode);
  return {
    code: refusalCode,
    status,
    said: isDenial ? '' : text.slice(0, LONGEST_MESSAGE),
    denied: isDenial ? findDenied(text) : null,
  };
}

/** What kind of failure a refusal is, by code and status. */
export function faultCodeOf({ code, status }: Refusal): FaultCode {
  if (isFaultCode(code)) return code;
  if (DENIED.has(code) || UNAUTHENTICATED.has(code)) return 'denied';
  if (THROTTLED.has(code) || status === 429) return 'throttled';
  if (UNREACHABLE.has(code) || (status !== null && status >= 500)) return 'unreachable';
  if (status === null && /^E[A-Z_]+$/.test(code)) return 'unreachable';
  if (code.endsWith('LimitExceeded')) return 'quota';
  return 'unexpected';
}

const REMEDIES: Partial<Record<FaultCode, string>> = {
  throttled: 'it is tried again later',
  unreachable: 'it is tried again later; see whether the endpoint can be reached',
  quota: 'ask for a higher quota, or remove what is not needed',
};

/** What AWS said, in words. */
export const formatRefusal = ({ code, said }: Refusal): string => (said === '' ? code : `${code}: ${said}`);

/** What was attempted, on what, what AWS said, and what to do, in one sentence. */
export function describeRefusal(refusal: Refusal, permission: Permission, on: string, scope: Scope): string {
  const attempted = `${permission.call} on ${on}`;
  if (UNAUTHENTICATED.has(refusal.code)) {
    return `${attempted}: the credentials were not accepted (${refusal.code}); give credentials of account ${scope.account}`;
  }
  if (DENIED.has(refusal.code)) {
    const named = refusal.denied;
    const needed = named === null ? formatPermission(permission, scope) : `${named.action} on ${named.resource}`;
    return `${attempted}: denied (${refusal.code}); allow ${needed}`;
  }
  const said = formatRefusal(refusal);
  const remedy = REMEDIES[faultCodeOf(refusal)];
  return remedy === undefined ? `${attempted}: ${said}` : `${attempted}: ${said}; ${remedy}`;
}

/** A refusal of a read as the fault that it is. */
export function toReadFault(thrown: unknown, permission: Permission, scope: Scope): Fault {
  if (thrown instanceof Fault) return thrown;
  const refusal = toRefusal(thrown);
  const where = `${scope.account} ${scope.region ?? ''}`.trim();
  return new Fault(faultCodeOf(refusal), describeRefusal(refusal, permission, where, scope), thrown);
}
