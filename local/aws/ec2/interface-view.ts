import type {
  InstanceNetworkInterface,
  OperatorResponse,
  NetworkInterface as NetworkInterfaceView,
  NetworkInterfaceType,
} from '@aws-sdk/client-ec2';
import type { RegionFacts } from './region.ts';
import type { InterfaceAttachment, NetworkInterface } from './state.ts';
import { toTagList } from './region.ts';

/** Every interface is in the VPC's default security group: groups are outside of what this cloud keeps. */
export const toGroups = (region: RegionFacts): { GroupId: string; GroupName: string }[] => [
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

/** Who manages a resource in place of the account; such resources are hidden unless they are asked for. */
export const toOperator = ({ operator }: { readonly operator: string | null }): OperatorResponse =>
  operator === null ? { Managed: false } : { Managed: true, Principal: operator, HiddenByDefault: true };

/** What an interface shows of itself wherever it is shown. */
const toCommonView = (region: RegionFacts, held: NetworkInterface) => ({
  ...addressOf(held),
  NetworkInterfaceId: held.id,
  InterfaceType: held.type as NetworkInterfaceType,
  SubnetId: held.subnetId,
  VpcId: held.vpcId,
  Description: held.description,
  MacAddress: held.mac,
  OwnerId: region.account,
  SourceDestCheck: true,
  Status: statusOf(held),
  Groups: toGroups(region),
  Ipv6Addresses: [],
  Operator: toOperator(held),
});

const toAttachmentView = (attachment: InterfaceAttachment) => ({
  AttachmentId: attachment.id,
  AttachTime: new Date(attachment.attachedMs),
  DeleteOnTermination: attachment.deletedOnTermination,
  DeviceIndex: attachment.deviceIndex,
  NetworkCardIndex: attachment.networkCardIndex,
  Status: attachment.status,
});

/** An interface as DescribeNetworkInterfaces lists it; its tags are in `TagSet`. */
export const toInterfaceView = (region: RegionFacts, held: NetworkInterface): NetworkInterfaceView => ({
  ...toCommonView(region, held),
  AvailabilityZone: held.zone,
  RequesterId: held.requester ?? undefined,
  RequesterManaged: held.requester !== null,
  TagSet: toTagList(region, held.id),
  Attachment:
    held.attachment === null
      ? undefined
      : {
          ...toAttachmentView(held.attachment),
          InstanceId: held.attachment.instanceId ?? undefined,
          InstanceOwnerId: held.requester ?? region.account,
        },
});

/** An interface as it is embedded in an instance, where it has no tags. */
export const toEmbeddedView = (region: RegionFacts, held: NetworkInterface): InstanceNetworkInterface => ({
  ...toCommonView(region, held),
  Attachment: held.attachment === null ? undefined : toAttachmentView(held.attachment),
});
