import type {
  AccountId,
  AttachmentId,
  DestinationName,
  EndpointId,
  FilterId,
  Instant,
  MachineId,
  Owner,
  PoolName,
  Region,
  RuleName,
  SourceId,
  TargetId,
} from './words.ts';

/**
 * An ARM resource id in the one form in which ids are compared: lower-cased, one leading slash, no trailing slash.
 * ARM ids are case-insensitive and its services write one id in several casings
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules).
 */
export const normaliseArmId = (text: string): string => `/${text.trim().replace(/^\/+|\/+$/g, '')}`.toLowerCase();

const isArmId = (text: string): boolean => text.includes('/');

/** AWS ids are case-sensitive and have no slash (ARNs apart); ARM ids always have one. */
const normalise = (text: string): string =>
  isArmId(text) && !text.startsWith('arn:') ? normaliseArmId(text) : text.trim();

export const parseAccountId = (text: string): AccountId => text.trim().toLowerCase() as AccountId;
/** Regions are compared as the clouds' APIs write them: `East US` is `eastus`. */
export const parseRegion = (text: string): Region => text.replace(/\s+/g, '').toLowerCase() as Region;
export const parseMachineId = (text: string): MachineId => normalise(text) as MachineId;
export const parseSourceId = (text: string): SourceId => normalise(text) as SourceId;
export const parseAttachmentId = (text: string): AttachmentId => normalise(text) as AttachmentId;
export const parseTargetId = (text: string): TargetId => normalise(text) as TargetId;
export const parseFilterId = (text: string): FilterId => text.trim() as FilterId;
export const parseEndpointId = (text: string): EndpointId => normalise(text) as EndpointId;
export const parseDestinationName = (text: string): DestinationName => text as DestinationName;
export const parsePoolName = (text: string): PoolName => text as PoolName;
export const parseRuleName = (text: string): RuleName => text as RuleName;

/** The owner part of a mark; the pattern keeps it within Azure's naming rules for a TAP configuration. */
export const OWNER_PATTERN = /^[a-z][a-z0-9-]{0,30}$/;

/** The owner, or `null` when the text is none. */
export const findOwner = (text: string): Owner | null => (OWNER_PATTERN.test(text) ? (text as Owner) : null);

/** The instant of milliseconds since the epoch. */
export const toInstant = (epochMs: number): Instant => new Date(epochMs).toISOString() as Instant;

/** The milliseconds since the epoch of an ISO 8601 date or date and time, or `null` when it is none. */
export function findEpochMs(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text.trim())) return null;
  const trimmed = text.trim().replace(' ', 'T');
  const isZoned = !trimmed.includes('T') || /(Z|[+-]\d{2}:?\d{2})$/.test(trimmed);
  const epochMs = Date.parse(isZoned ? trimmed : `${trimmed}Z`);
  return Number.isNaN(epochMs) ? null : epochMs;
}
