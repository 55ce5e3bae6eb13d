import { refuse, refuseAtGateway, type Answer } from './answer.ts';
import type { Arm } from './arm.ts';
import { TAP_FEATURE } from './registrations.ts';

/** Why a subscription takes no calls of this provider, or `null` (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider). */
export function findUnregistered({ controls }: Arm, subscription: string, provider: string): Answer | null {
  if (controls.isRegistered(subscription, provider)) return null;
  return refuseAtGateway(
    409,
    'MissingSubscriptionRegistration',
    `The subscription is not registered to use namespace '${provider}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
  );
}

/** Why a subscription that is disabled takes no writes, or `null` (https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states). */
export function findReadOnly({ controls }: Arm, subscription: string, method: string): Answer | null {
  const state = controls.subscriptionState(subscription);
  if (method === 'GET' || (state !== 'Disabled' && state !== 'Deleted')) return null;
  return refuseAtGateway(
    409,
    'ReadOnlyDisabledSubscription',
    `The subscription '${subscription}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
  );
}

/** Why virtual network TAP cannot be used by a subscription in a region, or `null`. */
export function findUnavailable({ controls }: Arm, subscription: string, location: string): Answer | null {
  if (!controls.isRegistered(subscription, TAP_FEATURE))
    return refuse(
      403,
      'SubscriptionNotRegisteredForFeature',
      `Subscription ${subscription} is not registered for feature ${TAP_FEATURE} required to carry out the requested operation.`,
    );
  if (!controls.isRegionEnabled(location))
    return refuse(400, 'RegionNotEnabledForFeature', `Region ${location} is not enabled for feature ${TAP_FEATURE}.`);
  return null;
}
