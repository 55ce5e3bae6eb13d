import type { Random } from './randomness.ts';
import { newResourceId } from './randomness.ts';
import type {
  Instance,
  MirrorFilter,
  MirrorFilterRule,
  MirrorSession,
  MirrorTarget,
  NetworkInterface,
  Subnet,
  Tagging,
} from './state.ts';
import type { Lag, Rows, Table } from './table.ts';
import { createTable } from './table.ts';

/** What exists in one region of one account, to be read. Nothing in it knows of another region. */
export interface RegionFacts {
  readonly name: string;
  readonly account: string;
  readonly vpcId: string;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly instances: Rows<Instance, InstanceIndex>;
  readonly interfaces: Rows<NetworkInterface, InterfaceIndex>;
  readonly targets: Rows<MirrorTarget, TargetIndex>;
  readonly filters: Rows<MirrorFilter, FilterIndex>;
  readonly filterRules: Rows<MirrorFilterRule, FilterRuleIndex>;
  readonly sessions: Rows<MirrorSession, SessionIndex>;
  readonly taggings: Rows<Tagging>;
}

/** One region of one account. */
export interface RegionState extends RegionFacts {
  readonly instances: Table<Instance, InstanceIndex>;
  readonly interfaces: Table<NetworkInterface, InterfaceIndex>;
  readonly targets: Table<MirrorTarget, TargetIndex>;
  readonly filters: Table<MirrorFilter, FilterIndex>;
  readonly filterRules: Table<MirrorFilterRule, FilterRuleIndex>;
  readonly sessions: Table<MirrorSession, SessionIndex>;
  readonly taggings: Table<Tagging>;
  /** The accounts with which each target is shared. */
  readonly shares: Map<string, Set<string>>;
  /** Answers by action and client token: see {@link ./idempotency.ts}. */
  readonly answers: Map<string, { readonly asked: string; readonly answer: object }>;
  readonly nextSequence: () => number;
  readonly nextAddress: (subnet: Subnet) => string;
}

const INSTANCE_INDEXES = { 'instance-id': (held: Instance) => held.id };
const INTERFACE_INDEXES = {
  'network-interface-id': (held: NetworkInterface) => held.id,
  'attachment.attachment-id': ({ attachment }: NetworkInterface) => attachment?.id ?? null,
  'attachment.instance-id': ({ attachment }: NetworkInterface) => attachment?.instanceId ?? null,
};
const TARGET_INDEXES = {
  'traffic-mirror-target-id': (held: MirrorTarget) => held.id,
  'network-interface-id': ({ kind, reaches }: MirrorTarget) => (kind === 'network-interface' ? reaches : null),
};
const FILTER_INDEXES = { 'traffic-mirror-filter-id': (held: MirrorFilter) => held.id };
const FILTER_RULE_INDEXES = { 'traffic-mirror-filter-id': ({ filterId }: MirrorFilterRule) => filterId };
const SESSION_INDEXES = {
  'traffic-mirror-session-id': (held: MirrorSession) => held.id,
  'network-interface-id': ({ interfaceId }: MirrorSession) => interfaceId,
  'traffic-mirror-target-id': ({ targetId }: MirrorSession) => targetId,
  'traffic-mirror-filter-id': ({ filterId }: MirrorSession) => filterId,
  'virtual-network-id': ({ virtualNetworkId }: MirrorSession) => String(virtualNetworkId),
};

type InstanceIndex = keyof typeof INSTANCE_INDEXES;
type InterfaceIndex = keyof typeof INTERFACE_INDEXES;
type TargetIndex = keyof typeof TARGET_INDEXES;
type FilterIndex = keyof typeof FILTER_INDEXES;
type FilterRuleIndex = keyof typeof FILTER_RULE_INDEXES;
type SessionIndex = keyof typeof SESSION_INDEXES;

const ZONES = ['a', 'b', 'c'] as const;

/** What a region is made of. The sequence goes through all accounts, so that lists of several have one order. */
export interface RegionOptions {
  readonly name: string;
  readonly account: string;
  readonly random: Random;
  readonly nextSequence: () => number;
  /** How long it takes until a change is seen. */
  readonly lag: Lag;
}

/** A region as a new account finds it: a default VPC with a subnet in each of three zones, large enough for a large fleet. */
export function createRegion({ name, account, random, nextSequence, lag }: RegionOptions): RegionState {
  const nextHost = createCounter();
  const vpcId = newResourceId(random, 'vpc');
  const subnets = ZONES.map((letter, index): Subnet => ({
    id: newResourceId(random, 'subnet'),
    sequence: nextSequence(),
    vpcId,
    zone: `${name}${letter}`,
    cidr: `172.31.${index * 64}.0/18`,
  }));
  return {
    name,
    account,
    vpcId,
    subnets: new Map(subnets.map((subnet) => [subnet.id, subnet])),
    instances: createTable(lag, INSTANCE_INDEXES),
    interfaces: createTable(lag, INTERFACE_INDEXES),
    targets: createTable(lag, TARGET_INDEXES),
    filters: createTable(lag, FILTER_INDEXES),
    filterRules: createTable(lag, FILTER_RULE_INDEXES),
    sessions: createTable(lag, SESSION_INDEXES),
    taggings: createTable(lag, {}),
    shares: new Map(),
    answers: new Map(),
    nextSequence,
    nextAddress: (subnet) => toAddress(subnet, nextHost() + 3),
  };
}

/**
 * A region as Describe calls show it, which may be behind
 * (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
 */
export const asSeen = (region: RegionState): RegionFacts => ({
  name: region.name,
  account: region.account,
  vpcId: region.vpcId,
  subnets: region.subnets,
  instances: region.instances.seen,
  interfaces: region.interfaces.seen,
  targets: region.targets.seen,
  filters: region.filters.seen,
  filterRules: region.filterRules.seen,
  sessions: region.sessions.seen,
  taggings: region.taggings.seen,
});

/** 1, 2, 3 and so on. */
export function createCounter(): () => number {
  let last = 0;
  return () => (last += 1);
}

function toAddress(subnet: Subnet, host: number): string {
  const third = Number(subnet.cidr.split('.')[2]) + (Math.floor(host / 250) % 64);
  return `172.31.${third}.${(host % 250) + 4}`;
}

export const tagsOf = (region: RegionFacts, id: string): ReadonlyMap<string, string> =>
  region.taggings.get(id)?.tags ?? NO_TAGS;

const NO_TAGS: ReadonlyMap<string, string> = new Map();

/** The tags as responses list them. */
export const toTagList = (region: RegionFacts, id: string): { Key: string; Value: string }[] =>
  [...tagsOf(region, id)].map(([Key, Value]) => ({ Key, Value }));

/** Interfaces of one instance, the primary one first. */
export const interfacesOf = (region: RegionFacts, instanceId: string): readonly NetworkInterface[] =>
  inOrder(region.interfaces.under('attachment.instance-id', instanceId));

const inOrder = (interfaces: readonly NetworkInterface[]): readonly NetworkInterface[] =>
  interfaces.toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
