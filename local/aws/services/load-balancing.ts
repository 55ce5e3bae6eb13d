import type {
  CreateLoadBalancerCommandInput,
  CreateLoadBalancerCommandOutput,
  DeleteLoadBalancerCommandInput,
  DescribeLoadBalancersCommandInput,
  LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Origin } from '../ec2/call.ts';
import type { Refusal } from '../ec2/errors.ts';
import { refusal } from '../ec2/errors.ts';
import type { Subnet } from '../ec2/state.ts';
import type { Balancer, Balancers } from './balancers.ts';
import { findBalancerParts, newBalancerArn, removeBalancer } from './balancers.ts';
import type { ServiceAction, ServiceCall } from './call.ts';
import { toMarkedPage } from './marker.ts';
import { invalid } from './read.ts';

/** The subnets of an account in a region. */
export type SubnetsOf = (origin: Origin) => readonly Subnet[];

/** Load balancers that one call may name. */
const MOST_NAMED = 20;

/** The actions on load balancers; the shapes are those of API version 2015-12-01. */
export const loadBalancerActions = (balancers: Balancers, subnetsOf: SubnetsOf) =>
  ({
    CreateLoadBalancer: (call: ServiceCall, request: CreateLoadBalancerCommandInput) =>
      createBalancer(balancers, subnetsOf, call, request),
    DescribeLoadBalancers: (call: ServiceCall, request: DescribeLoadBalancersCommandInput) => {
      const page = toMarkedPage(pick(balancers, call, request), orderOf, request);
      const subnets = subnetsOf(call);
      return { LoadBalancers: page.items.map((one) => toView(one, subnets)), NextMarker: page.NextMarker };
    },
    /** Succeeds also for one that is gone, as the documentation has it. */
    DeleteLoadBalancer: (call: ServiceCall, { LoadBalancerArn: arn = '' }: DeleteLoadBalancerCommandInput) => {
      checkArn(arn);
      if (findOwn(balancers, call, arn) !== null) removeBalancer(balancers, arn);
      return {};
    },
  }) satisfies Record<string, ServiceAction>;

function createBalancer(
  balancers: Balancers,
  subnetsOf: SubnetsOf,
  call: ServiceCall,
  request: CreateLoadBalancerCommandInput,
): Omit<CreateLoadBalancerCommandOutput, '$metadata'> {
  const { Name: name = '', Type: type = 'application', Scheme: scheme = 'internet-facing' } = request;
  if (!/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
    throw invalid(`The load balancer name '${name}' is not valid: up to 32 letters, digits and inner hyphens`);
  }
  if (type !== 'network') {
    throw refusal('UnsupportedOperation', `Only load balancers of type network are kept here, not ${type}`, 501);
  }
  if (ownOf(balancers, call).some((one) => one.name === name)) {
    throw refusal('DuplicateLoadBalancerName', `A load balancer with the name '${name}' already exists`);
  }
  const subnetIds = readSubnetIds(request);
  const subnets = subnetsOf(call);
  const unknown = subnetIds.find((id) => !subnets.some((subnet) => subnet.id === id));
  if (unknown !== undefined) throw refusal('SubnetNotFound', `The subnet ID '${unknown}' does not exist`);
  const arn = newBalancerArn(call, name, call.random);
  const balancer: Balancer = {
    arn,
    sequence: balancers.nextSequence(),
    name,
    scheme: scheme === 'internal' ? 'internal' : 'internet-facing',
    subnetIds,
    createdMs: call.nowMs,
    state: 'provisioning',
  };
  balancers.all.set(arn, balancer);
  call.later(() => {
    const held = balancers.all.get(arn);
    if (held?.state === 'provisioning') balancers.all.set(arn, { ...held, state: 'active' });
  });
  return { LoadBalancers: [toView(balancer, subnets)] };
}

function readSubnetIds({ Subnets: plain, SubnetMappings: mapped }: CreateLoadBalancerCommandInput): readonly string[] {
  const ids = plain ?? (mapped ?? []).map(({ SubnetId }) => SubnetId ?? '');
  if (ids.length === 0) throw invalid('At least one subnet must be specified');
  return ids;
}

const ownOf = ({ all }: Balancers, { account, region }: Origin): readonly Balancer[] =>
  [...all.values()].filter(({ arn }) => {
    const parts = findBalancerParts(arn);
    return parts?.account === account && parts.region === region;
  });

/** The caller's load balancer of that ARN; one of another account or region does not exist for the caller. */
export const findOwn = (balancers: Balancers, origin: Origin, arn: string): Balancer | null =>
  ownOf(balancers, origin).find((one) => one.arn === arn) ?? null;

export const balancerNotFound = (what: string): Refusal =>
  refusal('LoadBalancerNotFound', `Load balancers '[${what}]' not found`);

export function checkArn(arn: string): void {
  if (findBalancerParts(arn) === null) throw invalid(`'${arn}' is not a valid load balancer ARN`);
}

function pick(
  balancers: Balancers,
  call: ServiceCall,
  { LoadBalancerArns: arns = [], Names: names = [] }: DescribeLoadBalancersCommandInput,
): readonly Balancer[] {
  if (arns.length > 0 && names.length > 0) {
    throw invalid('Load balancer names and ARNs cannot be specified at the same time');
  }
  if (Math.max(arns.length, names.length) > MOST_NAMED) {
    throw invalid(`At most ${MOST_NAMED} load balancers can be specified`);
  }
  arns.forEach(checkArn);
  const own = ownOf(balancers, call);
  const missing = [
    ...arns.filter((arn) => !own.some((one) => one.arn === arn)),
    ...names.filter((name) => !own.some((one) => one.name === name)),
  ];
  if (missing.length > 0) throw balancerNotFound(missing.join(', '));
  if (arns.length > 0) return own.filter(({ arn }) => arns.includes(arn));
  return names.length > 0 ? own.filter(({ name }) => names.includes(name)) : own;
}

const orderOf = ({ sequence }: Balancer): string => String(sequence).padStart(9, '0');

function toView(balancer: Balancer, subnets: readonly Subnet[]): LoadBalancer {
  const { arn, name, scheme, subnetIds, createdMs, state } = balancer;
  const parts = findBalancerParts(arn);
  const placed = subnets.filter(({ id }) => subnetIds.includes(id));
  return {
    LoadBalancerArn: arn,
    LoadBalancerName: name,
    DNSName: `${name}-${parts?.id}.elb.${parts?.region}.amazonaws.com`,
    CreatedTime: new Date(createdMs),
    Scheme: scheme,
    VpcId: placed[0]?.vpcId,
    State: { Code: state },
    Type: 'network',
    AvailabilityZones: placed.map(({ id, zone }) => ({ SubnetId: id, ZoneName: zone, LoadBalancerAddresses: [] })),
    IpAddressType: 'ipv4',
  };
}
