import { refuseAtGateway, type Answer } from './answer.ts';
import type { Arm, Call } from './arm.ts';
import { KINDS } from './kinds.ts';
import type { ActionTarget, ResourceTarget, Target } from './path.ts';
import { feature, provider } from './providers.ts';
import { findRefusal } from './refusal.ts';
import { getSubscription, group, listGroups, listLocations, listSubscriptions } from './subscriptions.ts';
import { tags } from './tags.ts';

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
