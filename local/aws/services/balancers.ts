import { newDigits } from './digits.ts';
import type { Origin } from '../ec2/call.ts';
import type { Random } from '../ec2/randomness.ts';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html */
export type BalancerState = 'provisioning' | 'active' | 'active_impaired' | 'failed';

export const PROTOCOLS = ['TCP', 'UDP', 'TCP_UDP', 'TLS', 'QUIC', 'TCP_QUIC'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

export interface Listener {
  readonly arn: string;
  readonly balancerArn: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly targetGroupArn: string;
}

export interface Balancer {
  readonly arn: string;
  readonly sequence: number;
  readonly name: string;
  readonly scheme: 'internal' | 'internet-facing';
  readonly subnetIds: readonly string[];
  readonly createdMs: number;
  readonly state: BalancerState;
}

/** All Network Load Balancers of the cloud: an ARN names account and region. */
export interface Balancers {
  readonly all: Map<string, Balancer>;
  readonly listeners: Map<string, Listener>;
  readonly nextSequence: () => number;
}

export function createBalancers(): Balancers {
  let last = 0;
  return { all: new Map(), listeners: new Map(), nextSequence: () => (last += 1) };
}

/** Account, region and name in the ARN of a Network Load Balancer; `null` when it is none. */
export function findBalancerParts(arn: string): (Origin & { readonly name: string; readonly id: string }) | null {
  const match =
    /^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):(\d{12}):loadbalancer\/net\/([^/]+)\/([0-9a-f]+)$/.exec(arn);
  if (match === null) return null;
  const [, region = '', account = '', name = '', id = ''] = match;
  return { region, account, name, id };
}

export const newBalancerArn = ({ account, region }: Origin, name: string, random: Random): string =>
  `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/net/${name}/${newDigits(random, 16)}`;

/** The listener's ARN repeats the name and the id of its load balancer. */
export const newListenerArn = (balancerArn: string, random: Random): string =>
  `${balancerArn.replace(':loadbalancer/', ':listener/')}/${newDigits(random, 16)}`;

export function removeBalancer({ all, listeners }: Balancers, arn: string): void {
  all.delete(arn);
  for (const { arn: listenerArn, balancerArn } of listeners.values()) {
    if (balancerArn === arn) listeners.delete(listenerArn);
  }
}

export const listenersOf = ({ listeners }: Balancers, balancerArn: string): readonly Listener[] =>
  [...listeners.values()].filter((listener) => listener.balancerArn === balancerArn);
