import type {
  AttachNetworkInterfaceRequest,
  AttachNetworkInterfaceResult,
  CreateNetworkInterfaceRequest,
  CreateNetworkInterfaceResult,
  DeleteNetworkInterfaceRequest,
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  DetachNetworkInterfaceRequest,
  ModifyNetworkInterfaceAttributeRequest,
  NetworkInterfaceStatus,
} from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import { invalidValue, missingParameter, notFound, refusal } from '../errors.ts';
import type { Attributes } from '../filters.ts';
import { toPredicate } from '../filters.ts';
import { once } from '../idempotency.ts';
import { addInterface, attach, removeInterface, updateAttachment } from '../interfaces.ts';
import { statusOf, toInterfaceView } from '../interface-view.ts';
import { refuseIdsWithPages, toPage } from '../pages.ts';
import { getInstance, getInterface, getSubnet, select } from '../get.ts';
import type { RegionFacts } from '../region.ts';
import { asSeen, interfacesOf, tagsOf } from '../region.ts';
import type { NetworkInterface } from '../state.ts';
import { readSpecifications, replaceTags } from '../tagging.ts';

function createNetworkInterface(call: Call, request: CreateNetworkInterfaceRequest): CreateNetworkInterfaceResult {
  const tags = readSpecifications(request.TagSpecifications, ['network-interface']);
  const made = addInterface(call, {
    subnet: getSubnet(call.region, request.SubnetId ?? ''),
    type: request.InterfaceType ?? 'interface',
    description: request.Description ?? '',
    requester: null,
    operator: null,
  });
  replaceTags(call, made.id, tags.get('network-interface') ?? new Map());
  return {
    NetworkInterface: { ...toInterfaceView(call.region, made), Status: 'pending' as NetworkInterfaceStatus },
    ClientToken: request.ClientToken,
  };
}

function attachNetworkInterface(call: Call, request: AttachNetworkInterfaceRequest): AttachNetworkInterfaceResult {
  const deviceIndex = request.DeviceIndex ?? 0;
  const held = getInterface(call.region, request.NetworkInterfaceId ?? '');
  const instance = getInstance(call.region, request.InstanceId ?? '');
  if (held.attachment !== null) throw inUse(held.id);
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw refusal('IncorrectState', `Instance '${instance.id}' is not 'running' or 'stopped'.`);
  }
  if (interfacesOf(call.region, instance.id).some(({ attachment }) => attachment?.deviceIndex === deviceIndex)) {
    throw invalidValue(`Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`);
  }
  const networkCardIndex = request.NetworkCardIndex ?? 0;
  const attachment = attach(call, held.id, {
    instanceId: instance.id,
    deviceIndex,
    networkCardIndex,
    deletedOnTermination: false,
  });
  return { AttachmentId: attachment.id, NetworkCardIndex: networkCardIndex };
}

const inUse = (id: string) => refusal('InvalidNetworkInterface.InUse', `Interface: [${id}] in use.`);

function detachNetworkInterface(call: Call, { AttachmentId: id = '' }: DetachNetworkInterfaceRequest): object {
  const [held] = call.region.interfaces.under('attachment.attachment-id', id);
  if (!held?.attachment) throw notFound('eni-attach', id);
  if (held.attachment.deviceIndex === 0) {
    throw refusal(
      'OperationNotPermitted',
      'The network interface at device index 0 and networkCard index 0 cannot be detached.',
    );
  }
  updateAttachment(call, held.id, { ...held.attachment, status: 'detaching' });
  call.later((next) => {
    if (next.region.interfaces.get(held.id)?.attachment?.id === id) updateAttachment(next, held.id, null);
  });
  return {};
}

function deleteNetworkInterface(call: Call, { NetworkInterfaceId: id = '' }: DeleteNetworkInterfaceRequest): object {
  const held = getInterface(call.region, id);
  if (held.attachment !== null) throw inUse(id);
  removeInterface(call, id);
  return {};
}

/** Whether an interface goes with its instance is all that can be changed. */
function modifyNetworkInterface(call: Call, request: ModifyNetworkInterfaceAttributeRequest): object {
  const held = getInterface(call.region, request.NetworkInterfaceId ?? '');
  const { AttachmentId: id, DeleteOnTermination: deletedOnTermination } = request.Attachment ?? {};
  if (id === undefined || deletedOnTermination === undefined) throw missingParameter('Attachment');
  if (held.attachment?.id !== id) throw notFound('eni-attach', id);
  updateAttachment(call, held.id, { ...held.attachment, deletedOnTermination });
  return {};
}

function describeNetworkInterfaces(
  call: Call,
  request: DescribeNetworkInterfacesRequest,
): DescribeNetworkInterfacesResult {
  refuseIdsWithPages(request.NetworkInterfaceIds, request, 'networkInterfaceIdSet');
  const region = asSeen(call.region);
  const matches = toPredicate(request.Filters, attributesIn(region), ({ id }) => tagsOf(region, id));
  const held = select(region.interfaces, 'eni', { ids: request.NetworkInterfaceIds, filters: request.Filters })
    .filter(({ operator }) => operator === null || request.IncludeManagedResources === true)
    .filter(matches);
  const page = toPage('DescribeNetworkInterfaces', request, held);
  return {
    NextToken: page.NextToken,
    NetworkInterfaces: page.items.map((item) => toInterfaceView(region, item)),
  };
}

const attributesIn = ({ account }: RegionFacts): Attributes<NetworkInterface> => ({
  'network-interface-id': ({ id }) => [id],
  'attachment.attachment-id': ({ attachment }) => (attachment ? [attachment.id] : []),
  'attachment.instance-id': ({ attachment }) => [attachment?.instanceId ?? []].flat(),
  'attachment.instance-owner-id': ({ attachment, requester }) => (attachment ? [requester ?? account] : []),
  'attachment.status': ({ attachment }) => (attachment ? [attachment.status] : []),
  'attachment.device-index': ({ attachment }) => (attachment ? [attachment.deviceIndex] : []),
  'attachment.delete-on-termination': ({ attachment }) => (attachment ? [attachment.deletedOnTermination] : []),
  'availability-zone': ({ zone }) => [zone],
  description: ({ description }) => [description],
  'interface-type': ({ type }) => [type],
  'mac-address': ({ mac }) => [mac],
  'operator.managed': ({ operator }) => [operator !== null],
  'operator.principal': ({ operator }) => (operator === null ? [] : [operator]),
  'owner-id': () => [account],
  'private-ip-address': ({ privateIp }) => [privateIp],
  'requester-id': ({ requester }) => (requester === null ? [] : [requester]),
  'requester-managed': ({ requester }) => [requester !== null],
  status: (held) => [statusOf(held)],
  'subnet-id': ({ subnetId }) => [subnetId],
  'vpc-id': ({ vpcId }) => [vpcId],
});

export const networkInterfaceActions = {
  CreateNetworkInterface: once('CreateNetworkInterface', createNetworkInterface),
  AttachNetworkInterface: attachNetworkInterface,
  DetachNetworkInterface: detachNetworkInterface,
  DeleteNetworkInterface: deleteNetworkInterface,
  ModifyNetworkInterfaceAttribute: modifyNetworkInterface,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
} satisfies Record<string, Action>;
