import { armShape } from './arm-shape.ts';

interface Mistake {
  readonly shape: RegExp;
  /** What it is, and what to write instead. */
  readonly advice: string;
}

const network = (types: string): RegExp => armShape(`Microsoft.Network/${types}`);

const FRONTEND = '…/loadBalancers/NAME/frontendIPConfigurations/NAME';
const IP_CONFIGURATION = '…/networkInterfaces/NAME/ipConfigurations/NAME';

/** Ids that are often written where the id of a destination is meant. */
const MISTAKES: readonly Mistake[] = [
  {
    shape: network('loadBalancers/*'),
    advice: 'this is the load balancer; add its frontend: …/frontendIPConfigurations/NAME',
  },
  {
    shape: network('loadBalancers/*/backendAddressPools/*'),
    advice: `this is a backend pool; name the frontend before it: ${FRONTEND}`,
  },
  {
    shape: network('loadBalancers/*/backendAddressPools/*/loadBalancerBackendAddresses/*'),
    advice: `this is a member of a backend pool; name the frontend before it: ${FRONTEND}`,
  },
  {
    shape: network('loadBalancers/*/*/*'),
    advice: `this is a part of the load balancer; name its frontend: ${FRONTEND}`,
  },
  {
    shape: network('networkInterfaces/*'),
    advice: 'this is the network interface; add its IP configuration: …/ipConfigurations/NAME',
  },
  { shape: network('networkInterfaces/*/tapConfigurations/*'), advice: 'this is an attachment, not a destination' },
  {
    shape: network('publicIPAddresses/*'),
    advice: 'this is a public IP address; a TAP sends to a private one',
  },
  {
    shape: network('virtualNetworks/*'),
    advice: 'this is a virtual network; name the TAP in it: …/virtualNetworkTaps/NAME',
  },
  {
    shape: network('virtualNetworks/*/subnets/*'),
    advice: `this is a subnet; name what receives the packets in it: ${FRONTEND} or ${IP_CONFIGURATION}`,
  },
  {
    shape: network('privateEndpoints/*'),
    advice: `this is a private endpoint, to which no TAP sends; name a frontend of an internal load balancer: ${FRONTEND}`,
  },
  {
    shape: network('privateLinkServices/*'),
    advice: `this is a private link service, to which no TAP sends; name the frontend behind it: ${FRONTEND}`,
  },
  {
    shape: armShape('Microsoft.Compute/virtualMachines/*'),
    advice: `this is a virtual machine; name its interface's IP configuration: ${IP_CONFIGURATION}`,
  },
  {
    shape: armShape('Microsoft.Compute/virtualMachineScaleSets/*'),
    advice: `this is a scale set; name the frontend of the load balancer before it: ${FRONTEND}`,
  },
  {
    shape: /^\/?subscriptions\/.*\/virtualMachineScaleSets\/.*\/networkInterfaces\//i,
    advice: `this is an interface of a scale set; name the frontend of the load balancer before it: ${FRONTEND}`,
  },
  {
    shape: /^https?:\/\/[^/]*(portal|management)[^/]*\//i,
    advice: 'this is an address; write only what begins with /subscriptions/',
  },
  {
    shape: /^\/?subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?\/?$/i,
    advice: 'this names no resource; write its whole id',
  },
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

const OF_A_PROVIDER = /^\/?subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/([^/]+)\/([^/]+)\/[^/]+/i;

/** What an id is that is no destination's, and what to write instead, or `null`. */
export function findAdvice(id: string): string | null {
  const known = MISTAKES.find(({ shape }) => shape.test(id));
  if (known !== undefined) return known.advice;
  const [, provider, type] = OF_A_PROVIDER.exec(id) ?? [];
  return provider === undefined || type === undefined ? null : `this is the id of one of ${provider}/${type}`;
}
