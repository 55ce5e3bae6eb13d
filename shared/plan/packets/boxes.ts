import type { FilterRule, PortRange } from '../../words.ts';
import { findBlock, type Family, type Range } from './cidr.ts';

/** The packets that a rule matches: one range in each dimension. */
export interface Box {
  readonly direction: FilterRule['direction'];
  /** `null`: it cannot be told. */
  readonly family: Family | null;
  readonly action: FilterRule['action'];
  /** A rule that cannot be read wholly may match what is in its box, or may not. */
  readonly isCertain: boolean;
  /** `null`, here and below: everything. */
  readonly protocol: number | null;
  readonly source: Range | null;
  readonly destination: Range | null;
  readonly sourcePorts: Range | null;
  readonly destinationPorts: Range | null;
}

/**
 * What ports mean on a rule that is not for TCP or UDP. They are documented for those two only
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTrafficMirrorFilterRule.html), so on others they are
 * either not looked at, or match only what has such ports.
 */
export type PortReading = 'ignored' | 'required';

/** TCP and UDP: the protocols that a rule's ports are documented for. */
const isForPorts = (protocol: number | null): boolean => protocol === 6 || protocol === 17;

const portsOf = ({ sourcePorts, destinationPorts }: FilterRule): readonly (PortRange | null)[] => [
  sourcePorts,
  destinationPorts,
];

/** The ways in which rules may have to be read: one, unless one of them has ports on a protocol that has none. */
export const portReadingsOf = (rules: readonly FilterRule[]): readonly PortReading[] =>
  rules.some((rule) => !isForPorts(rule.protocol) && portsOf(rule).some((ports) => ports !== null))
    ? ['ignored', 'required']
    : ['required'];

/** One part of the packets, of which each rule matches one box at most. */
export interface Room {
  readonly direction: FilterRule['direction'];
  readonly family: Family;
}

export const ROOMS: readonly Room[] = [
  { direction: 'ingress', family: 'ipv4' },
  { direction: 'ingress', family: 'ipv6' },
  { direction: 'egress', family: 'ipv4' },
  { direction: 'egress', family: 'ipv6' },
];

/** The boxes of a filter's rules, in the order in which the rules are tried. */
export const boxesOf = (rules: readonly FilterRule[], reading: PortReading): readonly Box[] =>
  rules.toSorted((a, b) => a.number - b.number).flatMap((rule) => toBoxes(rule, reading));

export const isIn = ({ direction, family }: Box, room: Room): boolean =>
  direction === room.direction && (family === null || family === room.family);

function toBoxes(rule: FilterRule, reading: PortReading): readonly Box[] {
  const [source, destination] = [findBlock(rule.sourceCidr), findBlock(rule.destinationCidr)];
  // No packet is of two families.
  if (source !== null && destination !== null && source.family !== destination.family) return [];
  const hasPorts = isForPorts(rule.protocol) || reading === 'required';
  return [
    {
      direction: rule.direction,
      family: (source ?? destination)?.family ?? null,
      action: rule.action,
      isCertain: source !== null && destination !== null,
      protocol: rule.protocol,
      source: source?.range ?? null,
      destination: destination?.range ?? null,
      sourcePorts: hasPorts ? toRange(rule.sourcePorts) : null,
      destinationPorts: hasPorts ? toRange(rule.destinationPorts) : null,
    },
  ];
}

const toRange = (ports: PortRange | null): Range | null =>
  ports === null ? null : { from: ports.from, after: ports.to + 1 };
