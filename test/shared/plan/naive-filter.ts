import type { Filter, FilterRule } from '../../../shared/words.ts';
import type { Verdict } from '../../../shared/plan/coverage.ts';

/** One packet as it passes an interface. Addresses are texts; IPv6 ones are written out in full. */
export interface Packet {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** `null`: the protocol has no ports. */
  readonly ports: { readonly source: number; readonly destination: number } | null;
  /** It is to or from the resolver. */
  readonly isResolvers: boolean;
}

/** One way of reading what the provider leaves open. */
export interface Reading {
  readonly portsOnOthers: 'ignored' | 'required';
  /** What decides about packets of the resolver: `amazon-dns` alone, or the rules too, after it or before it. */
  readonly resolver: 'service-only' | 'service-first' | 'rules-first';
}

export const READINGS: readonly Reading[] = (['ignored', 'required'] as const).flatMap((portsOnOthers) =>
  (['service-only', 'service-first', 'rules-first'] as const).map((resolver) => ({ portsOnOthers, resolver })),
);

/**
 * What a filter says of a packet, written as the provider describes it and with nothing of the product: rules of the packet's
 * direction by ascending number, the first that matches decides; bit by bit, packet by packet.
 */
export function verdictOn(packet: Packet, { rules, mirrorsDns }: Filter, reading: Reading): Verdict {
  const ordered = [...rules].sort((a, b) => a.number - b.number);
  const first = ordered.find((rule) => rule.direction === packet.direction && matches(rule, packet, reading));
  const byRules: Verdict = first === undefined ? 'none' : first.action;
  if (!packet.isResolvers) return byRules;
  if (reading.resolver === 'service-only') return mirrorsDns ? 'accept' : 'none';
  if (reading.resolver === 'service-first') return mirrorsDns ? 'accept' : byRules;
  return byRules === 'none' && mirrorsDns ? 'accept' : byRules;
}

function matches(rule: FilterRule, packet: Packet, { portsOnOthers }: Reading): boolean {
  if (rule.protocol !== null && rule.protocol !== packet.protocol) return false;
  if (!contains(rule.sourceCidr, packet.source) || !contains(rule.destinationCidr, packet.destination)) return false;
  const isDocumented = rule.protocol === 6 || rule.protocol === 17;
  if (!isDocumented && portsOnOthers === 'ignored') return true;
  return (
    (rule.sourcePorts === null || isWithin(packet.ports?.source, rule.sourcePorts)) &&
    (rule.destinationPorts === null || isWithin(packet.ports?.destination, rule.destinationPorts))
  );
}

const isWithin = (port: number | undefined, { from, to }: { from: number; to: number }): boolean =>
  port !== undefined && from <= port && port <= to;

function contains(cidr: string, address: string): boolean {
  const [network = '', length] = cidr.split('/');
  if (network.includes(':') !== address.includes(':')) return false;
  return bitsOf(address).slice(0, Number(length)) === bitsOf(network).slice(0, Number(length));
}

/** An address as a text of 0 and 1. */
export function bitsOf(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = Array.from({ length: 8 - before.length - behind.length }, () => '0');
  return [...before, ...missing, ...behind]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
}

/** The address that a text of 32 or 128 bits means. */
export const addressOf = (bits: string): string =>
  bits.length === 32
    ? (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)).join('.')
    : (bits.match(/.{16}/g) ?? []).map((group) => Number.parseInt(group, 2).toString(16)).join(':');
