import { answer, refuseAtGateway, type Answer } from './answer.ts';
import type { Arm, Call } from './arm.ts';
import type { FeatureTarget, ProviderTarget } from './path.ts';
import { TYPES } from './path.ts';
import { TAP_FEATURE } from './registrations.ts';
import { LOCATIONS } from './subscriptions.ts';

const NAMESPACES = [...new Set(TYPES.map((type) => type.split('/')[0] ?? ''))];

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const toState = (isRegistered: boolean): string => (isRegistered ? 'Registered' : 'NotRegistered');

function toProvider({ controls }: Arm, subscription: string, namespace: string) {
  const offered = LOCATIONS.filter((location) => controls.isRegionEnabled(location));
  const typesOf = TYPES.filter((type) => type.startsWith(`${namespace}/`));
  return {
    id: `/subscriptions/${subscription}/providers/${namespace}`,
    namespace,
    registrationPolicy: 'RegistrationRequired',
    registrationState: toState(controls.isRegistered(subscription, namespace)),
    resourceTypes: typesOf.map((type) => ({
      resourceType: type.slice(namespace.length + 1),
      locations: type === 'Microsoft.Network/virtualNetworkTaps' ? offered : LOCATIONS,
      apiVersions: ['2025-05-01', '2024-05-01', '2024-03-01'],
    })),
  };
}

/** What a subscription is registered for, and registering it, which takes no time here. */
export function provider(arm: Arm, call: Call, { subscription, namespace, action }: ProviderTarget): Answer {
  const known = NAMESPACES.find((one) => isSame(one, namespace));
  if (known === undefined)
    return refuseAtGateway(
      404,
      'InvalidResourceNamespace',
      `The resource namespace '${namespace}' is invalid. Supported namespaces are '${NAMESPACES.join()}'.`,
    );
  return changeOrTell(arm, call, { subscription, what: known, action }, () => toProvider(arm, subscription, known));
}

/** A feature of a provider, as `Microsoft.Features` tells of it. */
export function feature(arm: Arm, call: Call, { subscription, namespace, name, action }: FeatureTarget): Answer {
  const what = `${namespace}/${name}`;
  if (!isSame(what, TAP_FEATURE))
    return refuseAtGateway(404, 'FeatureNotFound', `The feature '${name}' could not be found.`);
  const base = `/subscriptions/${subscription}/providers/Microsoft.Features/providers`;
  const [owner, short] = TAP_FEATURE.split('/');
  return changeOrTell(arm, call, { subscription, what: TAP_FEATURE, action }, () => ({
    id: `${base}/${owner}/features/${short}`,
    name: TAP_FEATURE,
    type: 'Microsoft.Features/providers/features',
    properties: { state: toState(arm.controls.isRegistered(subscription, TAP_FEATURE)) },
  }));
}

interface Registration {
  readonly subscription: string;
  readonly what: string;
  readonly action: string | null;
}

function changeOrTell(
  { controls }: Arm,
  { method }: Call,
  { subscription, what, action }: Registration,
  toBody: () => object,
): Answer {
  const verb = method === 'POST' ? (action ?? '').toLowerCase() : null;
  if (verb === 'register') controls.register(subscription, what);
  else if (verb === 'unregister') controls.unregister(subscription, what);
  else if (method !== 'GET' || action !== null)
    return refuseAtGateway(405, 'MethodNotAllowed', `The request ${method} on ${what} is not supported.`);
  return answer(200, toBody());
}
