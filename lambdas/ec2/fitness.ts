import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { findUnfitType } from './source-types.ts';

/** What must be known beside an interface to tell whether it can be mirrored. */
export interface Surroundings {
  /** Ids of the interfaces that are mirror targets. */
  readonly targets: ReadonlySet<string>;
  /** The type of the instance that it is attached to; `null` when there is none or it was not read. */
  readonly machineType: string | null;
}

/** The services whose interfaces can be mirrored although the service manages them. */
const MIRRORED_REQUESTERS: ReadonlySet<string> = new Set(['amazon-rds', 'amazon-elasticache']);

/**
 * Which rule of AWS keeps an interface from being a traffic mirror source, or `null` when none is known
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-network-limitations.html and
 * https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-sessions.html).
 */
export function findUnfit(found: NetworkInterface, { targets, machineType }: Surroundings): string | null {
  // The type is an open string: the service writes values that its own model does not list, and none at all.
  const type: string = found.InterfaceType ?? 'interface';
  if (type !== 'interface') return `its InterfaceType is "${type}"; only "interface" can be a traffic mirror source`;
  if (found.RequesterManaged === true && !MIRRORED_REQUESTERS.has(found.RequesterId ?? '')) {
    return `it is requester-managed (${found.RequesterId ?? 'by an AWS service'}); only those of RDS and ElastiCache can be sources`;
  }
  if (found.NetworkInterfaceId !== undefined && targets.has(found.NetworkInterfaceId)) {
    return 'it is a traffic mirror target; a target cannot be a source';
  }
  if (found.Ipv6Native === true) return 'it is in an IPv6-only subnet, which traffic mirroring does not support';
  return findUnfitType(machineType);
}
