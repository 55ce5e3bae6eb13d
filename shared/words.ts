/**
 * The nouns of tapkeeper, the same on both clouds. Everything here is plain, frozen, serialisable data.
 * `null` means *known to be nothing*; a thing that was not read is not in the world at all (see {@link World}).
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type NonEmpty<T> = readonly [T, ...T[]];

/** An ISO 8601 instant in UTC, as `Date.prototype.toISOString` writes it. */
export type Instant = Branded<'Instant'>;

export type Cloud = 'aws' | 'azure';

/** An AWS account id (12 digits) or an Azure subscription id (a lower-cased GUID). */
export type AccountId = Branded<'AccountId'>;
/** A region as its cloud spells it: `us-east-1`, `eastus`. */
export type Region = Branded<'Region'>;
/** An EC2 instance id, or a virtual machine's ARM id, lower-cased. */
export type MachineId = Branded<'MachineId'>;
/** An elastic network interface id, or a network interface's ARM id, lower-cased. */
export type SourceId = Branded<'SourceId'>;
/** A traffic mirror session id, or a TAP configuration's ARM id, lower-cased. */
export type AttachmentId = Branded<'AttachmentId'>;
/** A traffic mirror target id, or a virtual network TAP's ARM id, lower-cased. */
export type TargetId = Branded<'TargetId'>;
/** A traffic mirror filter id. */
export type FilterId = Branded<'FilterId'>;
/** What stands behind a target: a network interface, load balancer (ARN), endpoint, or a lower-cased ARM id of an IP configuration. */
export type EndpointId = Branded<'EndpointId'>;

/** Names that the rules file gives. */
export type Owner = Branded<'Owner'>;
export type DestinationName = Branded<'DestinationName'>;
export type PoolName = Branded<'PoolName'>;
export type RuleName = Branded<'RuleName'>;
/** The digest of a rules file's canonical form; it is logged with everything that the rules decided. */
export type RulesVersion = Branded<'RulesVersion'>;
/** The digest of the changes of a plan that take mirroring away or move it. */
export type Digest = Branded<'Digest'>;

/** What one read, one sweep and one guard are about: an AWS account in one region, or an Azure subscription with all its regions. */
export type Scope =
  | { readonly cloud: 'aws'; readonly account: AccountId; readonly region: Region }
  | { readonly cloud: 'azure'; readonly account: AccountId; readonly region: null };

/** One thing to look at. An event carries this and nothing else: identity, never truth. */
export type Subject =
  { readonly kind: 'machine'; readonly id: MachineId } | { readonly kind: 'source'; readonly id: SourceId };

export type Selection =
  { readonly kind: 'everything' } | { readonly kind: 'subjects'; readonly subjects: NonEmpty<Subject> };

/** Tag names to values. Look values up with `effectiveTags` only: a name may be `constructor`. */
export type Tags = Readonly<Record<string, string>>;

export interface Machine {
  readonly id: MachineId;
  readonly cloud: Cloud;
  readonly account: AccountId;
  readonly region: Region;
  readonly resourceGroup: string | null;
  readonly name: string | null;
  /** Instance type or VM size. */
  readonly type: string | null;
  readonly tags: Tags;
  /**
   * The availability set or scale set that it is one of, an ARM id, lower-cased: machines that stand in for each other, of which
   * one at a time may be interrupted. `null`: none, and always on AWS, where nothing that is done here interrupts.
   */
  readonly availabilityGroup: string | null;
  /** `changing` is every state that is about to be another one (pending, stopping, an ARM resource that is `Updating`). */
  readonly state: 'running' | 'stopped' | 'changing' | 'gone';
  /** When it stopped; `null` when it is not stopped or when the cloud does not say. */
  readonly stoppedAt: Instant | null;
}

/** A network interface that could be mirrored. */
export interface Source {
  readonly id: SourceId;
  readonly cloud: Cloud;
  readonly account: AccountId;
  readonly region: Region;
  readonly zone: string | null;
  readonly resourceGroup: string | null;
  /** VPC id, or the virtual network's ARM id, lower-cased. */
  readonly network: string | null;
  /** Subnet id, or the subnet's ARM id, lower-cased. */
  readonly subnet: string | null;
  readonly machine: MachineId | null;
  readonly isPrimary: boolean;
  /** The interface's own tags; its machine's are overlaid by these when rules are evaluated. */
  readonly tags: Tags;
  /** `attached`: the cloud says that the attachment to its machine is complete; `changing`: do not write now, look again. */
  readonly state: 'attached' | 'changing' | 'detached';
  /** Which rule of the cloud keeps this interface from being mirrored, in words with the provider's term; `null` when none is known. */
  readonly unfit: string | null;
}

/** Who wrote an attachment, as its mark says. */
export interface Mark {
  readonly owner: Owner;
  readonly version: 'v1';
}

/** What can be set on an attachment. On Azure only the target is; the rest is `null`. */
export interface Settings {
  readonly target: TargetId;
  readonly filter: FilterId | null;
  /** The session number, 1 to 32766; the lower one is evaluated first. */
  readonly number: number | null;
  /** Bytes of each packet that are mirrored; `null`: the whole packet, or what the cloud fills in. */
  readonly packetLength: number | null;
  /** The VXLAN network identifier (24 bits); `null`: the cloud's choice. */
  readonly virtualNetworkId: number | null;
}

/** A traffic mirror session, or a TAP configuration: the traffic of one source reaching one target. */
export interface Attachment {
  readonly id: AttachmentId;
  readonly source: SourceId;
  readonly settings: Settings;
  readonly mark: Mark | null;
  /** `unlisted`: provisioned, but its VTAP does not list it. AWS sessions have no state and are always `ready`. */
  readonly state: 'ready' | 'changing' | 'failed' | 'unlisted';
}

/** A traffic mirror target or a virtual network TAP, as one account sees it. */
export interface Target {
  readonly id: TargetId;
  readonly cloud: Cloud;
  readonly region: Region;
  readonly zone: string | null;
  readonly reaches: EndpointId;
  /** Why nothing can be attached to it now, in words; `null` when nothing speaks against it. */
  readonly unhealthy: string | null;
  /** Whether what makes it unhealthy is over in a moment: an operation on it goes on. */
  readonly isChanging: boolean;
  /** Why a closer look could not tell whether it is healthy, in words; `null`: it could, or nobody looked closer. */
  readonly unchecked: string | null;
  /** How many sources it takes; `null` when the cloud states no limit. */
  readonly capacity: number | null;
  /** How many attachments point at it, counted over everything that was read. */
  readonly load: number;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** One rule of a traffic mirror filter. */
export interface FilterRule {
  readonly direction: 'ingress' | 'egress';
  readonly number: number;
  readonly action: 'accept' | 'reject';
  /** IANA protocol number; `null`: all protocols. */
  readonly protocol: number | null;
  readonly sourceCidr: string;
  readonly destinationCidr: string;
  /** `null`: all ports. */
  readonly sourcePorts: PortRange | null;
  readonly destinationPorts: PortRange | null;
}

export interface Filter {
  readonly id: FilterId;
  readonly rules: readonly FilterRule[];
  /** Whether the network service `amazon-dns` is mirrored. */
  readonly mirrorsDns: boolean;
}

/** The kinds of things that a world is read as; each is read wholly or is listed in {@link World.incomplete}. */
export type InventoryKind = 'machines' | 'sources' | 'attachments' | 'targets' | 'filters' | 'surroundings';

export interface Incompleteness {
  readonly kind: InventoryKind;
  /** What was attempted, what the cloud said, what to do. */
  readonly why: string;
}

/** What exists in one scope, as far as it was asked for and could be read. */
export interface World {
  readonly scope: Scope;
  readonly selection: Selection;
  readonly machines: readonly Machine[];
  readonly sources: readonly Source[];
  readonly attachments: readonly Attachment[];
  readonly targets: readonly Target[];
  readonly filters: readonly Filter[];
  readonly incomplete: readonly Incompleteness[];
}
