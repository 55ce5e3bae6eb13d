import { answer, refuse, refuseAtGateway, type Answer } from './answer.ts';
import { toActionName, type Arm, type Call } from './arm.ts';
import { findReadOnly, findUnregistered } from './availability.ts';
import type { Occasion } from './failures.ts';
import type { Kind } from './kind.ts';
import { networkInterfaces } from './network-interfaces.ts';
import { toScopeId, type ActionTarget, type ResourceTarget, type ResourceType, type Target } from './path.ts';
import { plainResources } from './plain-resources.ts';
import { feature, provider } from './providers.ts';
import { toActionSpelling } from './power.ts';
import {
  getSubscription,
  group,
  listGroups,
  listLocations,
  listSubscriptions,
  subscriptionNotFound,
  wrongTenant,
} from './subscriptions.ts';
import { tags } from './tags.ts';
import { tapConfigurations } from './tap-configurations.ts';
import { virtualMachines } from './virtual-machines.ts';
import { virtualNetworkTaps } from './virtual-network-taps.ts';

const KINDS: Readonly<Record<ResourceType, Kind>> = {
  'Microsoft.Compute/virtualMachines': virtualMachines,
  'Microsoft.Network/networkInterfaces': networkInterfaces,
  'Microsoft.Network/networkInterfaces/tapConfigurations': tapConfigurations,
  'Microsoft.Network/virtualNetworkTaps': virtualNetworkTaps,
  'Microsoft.Network/loadBalancers': plainResources('Microsoft.Network/loadBalancers'),
  'Microsoft.Network/virtualNetworks': plainResources('Microsoft.Network/virtualNetworks'),
};

type Verb = 'read' | 'write' | 'delete';
const toVerb = (method: string): Verb => (method === 'GET' ? 'read' : method === 'DELETE' ? 'delete' : 'write');

/** The permission that a call needs. */
function toPermission({ method, target }: Pick<Call, 'method' | 'target'>): string {
  switch (target.kind) {
    case 'resource':
    case 'collection':
      return toActionName(target.type, toVerb(method));
    case 'action':
      return target.action.toLowerCase() === 'instanceview'
        ? `${target.resource.type}/instanceView/read`
        : toActionName(target.resource.type, { action: toActionSpelling(target.action) });
    case 'tags':
      return `Microsoft.Resources/tags/${toVerb(method)}`;
    case 'group':
    case 'groups':
      return `Microsoft.Resources/subscriptions/resourceGroups/${toVerb(method)}`;
    case 'provider':
      return method === 'GET' ? `${target.namespace}/read` : `${target.namespace}/register/action`;
    case 'feature':
      return `Microsoft.Features/providers/features/${method === 'GET' ? 'read' : 'register/action'}`;
    case 'subscription':
    case 'subscriptions':
    case 'locations':
    case 'unknown':
      return `Microsoft.Resources/subscriptions/${toVerb(method)}`;
  }
}

/** What a call is counted as. */
export function toCounted({
  method,
  target,
}: Pick<Call, 'method' | 'target'>): readonly [method: string, type: string] {
  const type = toPermission({ method, target }).replace(/\/(read|write|delete)$/, '');
  const isList = target.kind === 'collection' || target.kind === 'groups' || target.kind === 'subscriptions';
  return [isList ? 'LIST' : method, type.replace(/\/action$/, '')];
}

/** A call as orders speak of it: the permission that it needs, and what it is about. */
export const toOccasion = (call: Call): Occasion => ({ action: toPermission(call), subject: toScopeId(call.target) });

function denied({ caller, target }: Call, action: string): Answer {
  const message = `The client '${caller.appId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${toScopeId(target)}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
  return answer(403, { error: { code: 'AuthorizationFailed', message } }, { 'x-ms-failure-cause': 'gateway' });
}

const subscriptionOf = (target: Target): string | null => ('subscription' in target ? target.subscription : null);

/** Why the subscription that a call names cannot be called by this caller, or `null`. */
function findOutside(arm: Arm, { target, caller }: Call): Answer | null {
  const subscription = subscriptionOf(target);
  if (subscription === null) return null;
  const isKnown = arm.subscriptions.some((known) => known.toLowerCase() === subscription.toLowerCase());
  if (!isKnown) return subscriptionNotFound(subscription);
  const tenant = arm.tenantOf(subscription);
  return tenant === caller.tenantId ? null : wrongTenant(caller.tenantId, tenant);
}

/** The resource provider whose calls a subscription has to be registered for, or `null`: Resource Manager itself. */
function findProvider(target: Target): string | null {
  if (target.kind === 'action') return findProvider(target.resource);
  return target.kind === 'resource' || target.kind === 'collection' ? (target.type.split('/')[0] ?? null) : null;
}

function findUnprovided(arm: Arm, { target, method }: Call): Answer | null {
  const subscription = subscriptionOf(target);
  if (subscription === null) return null;
  const provider = findProvider(target);
  return (
    findReadOnly(arm, subscription, method) ??
    (provider === null ? null : findUnregistered(arm, subscription, provider))
  );
}

function findOrdered(arm: Arm, occasion: Occasion): Answer | null {
  const failure = arm.controls.takeFailure(occasion);
  if (failure === null) return null;
  const { status, code, message, details, additionalInfo, headers } = failure;
  const refused = refuse(status, code, message, details, additionalInfo);
  return { ...refused, headers: { ...refused.headers, ...headers } };
}

/** What refuses a call before its resource is looked at, in the order in which Resource Manager checks; `null`: let it through. */
function findRefusal(arm: Arm, call: Call): Answer | null {
  const occasion = toOccasion(call);
  const { action, subject } = occasion;
  return (
    findOutside(arm, call) ??
    (arm.controls.isDenied(action, subject) ? denied(call, action) : null) ??
    findUnprovided(arm, call) ??
    arm.controls.findLocked(call.method, subject) ??
    arm.controls.findDisallowed(occasion) ??
    findOrdered(arm, occasion)
  );
}

const notAllowed = ({ method, path }: Call): Answer =>
  refuseAtGateway(405, 'MethodNotAllowed', `The request ${method} ${path.split('?')[0]} is not supported.`);

const unknownType = (provider: string, apiVersion: string): Answer =>
  refuseAtGateway(
    404,
    'InvalidResourceType',
    `The resource type could not be found in the namespace '${provider}' for api version '${apiVersion}'.`,
  );

function reach(arm: Arm, call: Call): Answer {
  const { target, method } = call;
  switch (target.kind) {
    case 'resource':
      return reachResource(arm, call, target);
    case 'collection':
      return method === 'GET' ? KINDS[target.type].list(arm, call, target) : notAllowed(call);
    case 'action':
      return reachAction(arm, call, target);
    case 'tags':
      return method === 'POST' ? notAllowed(call) : tags(arm, call, target.scope);
    case 'group':
      return group(arm, call, target.subscription, target.group);
    case 'provider':
      return provider(arm, call, target);
    case 'feature':
      return feature(arm, call, target);
    case 'unknown':
      return unknownType(target.provider, call.apiVersion);
    case 'groups':
    case 'subscriptions':
    case 'subscription':
    case 'locations':
      return method === 'GET' ? readAround(arm, call, target) : notAllowed(call);
  }
}

function readAround(
  arm: Arm,
  call: Call,
  target: Extract<Target, { kind: 'groups' | 'subscriptions' | 'subscription' | 'locations' }>,
): Answer {
  switch (target.kind) {
    case 'groups':
      return listGroups(arm, call, target.subscription);
    case 'subscriptions':
      return listSubscriptions(arm, call);
    case 'subscription':
      return getSubscription(arm, target.subscription);
    case 'locations':
      return listLocations(target.subscription);
  }
}

/** A view is read; everything else that is named behind a resource is done. */
function reachAction(arm: Arm, call: Call, { resource, action }: ActionTarget): Answer {
  const isView = action.toLowerCase() === 'instanceview';
  if (call.method !== (isView ? 'GET' : 'POST')) return notAllowed(call);
  return KINDS[resource.type].act(arm, call, resource, action) ?? unknownType(resource.type, call.apiVersion);
}

function reachResource(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const kind = KINDS[target.type];
  switch (call.method) {
    case 'GET':
      return kind.get(arm, call, target);
    case 'PUT':
      return kind.put(arm, call, target);
    case 'PATCH':
      return kind.patch(arm, call, target);
    case 'DELETE':
      return kind.remove(arm, call, target);
    case 'POST':
      return notAllowed(call);
  }
}

/** The answer to a call that was read and authenticated. */
export const route = (arm: Arm, call: Call): Answer => findRefusal(arm, call) ?? reach(arm, call);
