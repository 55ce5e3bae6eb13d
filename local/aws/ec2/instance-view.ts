import type { _InstanceType, Instance as InstanceView, Reservation } from '@aws-sdk/client-ec2';
import type { Call } from './call.ts';
import { toDnsName, toEmbeddedView, toGroups } from './interface-view.ts';
import { STATE_CODES } from './lifecycle.ts';
import type { Instance, NetworkInterface } from './state.ts';
import { inOrder, toTagList } from './state.ts';

type Around = Pick<Call, 'region' | 'account'>;

/** Instances as DescribeInstances lists them, grouped by the launch that made them. */
export function toReservations(around: Around, instances: readonly Instance[]): Reservation[] {
  // Grouped once: looking through all interfaces for each instance is slow in a large fleet.
  const interfaces = Map.groupBy(around.region.interfaces.values(), (held) => held.attachment?.instanceId ?? null);
  const byLaunch = Map.groupBy(instances, ({ reservationId }) => reservationId);
  return [...byLaunch].map(([ReservationId, launched]) => ({
    ReservationId,
    OwnerId: around.account,
    Groups: [],
    Instances: launched.map((instance) => toInstanceView(around, instance, interfaces.get(instance.id) ?? [])),
  }));
}

/** A terminated instance has neither interfaces nor addresses any more, and still has its tags. */
function toInstanceView(around: Around, instance: Instance, interfaces: readonly NetworkInterface[]): InstanceView {
  const isGone = instance.state === 'terminated';
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.type as _InstanceType,
    AmiLaunchIndex: instance.launchIndex,
    LaunchTime: new Date(instance.launchedMs),
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    State: { Code: STATE_CODES[instance.state], Name: instance.state },
    StateTransitionReason: instance.transitionReason,
    Architecture: 'x86_64',
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    RootDeviceType: 'ebs',
    Monitoring: { State: 'disabled' },
    SourceDestCheck: isGone ? undefined : true,
    SubnetId: isGone ? undefined : instance.subnetId,
    VpcId: isGone ? undefined : instance.vpcId,
    PrivateIpAddress: isGone ? undefined : instance.privateIp,
    PrivateDnsName: isGone ? '' : toDnsName(instance.privateIp),
    SecurityGroups: isGone ? [] : toGroups(around.region),
    NetworkInterfaces: inOrder(interfaces).map((held) => toEmbeddedView(around, held)),
    Tags: toTagList(around.region, instance.id),
  };
}
