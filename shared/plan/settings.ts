import type { Profile } from '../profile.ts';
import type { Settings } from '../words.ts';

/**
 * What an attachment is to look like in the end, given what it looks like now: what the rules file leaves open stays as the
 * cloud filled it in (a VNI, a packet length of 8500 in front of a load balancer), and so is never drift.
 */
export function settle(wished: Settings, now: Settings | null, profile: Profile): Settings {
  if (now === null) return wished;
  const isImplied = now.packetLength === null || now.packetLength === profile.impliedPacketLength;
  return {
    ...wished,
    packetLength: wished.packetLength ?? (isImplied ? now.packetLength : null),
    virtualNetworkId: wished.virtualNetworkId ?? now.virtualNetworkId,
  };
}

export const isSameSettings = (a: Settings, b: Settings): boolean =>
  a.target === b.target &&
  a.filter === b.filter &&
  a.number === b.number &&
  a.packetLength === b.packetLength &&
  a.virtualNetworkId === b.virtualNetworkId;
