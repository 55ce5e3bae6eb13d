import * as v from 'valibot';
import { show } from './section.ts';

/** The keys that say what a destination is, each with the one kind of id that it takes. */
const KINDS = {
  target: { what: "a traffic mirror target's id", like: 'tmt-0a45c694b91bcea54', shape: /^tmt-[0-9a-f]+$/ },
  networkLoadBalancer: {
    what: "a Network Load Balancer's ARN",
    like: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/NAME/50dc6c495c0c9188',
    shape: /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer\/net\/[^/]+\/[0-9a-f]+$/,
  },
  networkInterface: { what: "a network interface's id", like: 'eni-0123456789abcdef0', shape: /^eni-[0-9a-f]+$/ },
  gatewayLoadBalancerEndpoint: {
    what: "a Gateway Load Balancer endpoint's id",
    like: 'vpce-0123456789abcdef0',
    shape: /^vpce-[0-9a-f]+$/,
  },
  virtualNetworkTap: {
    what: "a virtual network TAP's id",
    like: '/subscriptions/…/virtualNetworkTaps/NAME',
    shape: armShape('virtualNetworkTaps/*'),
  },
  loadBalancerFrontend: {
    what: "the id of a load balancer's frontend",
    like: '/subscriptions/…/loadBalancers/NAME/frontendIPConfigurations/NAME',
    shape: armShape('loadBalancers/*/frontendIPConfigurations/*'),
  },
  collectorIpConfiguration: {
    what: "the id of a network interface's IP configuration",
    like: '/subscriptions/…/networkInterfaces/NAME/ipConfigurations/NAME',
    shape: armShape('networkInterfaces/*/ipConfigurations/*'),
  },
} as const;

export type EntryKind = keyof typeof KINDS;

/** Ids that are often written where one of the above is meant, and what to write instead. */
const MISTAKEN: readonly { readonly shape: RegExp; readonly advice: string }[] = [
  {
    shape: armShape('loadBalancers/*'),
    advice: 'this is the load balancer; add its frontend: …/frontendIPConfigurations/NAME',
  },
  {
    shape: armShape('networkInterfaces/*'),
    advice: 'this is the network interface; add its IP configuration: …/ipConfigurations/NAME',
  },
  { shape: armShape('networkInterfaces/*/tapConfigurations/*'), advice: 'this is an attachment, not a destination' },
  { shape: armShape('publicIPAddresses/*'), advice: 'this is a public IP address; a TAP sends to a private one' },
  {
    shape: /^arn:aws[a-z-]*:elasticloadbalancing:.*:loadbalancer\/gwy\//,
    advice: 'this is a Gateway Load Balancer; name its endpoint with `gatewayLoadBalancerEndpoint: vpce-…`',
  },
  {
    shape: /^arn:aws[a-z-]*:elasticloadbalancing:.*:loadbalancer\/app\//,
    advice: 'this is an Application Load Balancer, to which nothing can be mirrored',
  },
  {
    shape: /^arn:aws[a-z-]*:elasticloadbalancing:.*:(targetgroup|listener)\//,
    advice: 'this is a part of a load balancer; write the ARN of the load balancer itself',
  },
  { shape: /^tmf-/, advice: 'this is a filter; write it as `filter`' },
  { shape: /^tms-/, advice: 'this is a session, not a destination' },
  { shape: /^i-[0-9a-f]+$/, advice: 'this is an instance; name its network interface with `networkInterface: eni-…`' },
];

export const ENTRY_KEYS = {
  aws: ['target', 'networkLoadBalancer', 'networkInterface', 'gatewayLoadBalancerEndpoint'],
  azure: ['virtualNetworkTap', 'loadBalancerFrontend', 'collectorIpConfiguration'],
} as const satisfies Record<string, readonly EntryKind[]>;

/** The schema of the id under one of these keys. */
export function entry(kind: EntryKind) {
  const { what, like, shape } = KINDS[kind];
  return v.pipe(
    v.string(({ input }) => `must be ${what}, as ${like}, not ${show(input)}`),
    v.regex(shape, ({ input }) => `must be ${what}, as ${like}, not ${show(input)}${adviceFor(input)}`),
    v.description(`${what}, as ${like}`),
  );
}

function adviceFor(id: string): string {
  const kind = (Object.keys(KINDS) as EntryKind[]).find((key) => KINDS[key].shape.test(id));
  const advice =
    kind === undefined
      ? MISTAKEN.find(({ shape }) => shape.test(id))?.advice
      : `this is ${KINDS[kind].what}; write it as \`${kind}\``;
  return advice === undefined ? '' : `; ${advice}`;
}

/**
 * The shape of an ARM id in Microsoft.Network. ARM ids are case-insensitive, and a JSON Schema's patterns have no flag for it:
 * so each letter is written in both cases.
 */
function armShape(types: string): RegExp {
  const path = `/subscriptions/*/resourceGroups/*/providers/Microsoft.Network/${types}`;
  const pattern = path.replaceAll(/[a-z.*]/gi, (character) => {
    if (character === '*') return '[^/]+';
    return character === '.' ? '[.]' : `[${character.toUpperCase()}${character.toLowerCase()}]`;
  });
  return new RegExp(`^${pattern}/?$`);
}
