import * as v from 'valibot';
import { armShape } from './arm-shape.ts';
import { findAdvice } from './mistaken.ts';
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
    shape: armShape('Microsoft.Network/virtualNetworkTaps/*'),
  },
  loadBalancerFrontend: {
    what: "the id of a load balancer's frontend",
    like: '/subscriptions/…/loadBalancers/NAME/frontendIPConfigurations/NAME',
    shape: armShape('Microsoft.Network/loadBalancers/*/frontendIPConfigurations/*'),
  },
  collectorIpConfiguration: {
    what: "the id of a network interface's IP configuration",
    like: '/subscriptions/…/networkInterfaces/NAME/ipConfigurations/NAME',
    shape: armShape('Microsoft.Network/networkInterfaces/*/ipConfigurations/*'),
  },
} as const;

export type EntryKind = keyof typeof KINDS;

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
  const advice = kind === undefined ? findAdvice(id) : `this is ${KINDS[kind].what}; write it as \`${kind}\``;
  return advice === null ? '' : `; ${advice}`;
}
