import type { Box, Room } from './boxes.ts';
import type { Family, Point, Range } from './cidr.ts';

/** A set of boxes and traits, one bit each: the boxes in their order, then the traits. */
export type Mask = bigint;

/** The pieces of one dimension: at each, the boxes that match there and the traits that a packet may have there. None twice. */
export type Cut = readonly Mask[];

/** What a packet is beside its values, as bits above those of so many boxes. */
export const traitsAbove = (boxes: number) => ({
  /** It has ports, as TCP, UDP and a few others. */
  ports: bitAt(boxes),
  /** It has none, as ICMP. */
  noPorts: bitAt(boxes + 1),
  /** It is DNS, perhaps to or from the resolver. */
  dns: bitAt(boxes + 2),
});

const PROTOCOLS = 256;
/** TCP and UDP, DCCP, SCTP, UDP-Lite. */
const WITH_PORTS = [6, 17, 33, 132, 136];
const OF_DNS = [6, 17];

const PORTS = 65_536;
const DNS_PORT: Range = { from: 53, after: 54 };
const NEVER: Range = { from: 0, after: 0 };
/** Of the three traits, in their order. */
const ANYWHERE = [null, null, null];

const ADDRESSES: Readonly<Record<Family, Point>> = { ipv4: 2 ** 32, ipv6: 2n ** 128n };

/**
 * The dimensions of the packets of a room, each cut only where a box begins or ends: protocol, source, destination, source
 * port, destination port. A packet is DNS by the port of the side that answers.
 */
export function cutRoom(boxes: readonly Box[], { direction, family }: Room): readonly Cut[] {
  const dnsFrom = direction === 'ingress' ? DNS_PORT : null;
  const dnsTo = direction === 'egress' ? DNS_PORT : null;
  return [
    cutProtocols(boxes),
    cutRanges([...boxes.map(({ source }) => source), ...ANYWHERE], ADDRESSES[family]),
    cutRanges([...boxes.map(({ destination }) => destination), ...ANYWHERE], ADDRESSES[family]),
    cutPorts([...boxes.map(({ sourcePorts }) => sourcePorts), null, NEVER, dnsFrom]),
    cutPorts([...boxes.map(({ destinationPorts }) => destinationPorts), null, NEVER, dnsTo]),
  ];
}

/** Each protocol that is named, and one that is not. */
function cutProtocols(boxes: readonly Box[]): Cut {
  const { ports, noPorts, dns } = traitsAbove(boxes.length);
  const named = new Set(WITH_PORTS);
  for (const { protocol } of boxes) if (protocol !== null) named.add(protocol);
  return distinct(
    [...named, findOther(named)].map(
      (value) =>
        maskOf(boxes, ({ protocol }) => protocol === null || protocol === value) |
        (value !== null && WITH_PORTS.includes(value) ? ports : noPorts) |
        (value !== null && OF_DNS.includes(value) ? dns : 0n),
    ),
  );
}

function findOther(named: ReadonlySet<number>): number | null {
  for (let protocol = 0; protocol < PROTOCOLS; protocol++) if (!named.has(protocol)) return protocol;
  return null;
}

/** Boxes that ask for ports match no packet without them. */
function cutPorts(ranges: readonly (Range | null)[]): Cut {
  const { ports, noPorts, dns } = traitsAbove(ranges.length - 3);
  const withoutPorts = (maskOf(ranges, (range) => range === null) & ~(ports | dns)) | noPorts;
  return distinct([...cutRanges(ranges, PORTS), withoutPorts]);
}

/** At 0 and wherever a range begins or is over. */
function cutRanges(ranges: readonly (Range | null)[], end: Point): Cut {
  const limits = ranges.flatMap((range) => (range === null ? [] : [range.from, range.after]));
  const points = new Set<Point>([0, ...limits].filter((point) => point < end));
  return distinct(
    [...points].map((point) =>
      maskOf(ranges, (range) => range === null || (range.from <= point && point < range.after)),
    ),
  );
}

const bitAt = (place: number): Mask => 1n << BigInt(place);

/** The items that match, by their places. */
export function maskOf<T>(items: readonly T[], matches: (item: T) => boolean): Mask {
  let mask = 0n;
  let bit = 1n;
  for (const item of items) {
    if (matches(item)) mask |= bit;
    bit <<= 1n;
  }
  return mask;
}

const distinct = (masks: readonly Mask[]): Cut => [...new Set(masks)];
