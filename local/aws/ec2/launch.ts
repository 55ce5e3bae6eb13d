import type { InstanceNetworkInterfaceSpecification, RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { Call } from './call.ts';
import { invalidValue, missingParameter, notFound, refusal } from './errors.ts';
import { getInterface, getSubnet } from './get.ts';
import { addInterface, attach } from './interfaces.ts';
import { newResourceId } from './randomness.ts';
import type { RegionState } from './region.ts';
import type { Instance, NetworkInterface, Subnet } from './state.ts';

/** One interface of an instance that is to be launched: a new one in a subnet, or one that exists. */
export type InterfaceWish =
  | { readonly kind: 'new'; readonly subnet: Subnet; readonly given: InstanceNetworkInterfaceSpecification }
  | {
      readonly kind: 'existing';
      readonly held: NetworkInterface;
      readonly given: InstanceNetworkInterfaceSpecification;
    };

/** The interfaces that a launch asks for, the primary one first. @throws Refusal */
export function readInterfaceWishes(region: RegionState, request: RunInstancesRequest): readonly InterfaceWish[] {
  const given = request.NetworkInterfaces ?? [];
  if (given.length === 0) {
    return [{ kind: 'new', subnet: subnetOf(region, request), given: { DeviceIndex: 0, DeleteOnTermination: true } }];
  }
  if (request.SubnetId !== undefined) {
    throw refusal(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  }
  const indexes = given.map(({ DeviceIndex }) => DeviceIndex ?? 0);
  if (!indexes.includes(0))
    throw invalidValue('When specifying network interfaces, you must specify a primary interface');
  if (new Set(indexes).size < indexes.length) {
    throw invalidValue('Each network interface requires a unique device index.');
  }
  return given
    .map((specification) => toWish(region, request, specification))
    .sort((a, b) => (a.given.DeviceIndex ?? 0) - (b.given.DeviceIndex ?? 0));
}

function toWish(
  region: RegionState,
  request: RunInstancesRequest,
  given: InstanceNetworkInterfaceSpecification,
): InterfaceWish {
  if (given.NetworkInterfaceId === undefined) {
    return { kind: 'new', subnet: subnetOf(region, { ...request, SubnetId: given.SubnetId }), given };
  }
  const held = getInterface(region, given.NetworkInterfaceId);
  if ((request.MaxCount ?? 1) > 1) {
    throw refusal(
      'InvalidParameterCombination',
      'You may not specify a network interface ID when launching more than one instance',
    );
  }
  if (held.attachment !== null) throw refusal('InvalidNetworkInterface.InUse', `Interface: [${held.id}] in use.`);
  return { kind: 'existing', held, given };
}

function subnetOf(region: RegionState, request: Pick<RunInstancesRequest, 'SubnetId' | 'Placement'>): Subnet {
  if (request.SubnetId !== undefined) return getSubnet(region, request.SubnetId);
  const zone = request.Placement?.AvailabilityZone;
  const found = [...region.subnets.values()].find((subnet) => zone === undefined || subnet.zone === zone);
  if (found === undefined) throw invalidValue(`Invalid availability zone: [${zone}]`);
  return found;
}

/** What all instances of one launch have in common. */
export interface Launch {
  readonly reservationId: string;
  readonly imageId: string;
  readonly type: string;
  /** The service that launches for the account; `null`: the account itself. */
  readonly operator: string | null;
}

/** @throws Refusal when the image is missing or not an image's id, or the type is not a type. */
export function readLaunch(call: Call, request: RunInstancesRequest): Launch {
  const { ImageId: imageId, InstanceType: type = 'm1.small' } = request;
  if (imageId === undefined) throw missingParameter('ImageId');
  if (!/^ami-[0-9a-f]{8,17}$/.test(imageId)) throw notFound('ami', imageId);
  return { reservationId: newResourceId(call.random, 'r'), imageId, type: readType(type), operator: null };
}

/** Any type of a family and a size, known or not. @throws Refusal */
export function readType(given: string): string {
  if (/^[a-z0-9-]+\.[a-z0-9-]+$/.test(given)) return given;
  throw invalidValue(`Invalid value '${given}' for InstanceType.`);
}

/** The instance of one launch with its interfaces, which begin to attach. */
export function addInstance(
  call: Call,
  launch: Launch,
  wishes: readonly InterfaceWish[],
  launchIndex: number,
): { readonly instance: Instance; readonly interfaceIds: readonly string[] } {
  const id = newResourceId(call.random, 'i');
  const sequence = call.region.nextSequence();
  const interfaces = wishes.map((wish) => placeInterface(call, { instanceId: id, operator: launch.operator }, wish));
  const [primary] = interfaces;
  if (primary === undefined) throw missingParameter('NetworkInterface');
  const instance: Instance = {
    ...launch,
    id,
    sequence,
    launchIndex,
    subnetId: primary.subnetId,
    vpcId: primary.vpcId,
    zone: primary.zone,
    privateIp: primary.privateIp,
    state: 'pending',
    launchedMs: call.nowMs,
    transitionReason: '',
    terminatedMs: null,
  };
  call.region.instances.set(id, instance);
  return { instance, interfaceIds: interfaces.map((held) => held.id) };
}

function placeInterface(
  call: Call,
  { instanceId, operator }: { readonly instanceId: string; readonly operator: string | null },
  wish: InterfaceWish,
): NetworkInterface {
  const { given } = wish;
  const held =
    wish.kind === 'existing'
      ? wish.held
      : addInterface(call, {
          subnet: wish.subnet,
          type: given.InterfaceType ?? 'interface',
          description: given.Description ?? '',
          requester: null,
          operator,
        });
  attach(call, held.id, {
    instanceId,
    deviceIndex: given.DeviceIndex ?? 0,
    networkCardIndex: given.NetworkCardIndex ?? 0,
    deletedOnTermination: given.DeleteOnTermination ?? wish.kind === 'new',
  });
  return held;
}
