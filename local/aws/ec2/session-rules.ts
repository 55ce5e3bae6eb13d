import type { Call } from './call.ts';
import { invalidValue, refusal } from './errors.ts';
import { isMirrorable } from './mirrorable-types.ts';
import { between } from './randomness.ts';
import type { RegionState } from './region.ts';
import type { PlacedTarget } from './sharing.ts';
import { sessionsTo } from './sharing.ts';
import { capacityOf } from './target-capacity.ts';
import type { MirrorSession, MirrorTarget, NetworkInterface } from './state.ts';

/** https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html */
const MOST_SESSIONS_PER_INTERFACE = 3;
const MOST_NUMBER = 32_766;
const MOST_NLB_PACKET_LENGTH = 8500;
const MOST_VIRTUAL_NETWORK_ID = 16_777_215;

/** Services whose interfaces can be mirrored although they made them for the account. */
const MIRRORABLE_REQUESTERS = new Set(['amazon-rds', 'amazon-elasticache']);

/** @throws Refusal when nothing can be mirrored from the interface. */
export function checkSource(region: RegionState, held: NetworkInterface): void {
  const [target] = region.targets.under('network-interface-id', held.id);
  if (target !== undefined) throw invalidValue(`Network interface ${held.id} is in use by target ${target.id}`);
  const instance = region.instances.get(held.attachment?.instanceId ?? '');
  const isOnMachine =
    held.requester === null
      ? held.attachment?.status === 'attached' && instance !== undefined && isMirrorable(instance.type)
      : MIRRORABLE_REQUESTERS.has(held.requester);
  if (held.type === 'interface' && isOnMachine) return;
  throw refusal('NetworkInterfaceNotSupported', `${held.id} must be attached to a supported instance`);
}

const sessionsOf = (region: RegionState, interfaceId: string): readonly MirrorSession[] =>
  region.sessions.under('network-interface-id', interfaceId);

/** @throws Refusal when the interface has all the sessions that it can have. */
export function checkRoom({ region, isLenient }: Call, interfaceId: string): void {
  if (isLenient || sessionsOf(region, interfaceId).length < MOST_SESSIONS_PER_INTERFACE) return;
  throw refusal(
    'TrafficMirrorSessionsPerInterfaceLimitExceeded',
    `Sessions per interface limit reached (${MOST_SESSIONS_PER_INTERFACE}) for ${interfaceId}`,
  );
}

/** @throws Refusal when the number is out of range, or another session of the interface has it. */
export function checkNumber(
  { region, isLenient }: Call,
  interfaceId: string,
  number: number,
  self: string | null,
): void {
  if (number < 1 || number > MOST_NUMBER) {
    throw invalidValue(`Value (${number}) for parameter sessionNumber is invalid. Valid values are 1-${MOST_NUMBER}.`);
  }
  const taken = sessionsOf(region, interfaceId).find((session) => session.number === number && session.id !== self);
  if (taken === undefined || isLenient) return;
  throw invalidValue(`Session number ${number} is already being used by ${taken.id} on ${interfaceId}`);
}

/**
 * @throws Refusal when the target takes no source more, or its interface is not on a running instance. The sources of all
 * accounts count; one that has another session to the same target counts once.
 */
export function checkTarget(call: Call, { target, home }: PlacedTarget, interfaceId: string): void {
  if (target.kind !== 'network-interface') return;
  const machine = home.instances.get(home.interfaces.get(target.reaches)?.attachment?.instanceId ?? '');
  if (machine?.state !== 'running') {
    throw refusal('InvalidTrafficMirrorTarget', `The interface ID '${target.reaches}' does not exist`);
  }
  const sources = new Set(sessionsTo(call, target.id).map((session) => session.interfaceId));
  if (sources.add(interfaceId).size <= capacityOf(machine.type)) return;
  throw refusal(
    'TrafficMirrorSourcesPerTargetLimitExceeded',
    `Sources per interface-target limit reached (${sources.size})`,
  );
}

/** The packet length that a session gets: what was given, or what AWS fills in for load balancers. @throws Refusal */
export function toPacketLength(target: MirrorTarget, given: number | undefined): number | null {
  if (given === undefined) return target.kind === 'network-load-balancer' ? MOST_NLB_PACKET_LENGTH : null;
  const isTooLong = target.kind === 'network-load-balancer' && given > MOST_NLB_PACKET_LENGTH;
  if (given >= 1 && !isTooLong) return given;
  throw invalidValue(
    `Value (${given}) for parameter packetLength is invalid. Valid values are 1-${MOST_NLB_PACKET_LENGTH}.`,
  );
}

/** The VXLAN network identifier that was given, or a random one that no other session has. @throws Refusal */
export function toVirtualNetworkId(
  { region, random }: Pick<Call, 'region' | 'random'>,
  given: number | undefined,
): number {
  if (given !== undefined && (given < 0 || given > MOST_VIRTUAL_NETWORK_ID)) {
    throw invalidValue(
      `Value (${given}) for parameter virtualNetworkId is invalid. Valid values are 0-${MOST_VIRTUAL_NETWORK_ID}.`,
    );
  }
  if (given !== undefined) return given;
  const isTaken = (id: number): boolean => region.sessions.under('virtual-network-id', String(id)).length > 0;
  let drawn = between(random, 1, MOST_VIRTUAL_NETWORK_ID);
  while (isTaken(drawn)) drawn = (drawn % MOST_VIRTUAL_NETWORK_ID) + 1;
  return drawn;
}
