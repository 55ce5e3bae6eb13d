import { normaliseArmId, parseAccountId } from '../../shared/ids.ts';
import type { AccountId } from '../../shared/words.ts';

/** A resource of a resource group, taken apart; everything in it is lower-cased. */
export interface Resource {
  readonly id: string;
  readonly subscription: AccountId;
  readonly resourceGroup: string;
  /** `microsoft.network/networkinterfaces/tapconfigurations`. */
  readonly type: string;
  /** The last segment. */
  readonly name: string;
  /** The id without its last type and name; `null` for a top-level resource. */
  readonly parent: string | null;
}

export const INTERFACE_TYPE = 'microsoft.network/networkinterfaces';
export const TAP_CONFIGURATION_TYPE = 'microsoft.network/networkinterfaces/tapconfigurations';
export const TAP_TYPE = 'microsoft.network/virtualnetworktaps';
export const NETWORK_TYPE = 'microsoft.network/virtualnetworks';
export const BALANCER_TYPE = 'microsoft.network/loadbalancers';
export const MACHINE_TYPE = 'microsoft.compute/virtualmachines';

/** Longer than any id that Azure allows; what is longer is not looked at. */
const LONGEST_ID = 2048;

/**
 * Segments of the characters of resource and group names. Anything else (a query, a dot segment, an escape) could lead a request
 * to another resource than the one that was named.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\p{L}\p{N}_.()-]+)+$/u;

/** The resource that a text names, or `null` when it is not the id of a resource in a resource group. */
export function findResource(text: string): Resource | null {
  if (text.length > LONGEST_ID) return null;
  const id = normaliseArmId(text);
  const segments = id.slice(1).split('/');
  const [subscriptions, subscription, groups, resourceGroup, providers, namespace, ...rest] = segments;
  if (subscriptions !== 'subscriptions' || groups !== 'resourcegroups' || providers !== 'providers') return null;
  if (subscription === undefined || resourceGroup === undefined || namespace === undefined) return null;
  if (rest.length < 2 || rest.length % 2 === 1 || !PLAIN_PATH.test(id)) return null;
  const types = rest.filter((_, index) => index % 2 === 0);
  return {
    id,
    subscription: parseAccountId(subscription),
    resourceGroup,
    type: [namespace, ...types].join('/'),
    name: rest.at(-1) ?? '',
    parent: rest.length === 2 ? null : `/${segments.slice(0, -2).join('/')}`,
  };
}
