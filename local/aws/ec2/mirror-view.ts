import type {
  TrafficMirrorFilter,
  TrafficMirrorFilterRule,
  TrafficMirrorNetworkService,
  TrafficMirrorSession,
  TrafficMirrorTarget,
} from '@aws-sdk/client-ec2';
import type { RegionFacts } from './region.ts';
import type { MirrorFilter, MirrorFilterRule, MirrorSession, MirrorTarget } from './state.ts';
import { toTagList } from './region.ts';

export const toSessionView = (region: RegionFacts, session: MirrorSession): TrafficMirrorSession => ({
  TrafficMirrorSessionId: session.id,
  TrafficMirrorTargetId: session.targetId,
  TrafficMirrorFilterId: session.filterId,
  NetworkInterfaceId: session.interfaceId,
  OwnerId: session.owner,
  PacketLength: session.packetLength ?? undefined,
  SessionNumber: session.number,
  VirtualNetworkId: session.virtualNetworkId,
  Description: session.description ?? undefined,
  Tags: toTagList(region, session.id),
});

/** A target as an account sees it: tags of a resource that is shared are its owner's alone. */
export const toTargetView = (region: RegionFacts, target: MirrorTarget): TrafficMirrorTarget => ({
  TrafficMirrorTargetId: target.id,
  NetworkInterfaceId: target.kind === 'network-interface' ? target.reaches : undefined,
  NetworkLoadBalancerArn: target.kind === 'network-load-balancer' ? target.reaches : undefined,
  GatewayLoadBalancerEndpointId: target.kind === 'gateway-load-balancer-endpoint' ? target.reaches : undefined,
  Type: target.kind,
  Description: target.description ?? undefined,
  OwnerId: target.owner,
  Tags: toTagList(region, target.id),
});

export const rulesOf = (region: RegionFacts, filterId: string): readonly MirrorFilterRule[] =>
  region.filterRules
    .under('traffic-mirror-filter-id', filterId)
    .toSorted((a, b) => a.number - b.number || a.sequence - b.sequence);

export const toRuleView = (region: RegionFacts, rule: MirrorFilterRule): TrafficMirrorFilterRule => ({
  TrafficMirrorFilterRuleId: rule.id,
  TrafficMirrorFilterId: rule.filterId,
  TrafficDirection: rule.direction,
  RuleNumber: rule.number,
  RuleAction: rule.action,
  Protocol: rule.protocol ?? undefined,
  SourceCidrBlock: rule.sourceCidr,
  DestinationCidrBlock: rule.destinationCidr,
  SourcePortRange: rule.sourcePorts ?? undefined,
  DestinationPortRange: rule.destinationPorts ?? undefined,
  Description: rule.description ?? undefined,
  Tags: toTagList(region, rule.id),
});

export function toFilterView(region: RegionFacts, filter: MirrorFilter): TrafficMirrorFilter {
  const rules = rulesOf(region, filter.id);
  const inDirection = (direction: MirrorFilterRule['direction']) =>
    rules.filter((rule) => rule.direction === direction).map((rule) => toRuleView(region, rule));
  return {
    TrafficMirrorFilterId: filter.id,
    IngressFilterRules: inDirection('ingress'),
    EgressFilterRules: inDirection('egress'),
    NetworkServices: filter.networkServices as TrafficMirrorNetworkService[],
    Description: filter.description ?? undefined,
    Tags: toTagList(region, filter.id),
  };
}
