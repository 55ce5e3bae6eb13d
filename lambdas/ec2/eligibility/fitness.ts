import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { findUnfitInterfaceType } from './interface-types.ts';
import { findUnfitType } from './source-types.ts';

/** What must be known beside an interface to tell whether it can be mirrored. */
export interface Surroundings {
  /** Ids of the interfaces that are mirror targets. */
  readonly targets: ReadonlySet<string>;
  /** The type of the instance that it is attached to; `null` when there is none or it was not read. */
  readonly machineType: string | null;
}

/**
 * Of interfaces that a service manages, only those of these services can be sources
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-network-limitations.html, as of 2026-10).
 */
const MIRRORED_REQUESTERS: ReadonlySet<string> = new Set(['amazon-rds', 'amazon-elasticache']);

/**
 * Those of Fargate tasks are managed by ECS, and are not in that exception; people report that they are mirrored. They are
 * tried. (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html)
 */
const FARGATE_TASK = /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:attachment\//;

function isManaged({ RequesterManaged, RequesterId = '', Description = '' }: NetworkInterface): boolean {
  if (RequesterManaged !== true || MIRRORED_REQUESTERS.has(RequesterId.toLowerCase())) return false;
  return !FARGATE_TASK.test(Description);
}

/**
 * Which rule of AWS keeps an interface from being a traffic mirror source, or `null` when none is known
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-network-limitations.html and
 * https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-sessions.html).
 */
export function findUnfit(found: NetworkInterface, { targets, machineType }: Surroundings): string | null {
  // `RequesterManaged` is also false of interfaces that services make (transit gateway, Lambda, branch): the type goes first.
  const unfitType = findUnfitInterfaceType(found.InterfaceType ?? 'interface');
  if (unfitType !== null) return unfitType;
  if (isManaged(found)) {
    return `it is requester-managed (${found.RequesterId ?? 'by an AWS service'}); only those of RDS and ElastiCache can be sources`;
  }
  if (found.NetworkInterfaceId !== undefined && targets.has(found.NetworkInterfaceId)) {
    return 'it is a traffic mirror target; a target cannot be a source';
  }
  if (found.Ipv6Native === true) return 'it is in an IPv6-only subnet, which traffic mirroring does not support';
  return findUnfitType(machineType);
}
