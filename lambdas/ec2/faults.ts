import { FAULTS, Fault, type FaultCode } from '../../shared/fault.ts';
import type { Scope } from '../../shared/words.ts';
import type { Permission } from './permissions.ts';
import { formatPermission } from './permissions/words.ts';

/** What AWS said when it refused a call, or what kept the call from reaching it. */
export interface Refusal {
  readonly code: string;
  /** HTTP status; `null` when no answer came. */
  readonly status: number | null;
  /** Whether AWS turned the caller away, whatever was asked: not known to it, or not allowed to; `null`: it did not. */
  readonly access: 'unauthenticated' | 'denied' | null;
  /** The message, shortened; it is never that of a denial. */
  readonly said: string;
  /** Which action on which resource was denied, when the answer says so. */
  readonly denied: { readonly action: string; readonly resource: string } | null;
}

/* Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html. The EC2 model types no errors, so
   every code arrives as the name of one exception class. */

const DENIED: ReadonlySet<string> = new Set([
  'Blocked',
  'OptInRequired',
  'PendingVerification',
  // STS: the role's account has switched this region off.
  'RegionDisabledException',
]);

/** Each service has its own: UnauthorizedOperation, AccessDeniedException, NotAuthorized, AuthorizationError, KMS.AccessDeniedException. */
const DENIES = /AccessDenied|NotAuthorized|Unauthorized|AuthorizationError/i;

/** What every denial by a policy says, under whatever code (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html). */
const SAYS_DENIED = /is not authorized to perform/i;

/**
 * The key or the signature was not accepted (https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html): a key that is unknown, expired or not whole, and a
 * clock that is wrong.
 */
const UNAUTHENTICATED: ReadonlySet<string> = new Set([
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidSecurityToken',
  'InvalidSignatureException',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
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
  // The SDK's name for an answer that was waited for as long as we wait.
  'AbortError',
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

/** A refusal that nobody has classified is a denial when its status is that of one: its message may name a person. */
function accessOf(code: string, status: number | null, message: string): Refusal['access'] {
  if (UNAUTHENTICATED.has(code)) return 'unauthenticated';
  if (THROTTLED.has(code)) return null;
  const isDenied = DENIED.has(code) || DENIES.test(code) || SAYS_DENIED.test(message);
  return isDenied || status === 401 || status === 403 ? 'denied' : null;
}

const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(FAULTS, code);

/** What was thrown by a call of an SDK client, as a refusal. A `Fault` comes from our own credentials and says all itself. */
export function toRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Fault) {
    return { code: thrown.code, status: null, access: null, said: thrown.message, denied: null };
  }
  const { name, code, message, $metadata } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown;
  const status = typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : null;
  const named = findText(name) ?? 'unknown';
  // Errors of sockets are named `Error` and have their own code.
  const refusalCode = status === null && named === 'Error' ? (findText(code) ?? named) : named;
  const text = findText(message) ?? '';
  const access = accessOf(refusalCode, status, text);
  return {
    code: refusalCode,
    status,
    access,
    said: access === null ? text.slice(0, LONGEST_MESSAGE) : '',
    denied: access === null ? null : findDenied(text),
  };
}

/** What kind of failure a refusal is, by code and status. */
export function faultCodeOf({ code, status, access }: Refusal): FaultCode {
  if (isFaultCode(code)) return code;
  if (access !== null) return 'denied';
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

/** What AWS said, in words; a `Fault` says all itself. */
export function formatRefusal({ code, said }: Refusal): string {
  if (said === '') return code;
  return isFaultCode(code) ? said : `${code}: ${said}`;
}

/** What was attempted, on what, what AWS said, and what to do, in one sentence. */
export function describeRefusal(refusal: Refusal, permission: Permission, on: string, scope: Scope): string {
  const attempted = `${permission.call} on ${on}`;
  if (refusal.access === 'unauthenticated') {
    return `${attempted}: the credentials were not accepted (${refusal.code}); give credentials of account ${scope.account}`;
  }
  if (refusal.access === 'denied') {
    const named = refusal.denied;
    const needed = named === null ? formatPermission(permission, scope) : `${named.action} on ${named.resource}`;
    return `${attempted}: denied (${refusal.code}); allow ${needed}`;
  }
  const said = formatRefusal(refusal);
  const remedy = isFaultCode(refusal.code) ? undefined : REMEDIES[faultCodeOf(refusal)];
  return remedy === undefined ? `${attempted}: ${said}` : `${attempted}: ${said}; ${remedy}`;
}

/** What a call threw, as one sentence. A `Fault` says all itself. */
export const describeThrown = (thrown: unknown, permission: Permission, on: string, scope: Scope): string =>
  thrown instanceof Fault ? thrown.message : describeRefusal(toRefusal(thrown), permission, on, scope);

/** A refusal of a read as the fault that it is. */
export function toReadFault(thrown: unknown, permission: Permission, scope: Scope): Fault {
  if (thrown instanceof Fault) return thrown;
  const refusal = toRefusal(thrown);
  const where = `${scope.account} ${scope.region ?? ''}`.trim();
  return new Fault(faultCodeOf(refusal), describeRefusal(refusal, permission, where, scope), thrown);
}
