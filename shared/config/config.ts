import type {
  AccountId,
  DestinationName,
  EndpointId,
  FilterId,
  NonEmpty,
  Owner,
  PoolName,
  Region,
  RuleName,
  TargetId,
} from '../words.ts';

/**
 * A rules file that was parsed and found valid: every name is known, every default is filled in. One without destinations and
 * rules is valid, and wishes nothing.
 */
export interface Config {
  readonly version: 1;
  readonly owner: Owner;
  /** Owners whose attachments are read as ours. */
  readonly formerOwners: readonly Owner[];
  /** `attach-only` never detaches. */
  readonly policy: 'sync' | 'attach-only';
  readonly guard: GuardLimits;
  readonly interruption: InterruptionLimits;
  /** How many sessions of one interface may be ours, 1 to 3; fewer than 3 leave room for people. */
  readonly slots: number;
  /** How long a stopped machine keeps its attachments. They cost money all the while. */
  readonly graceHours: number;
  readonly destinations: readonly Destination[];
  readonly pools: readonly Pool[];
  /** In file order. */
  readonly rules: readonly Rule[];
}

export interface GuardLimits {
  /** Detaches and retargets of running machines in one scope that never trip the guard. */
  readonly count: number;
  /** The same, in percent of our attachments there (0 to 100). The larger of the two is the limit. */
  readonly percent: number;
}

/** How running machines may be interrupted, on the cloud where attaching and detaching do that. */
export interface InterruptionLimits {
  /** How many running machines of one scope may change at a time. */
  readonly inFlight: number;
  /** How long after an event a running machine is left alone, so that a tag that flaps interrupts it once. */
  readonly settleSeconds: number;
  /** When running machines may be interrupted; none: at any time. */
  readonly windows: readonly Window[];
}

/** A recurring time in which running machines may be interrupted. */
export interface Window {
  /** When it begins: five fields, minute first. */
  readonly cron: string;
  readonly durationMinutes: number;
  /** An IANA time zone, as `Europe/Berlin`. */
  readonly timeZone: string;
}

/** A named sensor entry point, as the user has it. */
export type Destination = AwsDestination | AzureDestination;

export interface AwsDestination {
  readonly cloud: 'aws';
  readonly name: DestinationName;
  readonly region: Region;
  readonly entry:
    | { readonly kind: 'target'; readonly id: TargetId }
    | { readonly kind: 'networkLoadBalancer'; readonly id: EndpointId }
    | { readonly kind: 'networkInterface'; readonly id: EndpointId }
    | { readonly kind: 'gatewayLoadBalancerEndpoint'; readonly id: EndpointId };
  /** Filters cannot be shared between accounts, targets can. */
  readonly filter:
    | { readonly kind: 'one'; readonly id: FilterId }
    | { readonly kind: 'by-account'; readonly ids: ReadonlyMap<AccountId, FilterId> };
  readonly sessionNumber: number;
  readonly packetLength: number | null;
  readonly virtualNetworkId: number | null;
  /** `exact` never moves to the next free number. */
  readonly numbers: 'nearest' | 'exact';
  /** Whether its sessions may come before others' with overlapping filters. */
  readonly mayPreempt: boolean;
}

export interface AzureDestination {
  readonly cloud: 'azure';
  readonly name: DestinationName;
  readonly entry:
    | { readonly kind: 'virtualNetworkTap'; readonly id: TargetId }
    | { readonly kind: 'loadBalancerFrontend'; readonly id: EndpointId }
    | { readonly kind: 'collectorIpConfiguration'; readonly id: EndpointId };
}

/** A wish for a pool means exactly one of its members. */
export interface Pool {
  readonly name: PoolName;
  readonly members: NonEmpty<DestinationName>;
}

export interface Rule {
  readonly name: RuleName;
  readonly when: Condition;
  /** `primary`: only the interface at device index 0 of network card 0, or the NIC that Azure calls primary. */
  readonly interfaces: 'all' | 'primary';
  readonly effect: Effect;
}

export type Effect =
  | {
      readonly kind: 'mirror';
      readonly to: MirrorTo;
      /** No `never` rule beats a required one. */
      readonly isRequired: boolean;
      /** The tag that says until when the rule wishes anything. */
      readonly untilTag: string | null;
    }
  | { readonly kind: 'never' };

/** Names are unique across destinations and pools. */
export type Name = DestinationName | PoolName;

export type MirrorTo =
  | { readonly kind: 'names'; readonly names: NonEmpty<Name> }
  /** The tag's value chooses among configured names; it never carries an id or an address. */
  | { readonly kind: 'from-tag'; readonly tag: string; readonly among: NonEmpty<Name> };

export type Condition =
  | { readonly kind: 'all'; readonly of: NonEmpty<Condition> }
  | { readonly kind: 'any'; readonly of: NonEmpty<Condition> }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'tag-exists'; readonly tag: string }
  | { readonly kind: 'tag-in'; readonly tag: string; readonly values: NonEmpty<string> }
  | { readonly kind: 'tag-glob'; readonly tag: string; readonly glob: string }
  | { readonly kind: 'attribute'; readonly attribute: Attribute; readonly values: NonEmpty<string> };

export const ATTRIBUTES = [
  'cloud',
  'account',
  'region',
  'resourceGroup',
  'network',
  'subnet',
  'machineType',
  'machineName',
] as const;
export type Attribute = (typeof ATTRIBUTES)[number];
