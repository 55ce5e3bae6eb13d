import { findEpochMs, parseMachineId, parseSourceId, toInstant } from '../shared/ids.ts';
import type { Subject } from '../shared/words.ts';
import type { Work } from '../shared/work.ts';
import {
  findResource,
  INTERFACE_TYPE,
  MACHINE_TYPE,
  type Resource,
  TAP_CONFIGURATION_TYPE,
} from './arm/resource-id.ts';
import { findAt, findJson, findRecord, findTextAt } from './json.ts';

const WRITTEN = 'Microsoft.Resources.ResourceWriteSuccess';
const DELETED = 'Microsoft.Resources.ResourceDeleteSuccess';
const ACTED = 'Microsoft.Resources.ResourceActionSuccess';
const NOTIFIED = 'Microsoft.ResourceNotifications.Resources.CreatedOrUpdated';
const NOTIFIED_DELETED = 'Microsoft.ResourceNotifications.Resources.Deleted';

/** Twice as long as any resource id; longer text is not searched for suffixes. */
const LONGEST_SUBJECT = 4096;

interface Operation {
  readonly name: string;
  readonly eventType: string;
  /** The types of resource, lower-cased, that the operation is looked at for. */
  readonly on: readonly string[];
  /** Whether what our own identity did is ignored: looking at our own writes would never end. */
  readonly ignoreOwn: boolean;
}

/**
 * Every operation that asks for a look, by the names that the activity log uses.
 *
 * A start is the moment at which a machine that needed a restart can be attached; tags written through the Tags API, the
 * portal's way, emit no write of the machine itself.
 * https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
export const OPERATIONS: readonly Operation[] = [
  { name: 'Microsoft.Compute/virtualMachines/write', eventType: WRITTEN, on: [MACHINE_TYPE], ignoreOwn: false },
  { name: 'Microsoft.Compute/virtualMachines/delete', eventType: DELETED, on: [MACHINE_TYPE], ignoreOwn: false },
  { name: 'Microsoft.Compute/virtualMachines/start/action', eventType: ACTED, on: [MACHINE_TYPE], ignoreOwn: false },
  {
    name: 'Microsoft.Compute/virtualMachines/deallocate/action',
    eventType: ACTED,
    on: [MACHINE_TYPE],
    ignoreOwn: false,
  },
  { name: 'Microsoft.Network/networkInterfaces/write', eventType: WRITTEN, on: [INTERFACE_TYPE], ignoreOwn: false },
  {
    name: 'Microsoft.Network/networkInterfaces/tapConfigurations/write',
    eventType: WRITTEN,
    on: [TAP_CONFIGURATION_TYPE],
    ignoreOwn: true,
  },
  {
    name: 'Microsoft.Network/networkInterfaces/tapConfigurations/delete',
    eventType: DELETED,
    on: [TAP_CONFIGURATION_TYPE],
    ignoreOwn: true,
  },
  {
    name: 'Microsoft.Resources/tags/write',
    eventType: WRITTEN,
    on: [MACHINE_TYPE, INTERFACE_TYPE],
    ignoreOwn: false,
  },
];

/** A filter of an Event Grid subscription, as its resource takes it. */
export interface EventGridFilter {
  readonly includedEventTypes: readonly string[];
  readonly advancedFilters: readonly {
    /** Compares without regard to case, and wholly: a prefix of `networkInterfaces` would let every child in. */
    readonly operatorType: 'StringIn';
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

/** The filter on the topic of a subscription (`Microsoft.Resources.Subscriptions`). */
export const SUBSCRIPTION_FILTER: EventGridFilter = {
  includedEventTypes: [...new Set(OPERATIONS.map(({ eventType }) => eventType))],
  advancedFilters: [
    { operatorType: 'StringIn', key: 'data.operationName', values: OPERATIONS.map(({ name }) => name) },
  ],
};

/** The filter on the topic of resource notifications (`Microsoft.ResourceNotifications.Resources`), where it is used. */
export const NOTIFICATION_FILTER: EventGridFilter = {
  includedEventTypes: [NOTIFIED, NOTIFIED_DELETED],
  advancedFilters: [
    {
      operatorType: 'StringIn',
      key: 'data.resourceInfo.type',
      values: ['Microsoft.Compute/virtualMachines', 'Microsoft.Network/networkInterfaces'],
    },
  ],
};

/** Who reads an event, and when. */
export interface Reader {
  /** The object id (or application id) of our own identity; `null`: nothing is recognised as our own. */
  readonly principalId: string | null;
  readonly nowMs: number;
  readonly newId: () => string;
}

/** What one event says: what to look at, or in words (never the event's own) why there is nothing to look at. */
export type Identity =
  | { readonly kind: 'work'; readonly work: Work }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * The identities in a delivery: one event, a batch of them, or the text of either. Events of one batch may share an id, so
 * nothing is left out as a duplicate.
 */
export function identifyAll(delivery: unknown, reader: Reader): readonly Identity[] {
  const parsed = typeof delivery === 'string' ? findJson(delivery) : delivery;
  return (Array.isArray(parsed) ? parsed : [parsed]).map((event: unknown) => identify(event, reader));
}

/** The identity in one event, in the Event Grid schema or in CloudEvents 1.0. */
export function identify(event: unknown, reader: Reader): Identity {
  if (findRecord(event) === null) return unreadable('it is not an object');
  const type = findTextAt(event, 'type') ?? findTextAt(event, 'eventType');
  if (type === null) return unreadable('it has no type');
  if (isType(type, NOTIFIED) || isType(type, NOTIFIED_DELETED)) return identifyNotification(event, reader);
  if (/^microsoft\.resources\.resource(write|delete|action)(failure|cancel)$/i.test(type)) {
    return ignored('the operation did not succeed');
  }
  if (![WRITTEN, DELETED, ACTED].some((known) => isType(type, known))) return unreadable('its type is not known');
  return identifyOperation(event, type, reader);
}

function identifyOperation(event: unknown, type: string, reader: Reader): Identity {
  const name = findTextAt(event, 'data', 'operationName') ?? findTextAt(event, 'data', 'authorization', 'action');
  if (name === null) return unreadable('it has no operation');
  const operation = OPERATIONS.find((known) => isType(name, known.name) && isType(type, known.eventType));
  if (operation === undefined) return ignored('the operation is not one that is looked at');
  if (operation.ignoreOwn && isOwn(event, reader.principalId)) return ignored('it is our own doing');
  const subject = findTextAt(event, 'subject') ?? findTextAt(event, 'data', 'resourceUri');
  return subject === null ? unreadable('it has no subject') : identifyResource(event, subject, operation.on, reader);
}

function identifyNotification(event: unknown, reader: Reader): Identity {
  const subject = findTextAt(event, 'subject') ?? findTextAt(event, 'data', 'resourceInfo', 'id');
  if (subject === null) return unreadable('it has no subject');
  return identifyResource(event, subject, [MACHINE_TYPE, INTERFACE_TYPE], reader);
}

function identifyResource(event: unknown, text: string, on: readonly string[], reader: Reader): Identity {
  const resource = text.length > LONGEST_SUBJECT ? null : findResource(withoutSuffix(text));
  if (resource === null) return ignored('its subject is not a resource of a resource group');
  const subject = on.includes(resource.type) ? findSubject(resource) : null;
  if (subject === null) return ignored('its subject is neither a virtual machine nor a network interface');
  return {
    kind: 'work',
    work: {
      kind: 'look',
      scope: { cloud: 'azure', account: resource.subscription, region: null },
      subjects: [subject],
      run: null,
      hook: null,
      isRestart: false,
      correlation: correlationOf(event) ?? reader.newId(),
      since: toInstant(happenedAtMs(event, reader.nowMs)),
    },
  };
}

/** Instances of uniform scale sets are of other types, and have no TAP configurations. */
function findSubject({ type, id, parent }: Resource): Subject | null {
  if (type === MACHINE_TYPE) return { kind: 'machine', id: parseMachineId(id) };
  if (type === INTERFACE_TYPE) return { kind: 'source', id: parseSourceId(id) };
  if (type === TAP_CONFIGURATION_TYPE && parent !== null) return { kind: 'source', id: parseSourceId(parent) };
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
    .replace(/(\/virtualmachines\/[^/]+)\/(start|deallocate)(\/action)?$/i, '$1');

/** By the identity in the claims: anybody can give a TAP configuration our name. Older events carry the claims as text. */
function isOwn(event: unknown, principalId: string | null): boolean {
  const own = foldGuid(principalId ?? '');
  if (own === '') return false;
  const written = findAt(event, 'data', 'claims');
  const claims = typeof written === 'string' ? findJson(written) : written;
  return ['http://schemas.microsoft.com/identity/claims/objectidentifier', 'oid', 'appid'].some(
    (claim) => foldGuid(findTextAt(claims, claim) ?? '') === own,
  );
}

/** GUIDs occur with and without hyphens. */
const foldGuid = (text: string): string => text.trim().replaceAll('-', '').toLowerCase();

/** Only what looks like an id is taken over: whatever it is ends up in the log. */
function correlationOf(event: unknown): string | null {
  const candidates = [findTextAt(event, 'data', 'correlationId'), findTextAt(event, 'id')];
  return candidates.find((text) => text !== null && /^[0-9A-Za-z-]{1,64}$/.test(text)) ?? null;
}

/** An event without a readable time, or of the future, happened now. */
function happenedAtMs(event: unknown, nowMs: number): number {
  const written = findTextAt(event, 'time') ?? findTextAt(event, 'eventTime') ?? '';
  return Math.min(findEpochMs(written) ?? nowMs, nowMs);
}

const isType = (written: string, known: string): boolean => written.toLowerCase() === known.toLowerCase();
const ignored = (why: string): Identity => ({ kind: 'ignored', why });
const unreadable = (why: string): Identity => ({ kind: 'unreadable', why });
