import type { Identity } from '../identities.ts';
import { answer, refuse, type Answer } from './answer.ts';
import type { Arm, Call } from './arm.ts';
import { findReadOnly, findUnregistered } from './availability.ts';
import type { Occasion } from './failures.ts';
import type { Target } from './path.ts';
import { toOccasion } from './permission.ts';
import { subscriptionNotFound, wrongTenant } from './subscriptions.ts';

/** What a caller is told who lacks a permission. */
export function denied(caller: Identity, action: string, scope: string): Answer {
  const message = `The client '${caller.appId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
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

/** The refusal that was ordered for this, which is then spent; `null`: none. */
export function findOrdered(arm: Arm, occasion: Occasion): Answer | null {
  const failure = arm.controls.takeFailure(occasion);
  if (failure === null) return null;
  const { status, code, message, details, additionalInfo, headers } = failure;
  const refused = refuse(status, code, message, details, additionalInfo);
  return { ...refused, headers: { ...refused.headers, ...headers } };
}

/** Whether the caller may not do something: it was taken away from everybody, or the caller's roles do not hold it. */
export const isForbidden = ({ controls }: Arm, caller: Identity, { action, subject }: Occasion): boolean =>
  controls.isDenied(action, subject) || controls.lacks(caller, action, subject);

/**
 * What a call needs beside: who has a machine's state told with it has to be allowed to read that, too
 * (https://learn.microsoft.com/azure/role-based-access-control/permissions/compute).
 */
const toOccasions = (call: Call): readonly Occasion[] => {
  const occasion = toOccasion(call);
  const isExpanded = call.query.get('$expand')?.toLowerCase() === 'instanceview';
  const view = { ...occasion, action: occasion.action.replace(/\/read$/, '/instanceView/read') };
  return isExpanded ? [occasion, view] : [occasion];
};

/** No role is needed to ask which subscriptions one sees. */
function findForbidden(arm: Arm, call: Call): Answer | null {
  const isOpen = call.target.kind === 'subscriptions';
  const forbidden = toOccasions(call).find((occasion) =>
    isOpen ? arm.controls.isDenied(occasion.action, occasion.subject) : isForbidden(arm, call.caller, occasion),
  );
  return forbidden === undefined ? null : denied(call.caller, forbidden.action, forbidden.subject);
}

/** What refuses a call before its resource is looked at, in the order in which Resource Manager checks; `null`: let it through. */
export function findRefusal(arm: Arm, call: Call): Answer | null {
  const occasion = toOccasion(call);
  return (
    findOutside(arm, call) ??
    findForbidden(arm, call) ??
    findUnprovided(arm, call) ??
    arm.controls.findLocked(call.method, occasion.subject) ??
    arm.controls.findDisallowed(occasion) ??
    findOrdered(arm, occasion)
  );
}
