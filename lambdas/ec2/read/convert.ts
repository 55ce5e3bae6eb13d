import type {
  Instance,
  NetworkInterface,
  Tag,
  TrafficMirrorFilter,
  TrafficMirrorFilterRule,
  TrafficMirrorPortRange,
  TrafficMirrorSession,
  TrafficMirrorTarget,
} from '@aws-sdk/client-ec2';
import {
  findEpochMs,
  parseAttachmentId,
  parseEndpointId,
  parseFilterId,
  parseMachineId,
  parseSourceId,
  parseTargetId,
  toInstant,
} from '../../../shared/ids.ts';
import { findMarkInTags } from '../../../shared/mark.ts';
import type {
  Attachment,
  Filter,
  FilterRule,
  Instant,
  Machine,
  PortRange,
  Source,
  Tags,
  Target,
} from '../../../shared/words.ts';
import { toAccountId, type AwsScope } from '../scope.ts';

/** Tags that an answer lists; an untagged thing has no list at all. */
export const toTags = (tags: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));

const STATES: Readonly<Record<string, Machine['state']>> = {
  running: 'running',
  stopped: 'stopped',
  terminated: 'gone',
};

/**
 * When an instance stopped, from a reason such as `User initiated (2026-08-30 12:00:00 GMT)`. There is no field for it,
 * and the text is not specified: what is not understood is unknown.
 */
export function findStoppedAt(reason: string | undefined): Instant | null {
  const [, at] = /\((\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) (?:GMT|UTC)\)/.exec(reason ?? '') ?? [];
  const epochMs = at === undefined ? null : findEpochMs(at);
  return epochMs === null ? null : toInstant(epochMs);
}

/** An instance as a machine, or `null` when it has no id. */
export function findMachine(scope: AwsScope, instance: Instance): Machine | null {
  if (instance.InstanceId === undefined) return null;
  const tags = toTags(instance.Tags);
  const state = STATES[instance.State?.Name?.toLowerCase() ?? ''] ?? 'changing';
  return {
    id: parseMachineId(instance.InstanceId),
    cloud: 'aws',
    account: scope.account,
    region: scope.region,
    resourceGroup: null,
    name: Object.hasOwn(tags, 'Name') ? (tags['Name'] ?? null) : null,
    type: instance.InstanceType ?? null,
    tags,
    state,
    availabilityGroup: null,
    stoppedAt: state === 'stopped' ? findStoppedAt(instance.StateTransitionReason) : null,
  };
}

/**
 * `in-use` is said already while the attachment is still being made, and a session that is created then is refused:
 * only the attachment's own status counts.
 */
function stateOf({ Attachment: attachment }: NetworkInterface): Source['state'] {
  const status = attachment?.Status?.toLowerCase() ?? 'detached';
  if (status === 'attached') return 'attached';
  return status === 'detached' ? 'detached' : 'changing';
}

/** A network interface as a source, or `null` when it has no id. Whether it is fit is told by `findUnfit`. */
export function findSource(scope: AwsScope, found: NetworkInterface, unfit: string | null): Source | null {
  if (found.NetworkInterfaceId === undefined) return null;
  const { Attachment: attachment } = found;
  return {
    id: parseSourceId(found.NetworkInterfaceId),
    cloud: 'aws',
    account: found.OwnerId === undefined ? scope.account : toAccountId(found.OwnerId),
    region: scope.region,
    zone: found.AvailabilityZone ?? null,
    resourceGroup: null,
    network: found.VpcId ?? null,
    subnet: found.SubnetId ?? null,
    machine: attachment?.InstanceId === undefined ? null : parseMachineId(attachment.InstanceId),
    isPrimary: attachment?.DeviceIndex === 0 && (attachment.NetworkCardIndex ?? 0) === 0,
    tags: toTags(found.TagSet),
    state: stateOf(found),
    unfit,
  };
}

/** A session as an attachment, or `null` when it lacks what a session always has. */
export function findAttachment(session: TrafficMirrorSession): Attachment | null {
  const { TrafficMirrorSessionId: id, NetworkInterfaceId: source, TrafficMirrorTargetId: target } = session;
  const { TrafficMirrorFilterId: filter, SessionNumber: number } = session;
  if (id === undefined || source === undefined || target === undefined) return null;
  if (filter === undefined || number === undefined) return null;
  return {
    id: parseAttachmentId(id),
    source: parseSourceId(source),
    settings: {
      target: parseTargetId(target),
      filter: parseFilterId(filter),
      number,
      packetLength: session.PacketLength ?? null,
      virtualNetworkId: session.VirtualNetworkId ?? null,
    },
    mark: findMarkInTags(toTags(session.Tags)),
    state: 'ready',
  };
}

/** What is known of a target beside what describes it. */
export type TargetFacts = Pick<Target, 'zone' | 'unhealthy' | 'unchecked' | 'capacity' | 'load'>;

/** A mirror target, or `null` when it has no id. */
export function findTarget(scope: AwsScope, target: TrafficMirrorTarget, facts: TargetFacts): Target | null {
  const { TrafficMirrorTargetId: id } = target;
  if (id === undefined) return null;
  const reaches =
    target.NetworkInterfaceId ?? target.NetworkLoadBalancerArn ?? target.GatewayLoadBalancerEndpointId ?? id;
  return {
    id: parseTargetId(id),
    cloud: 'aws',
    region: scope.region,
    reaches: parseEndpointId(reaches),
    isChanging: false,
    ...facts,
  };
}

const toPorts = (range: TrafficMirrorPortRange | undefined): PortRange | null =>
  range?.FromPort === undefined ? null : { from: range.FromPort, to: range.ToPort ?? range.FromPort };

function findRule(direction: FilterRule['direction'], rule: TrafficMirrorFilterRule): FilterRule | null {
  const { RuleNumber: number, RuleAction: action, SourceCidrBlock, DestinationCidrBlock, Protocol: protocol } = rule;
  if (number === undefined || SourceCidrBlock === undefined || DestinationCidrBlock === undefined) return null;
  if (action !== 'accept' && action !== 'reject') return null;
  return {
    direction,
    number,
    action,
    protocol: protocol === undefined || protocol < 0 ? null : protocol,
    sourceCidr: SourceCidrBlock,
    destinationCidr: DestinationCidrBlock,
    sourcePorts: toPorts(rule.SourcePortRange),
    destinationPorts: toPorts(rule.DestinationPortRange),
  };
}

/** A mirror filter, or `null` when it or one of its rules cannot be understood. */
export function findFilter(filter: TrafficMirrorFilter): Filter | null {
  const rules = [
    ...(filter.IngressFilterRules ?? []).map((rule) => findRule('ingress', rule)),
    ...(filter.EgressFilterRules ?? []).map((rule) => findRule('egress', rule)),
  ];
  const understood = rules.filter((rule) => rule !== null);
  if (filter.TrafficMirrorFilterId === undefined || understood.length < rules.length) return null;
  return {
    id: parseFilterId(filter.TrafficMirrorFilterId),
    rules: understood,
    mirrorsDns: (filter.NetworkServices ?? []).includes('amazon-dns'),
  };
}
