import { invalidFormat, invalidReference, refuse, refuseAtGateway, wrongReferenceType, type Answer } from './answer.ts';
import { findOf, type Arm, type Call } from './arm.ts';
import { findReference, toRecord } from './body.ts';
import { parseTarget } from './path.ts';
import { isForbidden } from './refusal.ts';
import type { NetworkInterface } from './resource.ts';
import { stateOf } from './virtual-network-taps.ts';

const VTAP = 'Microsoft.Network/virtualNetworkTaps';
const JOIN = 'Microsoft.Network/virtualNetworkTaps/join/action';
const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
const PATH = 'properties.virtualNetworkTap';

/** The VTAP that the body of a TAP configuration names, or an empty text. */
export const toNamedTap = (call: Call): string =>
  findReference(toRecord(toRecord(call.body)['properties'])['virtualNetworkTap']) ?? '';

/** What is wrong with the VTAP that a TAP configuration names, or `null`. */
export function findWrongTap(arm: Arm, call: Call, nic: NetworkInterface, id: string): Answer | null {
  const named = toNamedTap(call);
  if (named === '')
    return invalidFormat({
      code: 'MissingJsonReferenceId',
      message: `Value for reference id is missing. Path ${PATH}.`,
    });
  const target = parseTarget(named);
  if (target.kind !== 'resource' || target.type !== VTAP) return wrongReferenceType(named, 'virtualNetworkTaps', PATH);
  const unlinked = findUnlinked(arm, call, id, { id: named, subscription: target.subscription });
  if (unlinked !== null) return unlinked;
  const tap = findOf(arm, VTAP, named);
  if (tap === null || tap.location !== nic.location) return invalidReference(named, id);
  const state = arm.settings.tapWhileWritten === 'locked' ? stateOf(arm, tap) : tap.provisioningState;
  if (state === 'Succeeded') return null;
  return refuse(
    429,
    'ReferencedResourceNotProvisioned',
    `Cannot proceed with operation because resource ${tap.id} used by resource ${id} is not in Succeeded state. Resource is in ${state} state.`,
  );
}

interface Linked {
  readonly id: string;
  readonly subscription: string;
}

/**
 * Resource Manager checks what a body refers to, too: the caller needs a permission there, in a subscription that there is and
 * that is of the caller's tenant (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors).
 */
function findUnlinked(arm: Arm, { caller }: Call, id: string, linked: Linked): Answer | null {
  const has = `The client '${caller.appId}' with object id '${caller.objectId}' has permission to perform action '${WRITE}' on scope '${id}'; however, `;
  const fail = (why: string): Answer => refuseAtGateway(403, 'LinkedAuthorizationFailed', `${has}${why}`);
  const isKnown = arm.subscriptions.some((known) => known.toLowerCase() === linked.subscription.toLowerCase());
  if (!isKnown) return fail(`the linked subscription '${linked.subscription}' was not found.`);
  if (arm.tenantOf(linked.subscription) !== caller.tenantId)
    return fail(
      `the current tenant '${caller.tenantId}' is not authorized to access linked subscription '${linked.subscription}'.`,
    );
  if (isForbidden(arm, caller, { action: JOIN, subject: linked.id }))
    return fail(
      `it does not have permission to perform action(s) '${JOIN}' on the linked scope(s) '${linked.id}' (respectively) or the linked scope(s) are invalid.`,
    );
  return null;
}
