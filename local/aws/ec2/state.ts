/** Everything is kept in records that are replaced when they change; `sequence` is the order of creation, which paging follows. */
interface Kept {
  readonly id: string;
  readonly sequence: number;
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface Instance extends Kept {
  /** The service that manages it, as `eks.amazonaws.com`; `null`: the account itself. */
  readonly operator: string | null;
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
  /** `null`: a machine of a service, which the account cannot see. */
  readonly instanceId: string | null;
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
  /** The service that manages it, as `eks.amazonaws.com`; `null`: the account itself. */
  readonly operator: string | null;
  readonly attachment: InterfaceAttachment | null;
}

export type TargetKind = 'network-interface' | 'network-load-balancer' | 'gateway-load-balancer-endpoint';

export interface MirrorTarget extends Kept {
  /** The account. */
  readonly owner: string;
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
  /** The account. */
  readonly owner: string;
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
