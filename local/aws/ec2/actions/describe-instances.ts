import type { DescribeInstancesRequest, DescribeInstancesResult } from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import type { Attributes } from '../filters.ts';
import { toPredicate } from '../filters.ts';
import { pick } from '../get.ts';
import { toReservations } from '../instance-view.ts';
import { forgetTerminated, STATE_CODES } from '../lifecycle.ts';
import { refuseIdsWithPages, toPage } from '../pages.ts';
import type { Instance } from '../state.ts';
import { interfacesOf, tagsOf } from '../state.ts';

function describeInstances(call: Call, request: DescribeInstancesRequest): DescribeInstancesResult {
  forgetTerminated(call);
  refuseIdsWithPages(request.InstanceIds, request, 'instancesSet');
  const { region } = call;
  const matches = toPredicate(request.Filters, attributesIn(call), ({ id }) => tagsOf(region, id));
  const page = toPage('DescribeInstances', request, pick(region.instances, 'i', request.InstanceIds).filter(matches));
  return { NextToken: page.NextToken, Reservations: toReservations(call, page.items) };
}

const attributesIn = ({ account, region }: Call): Attributes<Instance> => ({
  'instance-id': ({ id }) => [id],
  'instance-state-name': ({ state }) => [state],
  'instance-state-code': ({ state }) => [STATE_CODES[state]],
  'instance-type': ({ type }) => [type],
  'image-id': ({ imageId }) => [imageId],
  'owner-id': () => [account],
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
