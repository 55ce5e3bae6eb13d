import { answer, groupNotFound, refuseAtGateway, type Answer } from './answer.ts';
import { findGroup, toGroupId, type Arm, type Call } from './arm.ts';
import { findText, tagsPart, toLocation, toRecord, toTags } from './body.ts';
import type { ResourceGroup } from './resource.ts';
import { toPage } from './paging.ts';

/** Regions where virtual network TAPs are offered (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview), and two where not. */
export const LOCATIONS = [
  'eastus',
  'eastasia',
  'westcentralus',
  'uksouth',
  'centralindia',
  'germanywestcentral',
  'centralus',
  'eastus2',
  'westeurope',
];

const toSubscription = (arm: Arm, id: string) => ({
  id: `/subscriptions/${id}`,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId: id,
  tenantId: arm.tenantOf(id),
  displayName: 'local',
  state: arm.controls.subscriptionState(id),
  subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'Local_2014-09-01', spendingLimit: 'Off' },
});

/** The subscriptions of the caller's tenant. */
export function listSubscriptions(arm: Arm, call: Call): Answer {
  const own = arm.subscriptions.filter((id) => arm.tenantOf(id) === call.caller.tenantId);
  return toPage(arm, call, own, (id) => toSubscription(arm, id));
}

export const getSubscription = (arm: Arm, subscription: string): Answer =>
  answer(200, toSubscription(arm, subscription));

export const listLocations = (subscription: string): Answer =>
  answer(200, {
    value: LOCATIONS.map((name) => ({
      id: `/subscriptions/${subscription}/locations/${name}`,
      name,
      type: 'Region',
      displayName: name,
      regionalDisplayName: name,
    })),
  });

export const subscriptionNotFound = (subscription: string): Answer =>
  refuseAtGateway(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);

/** A token of one tenant and a subscription of another. */
export const wrongTenant = (own: string, tenant: string): Answer =>
  refuseAtGateway(
    401,
    'InvalidAuthenticationTokenTenant',
    `The access token is from the wrong issuer 'https://sts.windows.net/${own}/'. It must match the tenant 'https://sts.windows.net/${tenant}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${tenant}' to get the token.`,
  );

const toGroup = ({ id, name, location, tags }: ResourceGroup) => ({
  id,
  name,
  type: 'Microsoft.Resources/resourceGroups',
  location,
  ...tagsPart(tags),
  properties: { provisioningState: 'Succeeded' },
});

export function listGroups(arm: Arm, call: Call, subscription: string): Answer {
  const prefix = toGroupId(subscription, '').toLowerCase();
  const groups = [...arm.groups].filter(([id]) => id.startsWith(prefix)).map(([, group]) => group);
  return toPage(arm, call, groups, toGroup);
}

/** A call on one resource group; there is no deletion: its resources go one by one. */
export function group(arm: Arm, call: Call, subscription: string, name: string): Answer {
  const existing = findGroup(arm, subscription, name);
  if (call.method === 'GET') return existing === null ? groupNotFound(name) : answer(200, toGroup(existing));
  if (call.method !== 'PUT')
    return refuseAtGateway(
      405,
      'MethodNotAllowed',
      `${call.method} of a resource group is not part of the local cloud.`,
    );
  const body = toRecord(call.body);
  const location = findText(body['location']) ?? existing?.location ?? null;
  if (location === null)
    return refuseAtGateway(400, 'LocationRequired', 'The location property is required for this definition.');
  const id = existing?.id ?? toGroupId(subscription, name);
  const made = {
    id,
    name: existing?.name ?? name,
    subscription,
    location: toLocation(location),
    tags: toTags(body['tags']),
  };
  arm.groups.set(id.toLowerCase(), made);
  arm.tell({
    verb: 'Write',
    outcome: 'Success',
    operationName: 'Microsoft.Resources/subscriptions/resourceGroups/write',
    subject: id,
    existed: existing === null ? 'new' : 'existed',
    call,
  });
  arm.changed();
  return answer(existing === null ? 201 : 200, toGroup(made));
}
