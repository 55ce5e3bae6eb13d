import type {
  CreateTrafficMirrorTargetRequest,
  CreateTrafficMirrorTargetResult,
  DeleteTrafficMirrorTargetRequest,
  DescribeTrafficMirrorTargetsRequest,
  DescribeTrafficMirrorTargetsResult,
} from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import { invalidValue, missingParameter, refusal } from '../errors.ts';
import type { Attributes } from '../filters.ts';
import { toPredicate } from '../filters.ts';
import { getInterface, select } from '../get.ts';
import { once } from '../idempotency.ts';
import { checkAccountRoom } from '../limits.ts';
import { toTargetView } from '../mirror-view.ts';
import { toPage } from '../pages.ts';
import { newResourceId } from '../randomness.ts';
import type { RegionState } from '../region.ts';
import { asSeen } from '../region.ts';
import { getUsableTarget, sessionsTo, targetsOfOthers } from '../sharing.ts';
import type { MirrorTarget, TargetKind } from '../state.ts';
import { forgetTags, readSpecifications, replaceTags } from '../tagging.ts';

function createTarget(call: Call, request: CreateTrafficMirrorTargetRequest): CreateTrafficMirrorTargetResult {
  const tags = readSpecifications(request.TagSpecifications, ['traffic-mirror-target']);
  checkAccountRoom('Target', call.region.targets.size);
  const target: MirrorTarget = {
    ...readEndpoint(call.region, request),
    id: newResourceId(call.random, 'tmt'),
    sequence: call.region.nextSequence(),
    owner: call.account,
    description: request.Description ?? null,
  };
  call.region.targets.set(target.id, target);
  replaceTags(call, target.id, tags.get('traffic-mirror-target') ?? new Map());
  return { TrafficMirrorTarget: toTargetView(call.region, target), ClientToken: request.ClientToken };
}

/** Load balancers and endpoints are outside of what this cloud keeps: their ids need only look right. */
function readEndpoint(
  region: RegionState,
  request: CreateTrafficMirrorTargetRequest,
): { readonly kind: TargetKind; readonly reaches: string } {
  const given: readonly (readonly [TargetKind, string | undefined])[] = [
    ['network-interface', request.NetworkInterfaceId],
    ['network-load-balancer', request.NetworkLoadBalancerArn],
    ['gateway-load-balancer-endpoint', request.GatewayLoadBalancerEndpointId],
  ];
  const named = given.flatMap(([kind, reaches]) => (reaches === undefined ? [] : [{ kind, reaches }]));
  const [endpoint, second] = named;
  if (endpoint === undefined) throw missingParameter('NetworkInterfaceId');
  if (second !== undefined) {
    throw refusal('InvalidParameterCombination', `A target is one of ${endpoint.kind} and ${second.kind}, not both`);
  }
  const { kind, reaches } = endpoint;
  if (kind === 'network-interface') getInterface(region, reaches);
  if (
    kind === 'network-load-balancer' &&
    !/^arn:aws[a-z-]*:elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/net\/.+/.test(reaches)
  ) {
    throw invalidValue(`Value (${reaches}) for parameter networkLoadBalancerArn is invalid.`);
  }
  if (kind === 'gateway-load-balancer-endpoint' && !/^vpce-[0-9a-f]{8,17}$/.test(reaches)) {
    throw invalidValue(`Value (${reaches}) for parameter gatewayLoadBalancerEndpointId is invalid.`);
  }
  return endpoint;
}

function deleteTarget(call: Call, { TrafficMirrorTargetId: id = '' }: DeleteTrafficMirrorTargetRequest): object {
  const { target } = getUsableTarget(call, id);
  if (target.owner !== call.account) {
    throw refusal('UnauthorizedOperation', `The target ${id} belongs to account ${target.owner}`, 403);
  }
  const [user] = sessionsTo(call, id);
  if (user !== undefined) {
    throw refusal('TrafficMirrorTargetInUseException', `The target ${id} is in use by session ${user.id}`);
  }
  call.region.targets.delete(id);
  call.region.shares.delete(id);
  forgetTags(call.region, id);
  return { TrafficMirrorTargetId: id };
}

function describeTargets(call: Call, request: DescribeTrafficMirrorTargetsRequest): DescribeTrafficMirrorTargetsResult {
  const region = asSeen(call.region);
  const asked = { ids: request.TrafficMirrorTargetIds, filters: request.Filters };
  const matches = toPredicate(request.Filters, ATTRIBUTES, null);
  const targets = select(region.targets, 'tmt', asked, targetsOfOthers(call)).filter(matches);
  const page = toPage('DescribeTrafficMirrorTargets', request, targets);
  return {
    NextToken: page.NextToken,
    TrafficMirrorTargets: page.items.map((target) => toTargetView(region, target)),
  };
}

const ATTRIBUTES: Attributes<MirrorTarget> = {
  description: ({ description }) => [description ?? ''],
  'network-interface-id': ({ kind, reaches }) => (kind === 'network-interface' ? [reaches] : []),
  'network-load-balancer-arn': ({ kind, reaches }) => (kind === 'network-load-balancer' ? [reaches] : []),
  'owner-id': ({ owner }) => [owner],
  'traffic-mirror-target-id': ({ id }) => [id],
};

export const mirrorTargetActions = {
  CreateTrafficMirrorTarget: once('CreateTrafficMirrorTarget', createTarget),
  DeleteTrafficMirrorTarget: deleteTarget,
  DescribeTrafficMirrorTargets: describeTargets,
} satisfies Record<string, Action>;
