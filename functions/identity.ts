import { findEpochMs, parseMachineId, parseSourceId, toInstant } from '../shared/ids.ts';
import type { Instant, Subject } from '../shared/words.ts';
import {
  findResource,
  INTERFACE_TYPE,
  MACHINE_TYPE,
  type Resource,
  TAP_CONFIGURATION_TYPE,
} from './arm/resource-id.ts';
import { findAt, findJson, findTextAt } from './json.ts';

/** Twice as long as any resource id; longer text is not searched for suffixes. */
const LONGEST_SUBJECT = 4096;

/** The first of several texts that names a resource of a resource group, however its event writes it. */
export function findFirstResource(texts: readonly (string | null)[]): Resource | null {
  for (const text of texts) {
    const resource = text === null || text.length > LONGEST_SUBJECT ? null : findResource(withoutSuffix(text));
    if (resource !== null) return resource;
  }
  return null;
}

/**
 * The subject of a tags write is the resource itself or its `tags/default`; that of an action occurs with and without the
 * action's own name at the end.
 */
const withoutSuffix = (subject: string): string =>
  subject
    .trim()
    .replace(/\/+$/, '')
    .replace(/\/providers\/microsoft\.resources\/tags\/default$/i, '')
    .replace(/(\/virtualmachines\/[^/]+)\/(start|deallocate|poweroff)(\/action)?$/i, '$1');

/** Instances of uniform scale sets are of other types, and have no TAP configurations. */
export function findSubject({ type, id, parent }: Resource): Subject | null {
  if (type === MACHINE_TYPE) return { kind: 'machine', id: parseMachineId(id) };
  if (type === INTERFACE_TYPE) return { kind: 'source', id: parseSourceId(id) };
  if (type === TAP_CONFIGURATION_TYPE && parent !== null) return { kind: 'source', id: parseSourceId(parent) };
  return null;
}

/** Object ids and the application's, in both versions of tokens (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). */
const IDENTITY_CLAIMS = [
  'http://schemas.microsoft.com/identity/claims/objectidentifier',
  'oid',
  'appid',
  'azp',
] as const;

/** By the identity in the claims: anybody can give a TAP configuration our name. Older events carry the claims as text. */
export function isOwn(event: unknown, ownIds: readonly string[]): boolean {
  const own = new Set(ownIds.map(foldGuid).filter((id) => id !== ''));
  const written = findAt(event, 'data', 'claims');
  const claims = typeof written === 'string' ? findJson(written) : written;
  return IDENTITY_CLAIMS.some((claim) => own.has(foldGuid(findTextAt(claims, claim) ?? '')));
}

/** GUIDs occur with and without hyphens. */
const foldGuid = (text: string): string => text.trim().replaceAll('-', '').toLowerCase();

/** Only what looks like an id is taken over: whatever it is ends up in the log. */
export function findCorrelation(event: unknown): string | null {
  const candidates = [findTextAt(event, 'data', 'correlationId'), findTextAt(event, 'id')];
  return candidates.find((text) => text !== null && /^[0-9A-Za-z-]{1,64}$/.test(text)) ?? null;
}

/** When an event happened; one that does not say, or is of the future, happened now. */
export function sinceOf(event: unknown, nowMs: number): Instant {
  const written = findTextAt(event, 'time') ?? findTextAt(event, 'eventTime') ?? '';
  return toInstant(Math.min(findEpochMs(written) ?? nowMs, nowMs));
}
