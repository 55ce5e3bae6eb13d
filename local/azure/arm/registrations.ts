/** The feature that virtual network TAP was behind (https://github.com/MicrosoftDocs/azure-docs/issues/49196). */
export const TAP_FEATURE = 'Microsoft.Network/AllowVirtualNetworkTap';

/** As the list of subscriptions says it. Only what is enabled takes writes. */
export type SubscriptionState = 'Enabled' | 'Warned' | 'PastDue' | 'Disabled' | 'Deleted';

/** What subscriptions are registered for, and which regions have virtual network TAP. All are, and all have, unless told otherwise. */
export interface Registrations {
  /** Takes away a provider, as `Microsoft.Network`, or a feature, as `Microsoft.Network/AllowVirtualNetworkTap`. */
  unregister(subscription: string, what: string): void;
  register(subscription: string, what: string): void;
  isRegistered(subscription: string, what: string): boolean;
  disableRegion(location: string): void;
  enableRegion(location: string): void;
  isRegionEnabled(location: string): boolean;
  setSubscriptionState(subscription: string, state: SubscriptionState): void;
  subscriptionState(subscription: string): SubscriptionState;
}

export function newRegistrations(): Registrations {
  const unregistered = new Set<string>();
  const disabled = new Set<string>();
  const states = new Map<string, SubscriptionState>();
  const toKey = (subscription: string, what: string): string => `${subscription} ${what}`.toLowerCase();
  return {
    unregister: (subscription, what) => void unregistered.add(toKey(subscription, what)),
    register: (subscription, what) => void unregistered.delete(toKey(subscription, what)),
    isRegistered: (subscription, what) => !unregistered.has(toKey(subscription, what)),
    disableRegion: (location) => void disabled.add(location.toLowerCase()),
    enableRegion: (location) => void disabled.delete(location.toLowerCase()),
    isRegionEnabled: (location) => !disabled.has(location.toLowerCase()),
    setSubscriptionState: (subscription, state) => void states.set(subscription.toLowerCase(), state),
    subscriptionState: (subscription) => states.get(subscription.toLowerCase()) ?? 'Enabled',
  };
}
