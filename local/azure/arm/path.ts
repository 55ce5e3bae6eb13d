/** The resource types that the endpoint knows, as the service spells them. */
export const TYPES = [
  'Microsoft.Compute/virtualMachines',
  'Microsoft.Network/networkInterfaces',
  'Microsoft.Network/networkInterfaces/tapConfigurations',
  'Microsoft.Network/virtualNetworkTaps',
  'Microsoft.Network/loadBalancers',
  'Microsoft.Network/loadBalancers/frontendIPConfigurations',
  'Microsoft.Network/loadBalancers/backendAddressPools',
  'Microsoft.Network/loadBalancers/loadBalancingRules',
  'Microsoft.Network/loadBalancers/inboundNatRules',
  'Microsoft.Network/loadBalancers/probes',
  'Microsoft.Network/virtualNetworks',
  'Microsoft.Network/virtualNetworks/subnets',
  'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
  'Microsoft.Network/networkSecurityGroups',
  'Microsoft.Network/networkSecurityGroups/securityRules',
  'Microsoft.Compute/availabilitySets',
  'Microsoft.Compute/virtualMachineScaleSets',
] as const;
export type ResourceType = (typeof TYPES)[number];

/** What a request's address names. Names keep the casing in which they were asked for. */
export type Target =
  | { readonly kind: 'subscriptions' }
  | { readonly kind: 'subscription'; readonly subscription: string }
  | { readonly kind: 'locations'; readonly subscription: string }
  | { readonly kind: 'groups'; readonly subscription: string }
  | { readonly kind: 'group'; readonly subscription: string; readonly group: string }
  | CollectionTarget
  | ResourceTarget
  | ActionTarget
  | ProviderTarget
  | FeatureTarget
  | { readonly kind: 'tags'; readonly subscription: string; readonly scope: Target }
  | { readonly kind: 'unknown'; readonly subscription: string | null; readonly provider: string };

export interface CollectionTarget {
  readonly kind: 'collection';
  readonly subscription: string;
  /** `null`: the whole subscription. */
  readonly group: string | null;
  readonly type: ResourceType;
  /** The names of the parent resources, outermost first. */
  readonly parents: readonly string[];
}

export interface ResourceTarget {
  readonly kind: 'resource';
  readonly subscription: string;
  readonly group: string;
  readonly type: ResourceType;
  /** One for each level of the type. */
  readonly names: readonly string[];
}

export interface ActionTarget {
  readonly kind: 'action';
  readonly subscription: string;
  readonly resource: ResourceTarget;
  readonly action: string;
}

/** A provider of a subscription, or something done about its registration. */
export interface ProviderTarget {
  readonly kind: 'provider';
  readonly subscription: string;
  readonly namespace: string;
  readonly action: string | null;
}

/** A feature of a provider. */
export interface FeatureTarget {
  readonly kind: 'feature';
  readonly subscription: string;
  readonly namespace: string;
  readonly name: string;
  readonly action: string | null;
}

const TAGS_SUFFIX = /\/providers\/microsoft\.resources\/tags\/default$/i;

const findType = (text: string): ResourceType | null =>
  TYPES.find((type) => type.toLowerCase() === text.toLowerCase()) ?? null;

const isWord = (segment: string | undefined, word: string): boolean => segment?.toLowerCase() === word;

/** Names and types alternate after the provider: `networkInterfaces/nic/tapConfigurations/tap`. */
const everySecond = (segments: readonly string[], from: number): readonly string[] =>
  segments.filter((_, index) => index % 2 === from);

function parseProviderPath(
  subscription: string,
  group: string | null,
  [provider = '', ...rest]: readonly string[],
): Target {
  const unknown: Target = { kind: 'unknown', subscription, provider };
  if (rest.length === 0) return unknown;
  const type = findType([provider, ...everySecond(rest, 0)].join('/'));
  if (type !== null && rest.length % 2 === 1)
    return { kind: 'collection', subscription, group, type, parents: everySecond(rest, 1) };
  if (group === null) return unknown;
  if (type !== null) return { kind: 'resource', subscription, group, type, names: everySecond(rest, 1) };
  const resource = parseProviderPath(subscription, group, [provider, ...rest.slice(0, -1)]);
  const action = rest.at(-1) ?? '';
  return resource.kind === 'resource' && rest.length % 2 === 1
    ? { kind: 'action', subscription, resource, action }
    : unknown;
}

/** `Microsoft.Network`, `Microsoft.Network/register` and the features of Microsoft.Features; `null`: something else. */
function parseRegistration(subscription: string, segments: readonly string[]): Target | null {
  const [first = '', second, namespace = '', fourth, name = '', action = null] = segments;
  if (isWord(first, 'microsoft.features') && isWord(second, 'providers') && isWord(fourth, 'features'))
    return { kind: 'feature', subscription, namespace, name, action };
  if (segments.length > 2 || first === '') return null;
  if (second !== undefined && !isWord(second, 'register') && !isWord(second, 'unregister')) return null;
  return { kind: 'provider', subscription, namespace: first, action: second ?? null };
}

function parseSubscriptionPath(subscription: string, rest: readonly string[]): Target {
  const [first, second, ...further] = rest;
  if (first === undefined) return { kind: 'subscription', subscription };
  if (isWord(first, 'locations') && second === undefined) return { kind: 'locations', subscription };
  if (isWord(first, 'providers'))
    return parseRegistration(subscription, rest.slice(1)) ?? parseProviderPath(subscription, null, rest.slice(1));
  if (!isWord(first, 'resourcegroups')) return { kind: 'unknown', subscription, provider: first };
  if (second === undefined) return { kind: 'groups', subscription };
  if (further.length === 0) return { kind: 'group', subscription, group: second };
  if (!isWord(further[0], 'providers')) return { kind: 'unknown', subscription, provider: further[0] ?? '' };
  return parseProviderPath(subscription, second, further.slice(1));
}

/** What an address names. Resource Manager's paths are case-insensitive. */
export function parseTarget(pathname: string): Target {
  if (TAGS_SUFFIX.test(pathname)) {
    const scope = parseTarget(pathname.replace(TAGS_SUFFIX, ''));
    return 'subscription' in scope && scope.subscription !== null
      ? { kind: 'tags', subscription: scope.subscription, scope }
      : { kind: 'unknown', subscription: null, provider: 'Microsoft.Resources' };
  }
  const [root, subscription, ...rest] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (!isWord(root, 'subscriptions')) return { kind: 'unknown', subscription: null, provider: root ?? '' };
  return subscription === undefined ? { kind: 'subscriptions' } : parseSubscriptionPath(subscription, rest);
}

/** The id of a resource, in the casing of the names given. */
export function toId({ subscription, group, type, names }: Omit<ResourceTarget, 'kind'>): string {
  const [provider, ...levels] = type.split('/');
  const tail = levels.map((level, index) => `${level}/${names[index] ?? ''}`).join('/');
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${provider}/${tail}`;
}

/** The id of the thing that a target names, or of the nearest thing that has one. */
export function toScopeId(target: Target): string {
  switch (target.kind) {
    case 'subscriptions':
      return '/subscriptions';
    case 'resource':
      return toId(target);
    case 'action':
      return toId(target.resource);
    case 'tags':
      return `${toScopeId(target.scope)}/providers/Microsoft.Resources/tags/default`;
    case 'group':
      return `/subscriptions/${target.subscription}/resourceGroups/${target.group}`;
    case 'feature':
      return `/subscriptions/${target.subscription}/providers/Microsoft.Features/providers/${target.namespace}/features/${target.name}`;
    case 'collection':
      return target.group === null
        ? `/subscriptions/${target.subscription}`
        : `/subscriptions/${target.subscription}/resourceGroups/${target.group}`;
    case 'provider':
    case 'groups':
    case 'locations':
    case 'subscription':
    case 'unknown':
      return `/subscriptions/${target.subscription ?? ''}`;
  }
}
