import type {
  InstanceNetworkInterface,
  NetworkInterface as NetworkInterfaceView,
  NetworkInterfaceType,
} from '@aws-sdk/client-ec2';
import type { Call } from './call.ts';
import type { NetworkInterface, RegionState } from './state.ts';
import { toTagList } from './state.ts';

type Around = Pick<Call, 'region' | 'account'>;

/** Every interface is in the VPC's default security group: groups are outside of what this cloud keeps. */
export const toGroups = (region: RegionState): { GroupId: string; GroupName: string }[] => [
  { GroupId: region.vpcId.replace('vpc-', 'sg-'), GroupName: 'default' },
];

export const toDnsName = (privateIp: string): string => `ip-${privateIp.replaceAll('.', '-')}.ec2.internal`;

const addressOf = ({ privateIp }: NetworkInterface) => ({
  PrivateIpAddress: privateIp,
  PrivateDnsName: toDnsName(privateIp),
  PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: privateIp, PrivateDnsName: toDnsName(privateIp) }],
});

/** An interface is `in-use` from the moment when attaching begins; only the attachment's status says that it is complete. */
export const statusOf = ({ attachment }: NetworkInterface): 'available' | 'in-use' =>
  attachment === null ? 'available' : 'in-use';

/** An interface as DescribeNetworkInterfaces lists it; its tags are in `TagSet`. */
export const toInterfaceView = ({ region, account }: Around, held: NetworkInterface): NetworkInterfaceView => ({
  ...addressOf(held),
  NetworkInterfaceId: held.id,
  InterfaceType: held.type as NetworkInterfaceType,
  SubnetId: held.subnetId,
  VpcId: held.vpcId,
  AvailabilityZone: held.zone,
  Description: held.description,
  MacAddress: held.mac,
  OwnerId: account,
  RequesterId: held.requester ?? undefined,
  RequesterManaged: held.requester !== null,
  SourceDestCheck: true,
  Status: statusOf(held),
  Groups: toGroups(region),
  Ipv6Addresses: [],
  TagSet: toTagList(region, held.id),
  Attachment:
    held.attachment === null
      ? undefined
      : {
          AttachmentId: held.attachment.id,
          AttachTime: new Date(held.attachment.attachedMs),
          DeleteOnTermination: held.attachment.deletedOnTermination,
          DeviceIndex: held.attachment.deviceIndex,
          NetworkCardIndex: held.attachment.networkCardIndex,
          InstanceId: held.attachment.instanceId,
          InstanceOwnerId: account,
          Status: held.attachment.status,
        },
});

/** An interface as it is embedded in an instance, where it has no tags. */
export const toEmbeddedView = ({ region, account }: Around, held: NetworkInterface): InstanceNetworkInterface => ({
  ...addressOf(held),
  NetworkInterfaceId: held.id,
  InterfaceType: held.type,
  SubnetId: held.subnetId,
  VpcId: held.vpcId,
  Description: held.description,
  MacAddress: held.mac,
  OwnerId: account,
  SourceDestCheck: true,
  Status: statusOf(held),
  Groups: toGroups(region),
  Ipv6Addresses: [],
  Attachment:
    held.attachment === null
      ? undefined
      : {
          AttachmentId: held.attachment.id,
          AttachTime: new Date(held.attachment.attachedMs),
          DeleteOnTermination: held.attachment.deletedOnTermination,
          DeviceIndex: held.attachment.deviceIndex,
          NetworkCardIndex: held.attachment.networkCardIndex,
          Status: held.attachment.status,
        },
});
