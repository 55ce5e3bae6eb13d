import type {
  TrafficMirrorFilter,
  TrafficMirrorFilterRule,
  TrafficMirrorNetworkService,
  TrafficMirrorSession,
  TrafficMirrorTarget,
} from '@aws-sdk/client-ec2';
import type { Call } from './call.ts';
import type { MirrorFilter, MirrorFilterRule, MirrorSession, MirrorTarget, RegionState } from './state.ts';
import { toTagList } from './state.ts';

type Around = Pick<Call, 'region' | 'account'>;

export const toSessionView = ({ region, account }: Around, session: MirrorSession): TrafficMirrorSession => ({
  TrafficMirrorSessionId: session.id,
  TrafficMirrorTargetId: session.targetId,
  TrafficMirrorFilterId: session.filterId,
  NetworkInterfaceId: session.interfaceId,
  OwnerId: account,
  PacketLength: session.packetLength ?? undefined,
  SessionNumber: session.number,
  VirtualNetworkId: session.virtualNetworkId,
  Description: session.description ?? undefined,
  Tags: toTagList(region, session.id),
});

export const toTargetView = ({ region, account }: Around, target: MirrorTarget): TrafficMirrorTarget => ({
  TrafficMirrorTargetId: target.id,
  NetworkInterfaceId: target.kind === 'network-interface' ? target.reaches : undefined,
  NetworkLoadBalancerArn: target.kind === 'network-load-balancer' ? target.reaches : undefined,
  GatewayLoadBalancerEndpointId: target.kind === 'gateway-load-balancer-endpoint' ? target.reaches : undefined,
  Type: target.kind,
  Description: target.description ?? undefined,
  OwnerId: account,
  Tags: toTagList(region, target.id),
});

export const rulesOf = (region: RegionState, filterId: string): readonly MirrorFilterRule[] =>
  [...region.filterRules.values()]
    .filter((rule) => rule.filterId === filterId)
    .sort((a, b) => a.number - b.number || a.sequence - b.sequence);

export const toRuleView = ({ region }: Around, rule: MirrorFilterRule): TrafficMirrorFilterRule => ({
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

export function toFilterView(around: Around, filter: MirrorFilter): TrafficMirrorFilter {
  const rules = rulesOf(around.region, filter.id);
  const inDirection = (direction: MirrorFilterRule['direction']) =>
    rules.filter((rule) => rule.direction === direction).map((rule) => toRuleView(around, rule));
  return {
    TrafficMirrorFilterId: filter.id,
    IngressFilterRules: inDirection('ingress'),
    EgressFilterRules: inDirection('egress'),
    NetworkServices: filter.networkServices as TrafficMirrorNetworkService[],
    Description: filter.description ?? undefined,
    Tags: toTagList(around.region, filter.id),
  };
}
