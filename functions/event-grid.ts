import type { Work } from '../shared/work.ts';
import { INTERFACE_TYPE, MACHINE_TYPE, TAP_CONFIGURATION_TYPE } from './arm/resource-id.ts';
import { findCorrelation, findFirstResource, findSubject, isOwn, sinceOf } from './identity.ts';
import { findJson, findRecord, findTextAt } from './json.ts';

const WRITTEN = 'Microsoft.Resources.ResourceWriteSuccess';
const DELETED = 'Microsoft.Resources.ResourceDeleteSuccess';
const ACTED = 'Microsoft.Resources.ResourceActionSuccess';
const NOTIFIED = 'Microsoft.ResourceNotifications.Resources.CreatedOrUpdated';
const NOTIFIED_DELETED = 'Microsoft.ResourceNotifications.Resources.Deleted';

interface Operation {
  readonly name: string;
  readonly eventType: string;
  /** The types of resource, lower-cased, that the operation is looked at for. */
  readonly on: readonly string[];
  /** Whether what our own identity did is ignored: looking at our own writes would never end. */
  readonly ignoreOwn: boolean;
  /** Whether what a machine was refused for until then may be over. */
  readonly isRestart: boolean;
}

const MACHINE = { on: [MACHINE_TYPE], ignoreOwn: false, isRestart: false };
const INTERFACE = { on: [INTERFACE_TYPE], ignoreOwn: false, isRestart: false };
const TAP_CONFIGURATION = { on: [TAP_CONFIGURATION_TYPE], ignoreOwn: true, isRestart: false };
const TAGS = { on: [MACHINE_TYPE, INTERFACE_TYPE], ignoreOwn: false, isRestart: false };

/**
 * Every operation that asks for a look, by the names that the activity log uses
 * (https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions).
 *
 * - A machine that is started or deallocated: what needed a restart can be attached. One that is switched off or deallocated
 *   can be changed without interrupting anything. A reboot (`restart/action`) changes nothing that is looked at.
 * - Tags written through the Tags API, the portal's way, emit no write of the machine itself; nor does their removal.
 * - A deleted interface takes its TAP configurations along. A deleted machine may leave its interfaces behind, to be judged
 *   on their own tags; what it was refused for is not the fault of another one under its name.
 * - A scale set's own writes name no machine: instances that can have TAP configurations (flexible ones) are machines with
 *   events of their own, and what comes without any waits for the sweep.
 */
export const OPERATIONS: readonly Operation[] = [
  { ...MACHINE, name: 'Microsoft.Compute/virtualMachines/write', eventType: WRITTEN },
  { ...MACHINE, name: 'Microsoft.Compute/virtualMachines/delete', eventType: DELETED, isRestart: true },
  { ...MACHINE, name: 'Microsoft.Compute/virtualMachines/start/action', eventType: ACTED, isRestart: true },
  { ...MACHINE, name: 'Microsoft.Compute/virtualMachines/deallocate/action', eventType: ACTED, isRestart: true },
  { ...MACHINE, name: 'Microsoft.Compute/virtualMachines/powerOff/action', eventType: ACTED },
  { ...INTERFACE, name: 'Microsoft.Network/networkInterfaces/write', eventType: WRITTEN },
  { ...TAP_CONFIGURATION, name: 'Microsoft.Network/networkInterfaces/tapConfigurations/write', eventType: WRITTEN },
  { ...TAP_CONFIGURATION, name: 'Microsoft.Network/networkInterfaces/tapConfigurations/delete', eventType: DELETED },
  { ...TAGS, name: 'Microsoft.Resources/tags/write', eventType: WRITTEN },
  { ...TAGS, name: 'Microsoft.Resources/tags/delete', eventType: DELETED },
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
  /** The object ids (or application ids) of our own identities; none: nothing is recognised as our own. */
  readonly ownIds: readonly string[];
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
  if (operation.ignoreOwn && isOwn(event, reader.ownIds)) return ignored('it is our own doing');
  const resource = findTextAt(event, 'data', 'resourceUri') ?? findTextAt(event, 'data', 'authorization', 'scope');
  return identifyResource(event, [findTextAt(event, 'subject'), resource], operation, reader);
}

/** Notifications do not say what was done to the resource. */
function identifyNotification(event: unknown, reader: Reader): Identity {
  const texts = [findTextAt(event, 'subject'), findTextAt(event, 'data', 'resourceInfo', 'id')];
  return identifyResource(event, texts, { on: [MACHINE_TYPE, INTERFACE_TYPE], isRestart: false }, reader);
}

function identifyResource(
  event: unknown,
  texts: readonly (string | null)[],
  { on, isRestart }: Pick<Operation, 'on' | 'isRestart'>,
  reader: Reader,
): Identity {
  if (texts.every((text) => text === null)) return unreadable('it has no subject');
  const resource = findFirstResource(texts);
  if (resource === null) return ignored('its subject is not a resource of a resource group');
  const subject = on.includes(resource.type) ? findSubject(resource) : null;
  if (subject === null) return ignored('its subject is neither a virtual machine nor a network interface');
  const work: Work = {
    kind: 'look',
    scope: { cloud: 'azure', account: resource.subscription, region: null },
    subjects: [subject],
    run: null,
    hook: null,
    isRestart,
    askedBy: 'event',
    waiting: [],
    correlation: findCorrelation(event) ?? reader.newId(),
    since: sinceOf(event, reader.nowMs),
  };
  return { kind: 'work', work };
}

const isType = (written: string, known: string): boolean => written.toLowerCase() === known.toLowerCase();
const ignored = (why: string): Identity => ({ kind: 'ignored', why });
const unreadable = (why: string): Identity => ({ kind: 'unreadable', why });
