import type {
  AttachNetworkInterfaceRequest,
  CreateNetworkInterfaceRequest,
  CreateTagsRequest,
  DeleteNetworkInterfaceRequest,
  DetachNetworkInterfaceRequest,
  InstanceStateChange,
  ModifyInstanceAttributeRequest,
  ModifyNetworkInterfaceAttributeRequest,
  NetworkInterface,
  InstanceNetworkInterface,
  Reservation,
  RunInstancesRequest,
  StopInstancesRequest,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';

type Json = Readonly<Record<string, unknown>>;

/** How an older action is recorded: camel case, lists as `{items: […]}`, times in milliseconds, `_return` for nothing. */
interface Recording {
  readonly request: (request: never) => Json;
  readonly response: (response: never) => Json;
}

const toTagSet = (tags: readonly Tag[] | undefined): Json =>
  tags === undefined || tags.length === 0 ? {} : { items: tags.map(toTag) };

/** DeleteTags may name a key without a value. */
const toTag = ({ Key: key, Value: value }: Tag): Json => (value === undefined ? { key } : { key, value });

const toSpecificationSet = (specifications: readonly TagSpecification[] | undefined): Json =>
  specifications === undefined
    ? {}
    : {
        tagSpecificationSet: {
          items: specifications.map(({ ResourceType: resourceType, Tags: tags }) => ({
            resourceType,
            tags: (tags ?? []).map(toTag),
          })),
        },
      };

const done = (): Json => ({ _return: true });

const toInterface = (held: NetworkInterface | InstanceNetworkInterface, tags: readonly Tag[] | undefined): Json => ({
  networkInterfaceId: held.NetworkInterfaceId,
  subnetId: held.SubnetId,
  vpcId: held.VpcId,
  description: held.Description,
  ownerId: held.OwnerId,
  status: held.Status,
  macAddress: held.MacAddress,
  privateIpAddress: held.PrivateIpAddress,
  privateDnsName: held.PrivateDnsName,
  sourceDestCheck: held.SourceDestCheck,
  interfaceType: held.InterfaceType,
  privateIpAddressesSet: { item: [{ privateIpAddress: held.PrivateIpAddress, primary: true }] },
  ipv6AddressesSet: {},
  tagSet: toTagSet(tags),
});

const toLaunchedInterface = (held: InstanceNetworkInterface): Json => ({
  ...toInterface(held, undefined),
  attachment: {
    attachmentId: held.Attachment?.AttachmentId,
    deviceIndex: held.Attachment?.DeviceIndex,
    networkCardIndex: held.Attachment?.NetworkCardIndex,
    status: held.Attachment?.Status,
    attachTime: held.Attachment?.AttachTime?.getTime(),
    deleteOnTermination: held.Attachment?.DeleteOnTermination,
  },
});

const toReservation = ({ ReservationId, OwnerId, Instances }: Reservation): Json => ({
  reservationId: ReservationId,
  ownerId: OwnerId,
  groupSet: {},
  instancesSet: {
    items: (Instances ?? []).map((instance) => ({
      instanceId: instance.InstanceId,
      imageId: instance.ImageId,
      instanceState: { code: instance.State?.Code, name: instance.State?.Name },
      privateDnsName: instance.PrivateDnsName,
      amiLaunchIndex: instance.AmiLaunchIndex,
      instanceType: instance.InstanceType,
      launchTime: instance.LaunchTime?.getTime(),
      placement: { availabilityZone: instance.Placement?.AvailabilityZone, tenancy: 'default' },
      subnetId: instance.SubnetId,
      vpcId: instance.VpcId,
      privateIpAddress: instance.PrivateIpAddress,
      hypervisor: instance.Hypervisor,
      tagSet: toTagSet(instance.Tags),
      networkInterfaceSet: { items: (instance.NetworkInterfaces ?? []).map(toLaunchedInterface) },
    })),
  },
});

const toInstancesSet = (ids: readonly string[] | undefined): Json => ({
  instancesSet: { items: (ids ?? []).map((instanceId) => ({ instanceId })) },
});

const toStateChanges = (changes: readonly InstanceStateChange[] | undefined): Json => ({
  instancesSet: {
    items: (changes ?? []).map(({ InstanceId, CurrentState, PreviousState }) => ({
      instanceId: InstanceId,
      currentState: { code: CurrentState?.Code, name: CurrentState?.Name },
      previousState: { code: PreviousState?.Code, name: PreviousState?.Name },
    })),
  },
});

const tagging: Recording = {
  request: ({ Resources: ids, Tags: tags }: CreateTagsRequest) => ({
    resourcesSet: { items: (ids ?? []).map((resourceId) => ({ resourceId })) },
    tagSet: toTagSet(tags),
  }),
  response: done,
};

const movesOf = (member: string): Recording => ({
  request: ({ InstanceIds: ids }: StopInstancesRequest) => toInstancesSet(ids),
  response: (response: Readonly<Record<string, InstanceStateChange[]>>) => toStateChanges(response[member]),
});

/** The older actions that tapkeeper or a person calls, by name. */
export const CLASSIC: Readonly<Record<string, Recording>> = {
  RunInstances: {
    request: (request: RunInstancesRequest) => ({
      instancesSet: {
        items: [{ imageId: request.ImageId, minCount: request.MinCount, maxCount: request.MaxCount }],
      },
      instanceType: request.InstanceType,
      subnetId: request.SubnetId,
      blockDeviceMapping: {},
      monitoring: { enabled: false },
      ...toSpecificationSet(request.TagSpecifications),
      clientToken: request.ClientToken,
    }),
    response: toReservation,
  },
  StartInstances: movesOf('StartingInstances'),
  StopInstances: movesOf('StoppingInstances'),
  TerminateInstances: movesOf('TerminatingInstances'),
  ModifyInstanceAttribute: {
    request: ({ InstanceId: instanceId, InstanceType: type }: ModifyInstanceAttributeRequest) => ({
      instanceId,
      instanceType: { value: type?.Value },
    }),
    response: done,
  },
  CreateTags: tagging,
  DeleteTags: tagging,
  CreateNetworkInterface: {
    request: (request: CreateNetworkInterfaceRequest) => ({
      subnetId: request.SubnetId,
      description: request.Description,
      privateIpAddressesSet: {},
      ...toSpecificationSet(request.TagSpecifications),
      clientToken: request.ClientToken,
    }),
    response: ({ NetworkInterface: made }: { NetworkInterface: NetworkInterface }) => ({
      networkInterface: { ...toInterface(made, made.TagSet), availabilityZone: made.AvailabilityZone },
    }),
  },
  AttachNetworkInterface: {
    request: (request: AttachNetworkInterfaceRequest) => ({
      networkInterfaceId: request.NetworkInterfaceId,
      instanceId: request.InstanceId,
      deviceIndex: request.DeviceIndex,
    }),
    response: ({ AttachmentId }: { AttachmentId: string }) => ({ attachmentId: AttachmentId }),
  },
  DetachNetworkInterface: {
    request: ({ AttachmentId, Force }: DetachNetworkInterfaceRequest) => ({
      attachmentId: AttachmentId,
      force: Force ?? false,
    }),
    response: done,
  },
  ModifyNetworkInterfaceAttribute: {
    request: ({ NetworkInterfaceId: networkInterfaceId, Attachment }: ModifyNetworkInterfaceAttributeRequest) => ({
      networkInterfaceId,
      attachment: {
        attachmentId: Attachment?.AttachmentId,
        deleteOnTermination: Attachment?.DeleteOnTermination,
      },
    }),
    response: done,
  },
  DeleteNetworkInterface: {
    request: ({ NetworkInterfaceId }: DeleteNetworkInterfaceRequest) => ({ networkInterfaceId: NetworkInterfaceId }),
    response: done,
  },
};
