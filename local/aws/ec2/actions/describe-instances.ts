import type { DescribeInstancesRequest, DescribeInstancesResult } from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import type { Attributes } from '../filters.ts';
import { toPredicate } from '../filters.ts';
import { select } from '../get.ts';
import { toReservations } from '../instance-view.ts';
import { forgetTerminated, STATE_CODES } from '../lifecycle.ts';
import { refuseIdsWithPages, toPage } from '../pages.ts';
import type { Instance } from '../state.ts';
import type { RegionFacts } from '../region.ts';
import { asSeen, interfacesOf, tagsOf } from '../region.ts';

function describeInstances(call: Call, request: DescribeInstancesRequest): DescribeInstancesResult {
  forgetTerminated(call);
  refuseIdsWithPages(request.InstanceIds, request, 'instancesSet');
  const region = asSeen(call.region);
  const matches = toPredicate(request.Filters, attributesIn(region), ({ id }) => tagsOf(region, id));
  const instances = select(region.instances, 'i', { ids: request.InstanceIds, filters: request.Filters })
    .filter(({ operator }) => operator === null || request.IncludeManagedResources === true)
    .filter(matches);
  const page = toPage('DescribeInstances', request, instances);
  return { NextToken: page.NextToken, Reservations: toReservations(region, page.items) };
}

const attributesIn = (region: RegionFacts): Attributes<Instance> => ({
  'instance-id': ({ id }) => [id],
  'instance-state-name': ({ state }) => [state],
  'instance-state-code': ({ state }) => [STATE_CODES[state]],
  'instance-type': ({ type }) => [type],
  'image-id': ({ imageId }) => [imageId],
  'owner-id': () => [region.account],
  'operator.managed': ({ operator }) => [operator !== null],
  'operator.principal': ({ operator }) => (operator === null ? [] : [operator]),
  'availability-zone': ({ zone }) => [zone],
  'private-ip-address': ({ privateIp }) => [privateIp],
  'reservation-id': ({ reservationId }) => [reservationId],
  'subnet-id': ({ subnetId }) => [subnetId],
  'vpc-id': ({ vpcId }) => [vpcId],
  'network-interface.network-interface-id': ({ id }) => interfacesOf(region, id).map((held) => held.id),
  'network-interface.subnet-id': ({ id }) => interfacesOf(region, id).map((held) => held.subnetId),
  'network-interface.vpc-id': ({ id }) => interfacesOf(region, id).map((held) => held.vpcId),
  'network-interface.attachment.instance-id': ({ id }) => (interfacesOf(region, id).length > 0 ? [id] : []),
  'network-interface.attachment.status': ({ id }) =>
    interfacesOf(region, id).flatMap(({ attachment }) => attachment?.status ?? []),
});

export const describeInstanceActions = { DescribeInstances: describeInstances } satisfies Record<string, Action>;
