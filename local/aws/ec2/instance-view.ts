import type { _InstanceType, Instance as InstanceView, Reservation } from '@aws-sdk/client-ec2';
import { toDnsName, toEmbeddedView, toGroups, toOperator } from './interface-view.ts';
import { STATE_CODES } from './lifecycle.ts';
import type { Instance } from './state.ts';
import type { RegionFacts } from './region.ts';
import { interfacesOf, toTagList } from './region.ts';

/** Instances as DescribeInstances lists them, grouped by the launch that made them. */
export function toReservations(region: RegionFacts, instances: readonly Instance[]): Reservation[] {
  const byLaunch = Map.groupBy(instances, ({ reservationId }) => reservationId);
  return [...byLaunch].map(([ReservationId, launched]) => ({
    ReservationId,
    OwnerId: region.account,
    Groups: [],
    Instances: launched.map((instance) => toInstanceView(region, instance)),
  }));
}

/** A terminated instance has neither interfaces nor addresses any more, and still has its tags. */
function toInstanceView(region: RegionFacts, instance: Instance): InstanceView {
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
    SecurityGroups: isGone ? [] : toGroups(region),
    NetworkInterfaces: interfacesOf(region, instance.id).map((held) => toEmbeddedView(region, held)),
    Operator: toOperator(instance),
    Tags: toTagList(region, instance.id),
  };
}
