import type { Activity } from '../activity.ts';
import type { LocalClock } from '../clock.ts';
import type { Identity } from '../identities.ts';
import { newGuid, type Random } from '../random.ts';
import type { OrderedControls } from './controls.ts';
import type { CountingInterruptions } from './interruptions.ts';
import type { Operation } from './operation.ts';
import type { ResourceType, Target } from './path.ts';
import type { Buckets } from './quota.ts';
import type { Resource, ResourceGroup, ResourceOf } from './resource.ts';

/** How the endpoint behaves where the real service leaves a choice, or where it is not known what it does. */
export interface ArmSettings {
  /** How long a write to the network takes. */
  readonly operationMs: number;
  /** How long a write to a TAP configuration takes, and interrupts a running machine; `null`: as long as any other. */
  readonly interruptionMs: number | null;
  /** How long a virtual machine takes to start, stop or be deleted. */
  readonly settleMs: number;
  /** Resources in one page of a list. */
  readonly pageSize: number;
  /** `null`: no Retry-After header, as the service sends since 2024; it sent 10 before. */
  readonly retryAfterSeconds: number | null;
  /** Whether the addresses of operations carry a certificate and a signature, as since 2024, or none, as in 2019. */
  readonly operationAddresses: 'signed' | 'plain';
  /** What a write to a busy network interface is answered with: 409 or 429. */
  readonly busyCode: 'AnotherOperationInProgress' | 'RetryableErrorDueToAnotherOperation';
  /** What an element of `tapConfigurations` in a network interface's body holds. */
  readonly embeddedTapConfigurations: 'full' | 'id';
  /** Whether Resource Manager's token buckets refuse calls. They are always counted and told. */
  readonly buckets: Buckets;
  /** Whether Microsoft.Network's own limits, so many calls in five minutes, refuse calls. */
  readonly networkLimits: 'documented' | 'none';
  /** Whether machines that were there before the first VTAP of their region have to be stopped and started before they can be a source. */
  readonly restartNeeded: 'never' | 'after-first-tap';
  /** Whether an attach to a machine that needs a restart is refused, or accepted and then fails. */
  readonly fastpathPhase: 'request' | 'operation';
  /** How many sources a VTAP takes; `null`: any number. The documentation says 100. */
  readonly tapCapacity: number | null;
  /** What a VTAP does while sources are written: nothing, say `Updating`, or refuse others as well. */
  readonly tapWhileWritten: 'free' | 'updating' | 'locked';
  /** What the subject of an event of the Tags API is. */
  readonly tagsSubject: 'resource' | 'tags-default';
  /** Whether the subject of an action's event ends in the action: both are seen. */
  readonly actionSubject: 'resource' | 'action';
  /** How the names in the `authorization` of events are written: both are seen. */
  readonly eventAuthorization: 'camel' | 'pascal';
  /** Whether what is created is created by a deployment, as the portal does it, which has an event of its own before. */
  readonly deployments: 'told' | 'untold';
}

/** A request, read. */
export interface Call {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly caller: Identity;
  readonly correlationId: string;
  readonly apiVersion: string;
  /** Scheme and host, as the client knows the endpoint. */
  readonly origin: string;
  /** Path and query, as sent. */
  readonly path: string;
}

/** Something that happened and that the subscription's topic tells of. */
export interface Happening {
  readonly verb: 'Write' | 'Delete' | 'Action';
  readonly outcome: 'Success' | 'Failure' | 'Cancel';
  readonly operationName: string;
  readonly subject: string;
  /** An update or a deletion; only those carry `httpRequest`. */
  readonly existed: 'existed' | 'new';
  readonly call: Call;
}

/** The state of the endpoint and what it needs from outside. */
export interface Arm {
  readonly settings: ArmSettings;
  readonly clock: LocalClock;
  readonly random: Random;
  readonly activity: Activity;
  readonly controls: OrderedControls;
  readonly interruptions: CountingInterruptions;
  readonly subscriptions: readonly string[];
  /** The tenant of a subscription. */
  readonly tenantOf: (subscription: string) => string;
  /** By lower-cased id. */
  readonly groups: Map<string, ResourceGroup>;
  /** By lower-cased id, in the order of creation. */
  readonly resources: Map<string, Resource>;
  /** By path and query, verbatim. */
  readonly operations: Map<string, Operation>;
  /** The next free private address. */
  readonly newAddress: () => string;
  /** What stands for the certificate in the addresses of operations. */
  readonly certificate: string;
  /** Tells the subscription's topic. */
  readonly tell: (happening: Happening) => void;
  /** Tells listeners that the state is another one. */
  readonly changed: () => void;
}

export const newEtag = (arm: Arm): string => `W/"${newGuid(arm.random)}"`;

export const findResource = (arm: Arm, id: string): Resource | null => arm.resources.get(id.toLowerCase()) ?? null;

export function findOf<Type extends Resource['type']>(arm: Arm, type: Type, id: string): ResourceOf<Type> | null {
  const resource = findResource(arm, id);
  return resource?.type === type ? (resource as ResourceOf<Type>) : null;
}

/** All resources of a type, wherever they are, in no order. */
export function everyOf<Type extends Resource['type']>(arm: Arm, type: Type): readonly ResourceOf<Type>[] {
  const found: ResourceOf<Type>[] = [];
  for (const resource of arm.resources.values()) if (resource.type === type) found.push(resource as ResourceOf<Type>);
  return found;
}

/** The resources of a type in a subscription or one of its groups, in the order of their ids. */
export function listOf<Type extends Resource['type']>(
  arm: Arm,
  type: Type,
  subscription: string,
  group: string | null,
): readonly ResourceOf<Type>[] {
  const prefix = `${group === null ? `/subscriptions/${subscription}` : toGroupId(subscription, group)}/`.toLowerCase();
  return everyOf(arm, type)
    .map((resource) => ({ key: resource.id.toLowerCase(), resource }))
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ resource }) => resource);
}

export const toGroupId = (subscription: string, group: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}`;

export const findGroup = (arm: Arm, subscription: string, group: string): ResourceGroup | null =>
  arm.groups.get(toGroupId(subscription, group).toLowerCase()) ?? null;

/** The name of the permission that a call needs, which is also the `operationName` of its event. */
export function toActionName(
  type: ResourceType,
  verb: 'read' | 'write' | 'delete' | { readonly action: string },
): string {
  return typeof verb === 'string' ? `${type}/${verb}` : `${type}/${verb.action}/action`;
}
