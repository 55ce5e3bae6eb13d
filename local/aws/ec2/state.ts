import type { Random } from './randomness.ts';
import { newResourceId } from './randomness.ts';

/** Everything is kept in records that are replaced when they change; `sequence` is the order of creation, which paging follows. */
interface Kept {
  readonly id: string;
  readonly sequence: number;
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface Instance extends Kept {
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly type: string;
  readonly imageId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly state: InstanceState;
  readonly launchedMs: number;
  /** As `StateTransitionReason` has it; empty when nobody stopped or terminated it. */
  readonly transitionReason: string;
  readonly terminatedMs: number | null;
}

export interface InterfaceAttachment {
  readonly id: string;
  readonly instanceId: string;
  readonly deviceIndex: number;
  readonly networkCardIndex: number;
  readonly status: 'attaching' | 'attached' | 'detaching';
  readonly deletedOnTermination: boolean;
  readonly attachedMs: number;
}

export interface NetworkInterface extends Kept {
  readonly type: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly description: string;
  readonly mac: string;
  readonly privateIp: string;
  /** Who made it for the account, as `amazon-rds`; `null`: the account itself. */
  readonly requester: string | null;
  readonly attachment: InterfaceAttachment | null;
}

export type TargetKind = 'network-interface' | 'network-load-balancer' | 'gateway-load-balancer-endpoint';

export interface MirrorTarget extends Kept {
  readonly kind: TargetKind;
  /** The interface id, load balancer ARN or endpoint id. */
  readonly reaches: string;
  readonly description: string | null;
}

export interface PortRange {
  readonly FromPort: number;
  readonly ToPort: number;
}

export interface MirrorFilterRule extends Kept {
  readonly filterId: string;
  readonly direction: 'ingress' | 'egress';
  readonly number: number;
  readonly action: 'accept' | 'reject';
  readonly protocol: number | null;
  readonly sourceCidr: string;
  readonly destinationCidr: string;
  readonly sourcePorts: PortRange | null;
  readonly destinationPorts: PortRange | null;
  readonly description: string | null;
}

export interface MirrorFilter extends Kept {
  readonly description: string | null;
  readonly networkServices: readonly string[];
}

export interface MirrorSession extends Kept {
  readonly interfaceId: string;
  readonly targetId: string;
  readonly filterId: string;
  readonly number: number;
  readonly packetLength: number | null;
  readonly virtualNetworkId: number;
  readonly description: string | null;
}

export interface Subnet extends Kept {
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
}

/** The tags of one resource and how often they changed. */
export interface Tagging {
  readonly tags: ReadonlyMap<string, string>;
  readonly version: number;
}

/** One region of one account. Nothing in it knows of another region. */
export interface RegionState {
  readonly name: string;
  readonly account: string;
  readonly vpcId: string;
  readonly subnets: Map<string, Subnet>;
  readonly instances: Map<string, Instance>;
  readonly interfaces: Map<string, NetworkInterface>;
  readonly targets: Map<string, MirrorTarget>;
  readonly filters: Map<string, MirrorFilter>;
  readonly filterRules: Map<string, MirrorFilterRule>;
  readonly sessions: Map<string, MirrorSession>;
  readonly taggings: Map<string, Tagging>;
  /** Answers by action and client token: see {@link ./idempotency.ts}. */
  readonly answers: Map<string, { readonly asked: string; readonly answer: object }>;
  readonly nextSequence: () => number;
  readonly nextAddress: (subnet: Subnet) => string;
}

const ZONES = ['a', 'b', 'c'] as const;

/** What a region is made of. The sequence goes through all accounts, so that lists of several have one order. */
export interface RegionOptions {
  readonly name: string;
  readonly account: string;
  readonly random: Random;
  readonly nextSequence: () => number;
}

/** A region as a new account finds it: a default VPC with a subnet in each of three zones. */
export function createRegion({ name, account, random, nextSequence }: RegionOptions): RegionState {
  const nextHost = createCounter();
  const vpcId = newResourceId(random, 'vpc');
  const subnets = ZONES.map((letter, index): Subnet => ({
    id: newResourceId(random, 'subnet'),
    sequence: nextSequence(),
    vpcId,
    zone: `${name}${letter}`,
    cidr: `172.31.${index * 16}.0/20`,
  }));
  return {
    name,
    account,
    vpcId,
    subnets: new Map(subnets.map((subnet) => [subnet.id, subnet])),
    instances: new Map(),
    interfaces: new Map(),
    targets: new Map(),
    filters: new Map(),
    filterRules: new Map(),
    sessions: new Map(),
    taggings: new Map(),
    answers: new Map(),
    nextSequence,
    nextAddress: (subnet) => toAddress(subnet, nextHost() + 3),
  };
}

/** 1, 2, 3 and so on. */
export function createCounter(): () => number {
  let last = 0;
  return () => (last += 1);
}

function toAddress(subnet: Subnet, host: number): string {
  const third = Number(subnet.cidr.split('.')[2]) + (Math.floor(host / 250) % 16);
  return `172.31.${third}.${(host % 250) + 4}`;
}

export const tagsOf = (region: RegionState, id: string): ReadonlyMap<string, string> =>
  region.taggings.get(id)?.tags ?? NO_TAGS;

const NO_TAGS: ReadonlyMap<string, string> = new Map();

/** The tags as responses list them, `undefined` when there are none. */
export const toTagList = (region: RegionState, id: string): { Key: string; Value: string }[] =>
  [...tagsOf(region, id)].map(([Key, Value]) => ({ Key, Value }));

export const interfacesOf = (region: RegionState, instanceId: string): readonly NetworkInterface[] =>
  inOrder([...region.interfaces.values()].filter(({ attachment }) => attachment?.instanceId === instanceId));

/** Interfaces of one instance, the primary one first. */
export const inOrder = (interfaces: readonly NetworkInterface[]): readonly NetworkInterface[] =>
  interfaces.toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
