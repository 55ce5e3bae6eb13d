import { providerPath, record, type Value } from './functions.ts';

/** Where a deployment goes: a subscription, and in it a resource group or none. */
export interface Place {
  readonly subscription: string;
  readonly group: string | null;
  readonly location: string;
}

export const idOf = ({ subscription, group }: Place): string =>
  group === null ? `/subscriptions/${subscription}` : `/subscriptions/${subscription}/resourceGroups/${group}`;

/** Functions that depend on where a template is deployed; one with arguments names another place. */
export function functionsOf(place: Place): Readonly<Record<string, (...given: readonly Value[]) => Value>> {
  return {
    resourceGroup(...given) {
      const [group, subscription] = given.map(String).toReversed();
      return toScope({ ...place, group: group ?? place.group, subscription: subscription ?? place.subscription });
    },
    subscription: (id = place.subscription) => toScope({ ...place, group: null, subscription: String(id) }),
    tenant: () => ({ tenantId: TENANT, id: '/' }),
    deployment: () => ({ name: 'deployment', location: place.location }),
    environment: () => ENVIRONMENT,
    resourceId: (...given) => {
      const texts = given.map(String);
      const at = texts.findIndex((text) => text.includes('/'));
      const [group, subscription] = texts.slice(0, at).toReversed();
      const where = { ...place, group: group ?? place.group, subscription: subscription ?? place.subscription };
      return `${idOf(where)}${providerPath(texts[at] ?? '', texts.slice(at + 1))}`;
    },
    subscriptionResourceId: (...given) => {
      const texts = given.map(String);
      const at = texts.findIndex((text) => text.includes('/'));
      const subscription = at === 0 ? place.subscription : (texts[0] ?? '');
      return `/subscriptions/${subscription}${providerPath(texts[at] ?? '', texts.slice(at + 1))}`;
    },
  };
}

const TENANT = '99999999-9999-4999-8999-999999999999';

/** Of the public cloud. https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-deployment#environment */
const ENVIRONMENT = {
  name: 'AzureCloud',
  resourceManager: 'https://management.azure.com/',
  authentication: { loginEndpoint: 'https://login.microsoftonline.com/', tenant: 'common' },
  suffixes: { storage: 'core.windows.net' },
};

/** What `resourceGroup()` and `subscription()` give: an object with an id. */
function toScope(place: Place): Value {
  const id = idOf(place);
  return {
    id,
    name: place.group ?? place.subscription,
    location: place.location,
    subscriptionId: place.subscription,
    tenantId: TENANT,
  };
}

/** The place that a scope's id names. */
export function parsePlace(scope: Value, location: string): Place {
  const [, , subscription = '', , group = null] = String(record(scope)['id']).split('/');
  return { subscription, group, location };
}
