import type { TargetId } from '../../../shared/words.ts';
import type { Policy, Refusal } from './refusal.ts';

/** What was asked of Azure when it refused. */
export interface About {
  /** The path of a resource, or of what was listed. */
  readonly address: string;
  /** The VTAP that was to be attached to; `null`: there is none in it. */
  readonly target: TargetId | null;
  /** The permissions that the call needs. */
  readonly needs: readonly string[];
}

/** What to do about a refusal, in words; empty when its own code says it. */
export type Remedy = (refusal: Refusal, about: About) => string;

export const says =
  (words: string): Remedy =>
  () =>
    words;

const subscriptionIn = (address: string): string => /\/subscriptions\/([^/]+)/i.exec(address)?.[1] ?? '';
const providerIn = (address: string): string =>
  /\/providers\/(microsoft\.compute)\//i.exec(address)?.[1] ?? 'Microsoft.Network';

/** The caller by the only name of it that is no person's. */
function callerIn({ said }: Refusal): string {
  const id = /object id '([0-9a-f-]{36})'/i.exec(said)?.[1];
  return id === undefined ? 'the identity of tapkeeper' : `the identity with object id ${id}`;
}

const MAY_TAKE_TIME = 'a role that was just granted takes minutes to work';

export const grant: Remedy = (refusal, { address, needs }) =>
  `needs ${needs.join(' and ')} on ${address}: grant it to ${callerIn(refusal)}; ${MAY_TAKE_TIME}`;

const JOIN = 'Microsoft.Network/virtualNetworkTaps/join/action';

/** The permission is checked on the VTAP, which may be in another subscription than the interface. */
export const grantOnTarget: Remedy = (refusal, { target }) =>
  `grant ${JOIN} on ${target ?? 'the VTAP'}, which has to be of the same tenant, to ${callerIn(refusal)}; ${MAY_TAKE_TIME}`;

const policyNames = (policies: readonly Policy[]): string =>
  policies.map(({ name, assignment }) => (assignment === null ? name : `${name} (${assignment})`)).join(' and ');

export const exempt: Remedy = ({ policies }) =>
  policies.length === 0
    ? 'exempt TAP configurations from the policy'
    : `exempt TAP configurations from the policy assignment ${policyNames(policies)}`;

/** The message is the only place that names what is locked. */
export const lockedScopesIn = ({ said }: Refusal): readonly string[] =>
  (/\blocked:(.*)/s.exec(said)?.[1] ?? '').match(/\/subscriptions\/[^\s',]+/gi) ?? [];

export const unlock: Remedy = (refusal, { address }) => {
  const scopes = lockedScopesIn(refusal);
  const where = scopes.length === 0 ? `on ${address} or above it` : `on ${scopes.join(' and ')}`;
  return `remove the lock ${where}, or exclude what is under it by rule`;
};

const providerCommand = (address: string): string =>
  `az provider register --namespace ${providerIn(address)} --subscription ${subscriptionIn(address)}`;

export const registerProvider: Remedy = (_, { address }) => `run: ${providerCommand(address)}`;

export const registerFeature: Remedy = (_, { address }) => {
  const feature = '--namespace Microsoft.Network --name AllowVirtualNetworkTap';
  return `run: az feature register ${feature} --subscription ${subscriptionIn(address)} && ${providerCommand(address)}`;
};

export const notHere: Remedy = () =>
  'virtual network TAP is not offered in this region to this subscription: exclude the region by rule';

export const otherTenant: Remedy = (_, { address }) =>
  `subscription ${subscriptionIn(address)} is of another tenant than the identity: leave it out of TAPKEEPER_SUBSCRIPTIONS, or deploy tapkeeper in its tenant`;

export const disabled: Remedy = (_, { address }) =>
  `enable subscription ${subscriptionIn(address)} again, or leave it out of TAPKEEPER_SUBSCRIPTIONS`;
