import type { Cloud } from './words.ts';

/** What a cloud allows, as data with its source; the cloud's own refusal wins over all of it. */
export interface Profile {
  /** Attachments that one source can have. */
  readonly attachmentsPerSource: number;
  /** The range of session numbers; `null` where attachments have no order. */
  readonly numbers: { readonly lowest: number; readonly highest: number } | null;
  /** Whether a source must be attached to a machine: if not, a detached one is judged on its own tags. */
  readonly needsMachine: boolean;
  /** Whether nothing is written while the source's machine is changing. */
  readonly waitsForMachine: boolean;
  /** Whether only the refusal of an attach tells that a type of machine cannot be mirrored. */
  readonly judgesTypeLate: boolean;
  /** Whether what is denied once, or a quota that is used up, is so for the whole scope; if not, the adapter knows for how much. */
  readonly refusesByScope: boolean;
  /** Whether attaching and detaching may interrupt the network of a running machine. */
  readonly interrupts: boolean;
  /** What the cloud fills in for a packet length that was left out; finding it is not drift. */
  readonly impliedPacketLength: number | null;
  /** The word for an attachment in messages for people. */
  readonly attachmentWord: string;
}

export const PROFILES: Readonly<Record<Cloud, Profile>> = {
  aws: {
    // https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html: 3 sessions per interface, not adjustable.
    attachmentsPerSource: 3,
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTrafficMirrorSession.html: SessionNumber, 1 to 32766.
    numbers: { lowest: 1, highest: 32766 },
    // A detached interface is refused (NetworkInterfaceNotSupported), and its sessions go on being billed:
    // https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html#pricing
    needsMachine: true,
    waitsForMachine: false,
    // No field of the API says which types can be mirrored, and the list of
    // https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html lags behind the service.
    judgesTypeLate: true,
    // A role's policy is about an action in an account and region; quotas as well.
    refusesByScope: true,
    interrupts: false,
    // The same API page, PacketLength: 8500 for a Network Load Balancer when it is left out.
    impliedPacketLength: 8500,
    attachmentWord: 'session',
  },
  azure: {
    // Not documented; Microsoft's own tests delete one configuration before they create another on the same interface.
    attachmentsPerSource: 1,
    numbers: null,
    // An interface without a machine takes a TAP configuration, and its machine then starts mirrored, without an interruption.
    needsMachine: false,
    // ARM refuses or queues writes to what another operation is changing (AnotherOperationInProgress).
    waitsForMachine: true,
    // What keeps an interface from being mirrored is read beforehand, and one attach takes too long for others to wait for it.
    judgesTypeLate: false,
    // Roles, locks and policies hold for a resource group or a resource as well as for a subscription:
    // https://learn.microsoft.com/azure/role-based-access-control/scope-overview
    refusesByScope: false,
    // https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview: up to 60 s of downtime for a machine that is
    // added or removed as a source.
    interrupts: true,
    impliedPacketLength: null,
    attachmentWord: 'TAP configuration',
  },
};
