import type { Call } from './call.ts';
import type { InterfaceAttachment, NetworkInterface, Subnet } from './state.ts';
import { newMac, newResourceId } from './randomness.ts';
import { forgetTags } from './tagging.ts';

/** What a new interface is made of. */
export interface InterfacePlan {
  readonly subnet: Subnet;
  readonly type: string;
  readonly description: string;
  readonly requester: string | null;
  readonly operator: string | null;
}

/** A new interface that is attached to nothing. */
export function addInterface(
  call: Call,
  { subnet, type, description, requester, operator }: InterfacePlan,
): NetworkInterface {
  const made: NetworkInterface = {
    id: newResourceId(call.random, 'eni'),
    sequence: call.region.nextSequence(),
    type,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    zone: subnet.zone,
    description,
    mac: newMac(call.random),
    privateIp: call.region.nextAddress(subnet),
    requester,
    operator,
    attachment: null,
  };
  call.region.interfaces.set(made.id, made);
  return made;
}

type Place = Pick<InterfaceAttachment, 'instanceId' | 'deviceIndex' | 'networkCardIndex' | 'deletedOnTermination'>;

/** Attaches an interface: `attaching` at once, `attached` after the settle time. */
export function attach(call: Call, id: string, place: Place): InterfaceAttachment {
  const attachment: InterfaceAttachment = {
    ...place,
    id: newResourceId(call.random, 'eni-attach'),
    status: 'attaching',
    attachedMs: call.nowMs,
  };
  updateAttachment(call, id, attachment);
  call.later((next) => {
    const held = next.region.interfaces.get(id)?.attachment;
    if (held?.id === attachment.id && held.status === 'attaching') {
      updateAttachment(next, id, { ...held, status: 'attached' });
    }
  });
  return attachment;
}

export function updateAttachment({ region }: Call, id: string, attachment: InterfaceAttachment | null): void {
  const held = region.interfaces.get(id);
  if (held !== undefined) region.interfaces.set(id, { ...held, attachment });
}

/**
 * Deletes an interface. Its mirror sessions go with it, and no event tells of them
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-sessions.html).
 */
export function removeInterface({ region }: Call, id: string): void {
  region.interfaces.delete(id);
  forgetTags(region, id);
  for (const session of region.sessions.under('network-interface-id', id)) {
    region.sessions.delete(session.id);
    forgetTags(region, session.id);
  }
}
