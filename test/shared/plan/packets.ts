import type { Filter, FilterRule } from '../../../shared/words.ts';
import { addressOf, bitsOf, type Packet } from './naive-filter.ts';

/** A number from 0 up to and without `below`. */
export type Pick = (below: number) => number;

/** The same numbers for one seed (a linear congruential generator). */
export function seeded(seed: number): Pick {
  let state = seed >>> 0;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Values of each dimension at which something about some filters may change: every edge, and one before and behind it. */
export interface Edges {
  readonly protocols: readonly number[];
  readonly ipv4: Ends;
  readonly ipv6: Ends;
  readonly sourcePorts: readonly number[];
  readonly destinationPorts: readonly number[];
}

interface Ends {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

/** The four points of a range: one before it, its first and last, one behind it. */
type Points<T> = readonly [before: T, first: T, last: T, behind: T];

export const edgesOf = (filters: readonly Filter[]): Edges => pointsOf(filters, [0, 1, 2, 3]);

/** Only where something begins or is over: enough to meet every piece between the edges, and few enough to try all. */
export const beginningsOf = (filters: readonly Filter[]): Edges => pointsOf(filters, [1, 3]);

function pointsOf(filters: readonly Filter[], which: readonly (0 | 1 | 2 | 3)[]): Edges {
  const rules = filters.flatMap((one) => one.rules);
  const portsAt = (of: (rule: FilterRule) => FilterRule['sourcePorts']): readonly number[] =>
    unique([0, 53, 54, ...rules.flatMap((rule) => choose(pointsOfPorts(of(rule))))]).filter(
      (port) => port >= 0 && port <= 65_535,
    );
  const ends = (bits: number): Ends => {
    const addresses = (cidr: string): readonly string[] =>
      choose(pointsOfCidr(cidr, bits))
        .filter((value) => value >= 0n && value < 1n << BigInt(bits))
        .map((value) => addressOf(value.toString(2).padStart(bits, '0')));
    const zero = addressOf('0'.repeat(bits));
    return {
      sources: unique([zero, ...rules.flatMap(({ sourceCidr }) => addresses(sourceCidr))]),
      destinations: unique([zero, ...rules.flatMap(({ destinationCidr }) => addresses(destinationCidr))]),
    };
  };
  return {
    protocols: unique([1, 6, 17, 132, 255, ...rules.flatMap(({ protocol }) => protocol ?? [])]),
    ipv4: ends(32),
    ipv6: ends(128),
    sourcePorts: portsAt(({ sourcePorts }) => sourcePorts),
    destinationPorts: portsAt(({ destinationPorts }) => destinationPorts),
  };

  function choose<T>(points: Points<T> | null): readonly T[] {
    return points === null ? [] : which.map((at) => points[at]);
  }
}

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];

const pointsOfPorts = (range: FilterRule['sourcePorts']): Points<number> | null =>
  range === null ? null : [range.from - 1, range.from, range.to, range.to + 1];

/** `null`: a network of the other family. */
function pointsOfCidr(cidr: string, bits: number): Points<bigint> | null {
  const [network = '', length] = cidr.split('/');
  const all = bitsOf(network);
  if (all.length !== bits) return null;
  const prefix = all.slice(0, Number(length));
  const [first, last] = [BigInt(`0b${prefix.padEnd(bits, '0')}`), BigInt(`0b${prefix.padEnd(bits, '1')}`)];
  return [first - 1n, first, last, last + 1n];
}

/** The protocols that carry ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const WITH_PORTS = new Set([6, 17, 33, 132, 136]);

const mayBeResolvers = ({ direction, protocol, ports }: Packet): boolean =>
  (protocol === 6 || protocol === 17) && (direction === 'egress' ? ports?.destination : ports?.source) === 53;

/** A packet at edges in most of its dimensions and anywhere in the others. */
export function drawPacket(edges: Edges, pick: Pick): Packet {
  const one = <T>(items: readonly T[]): T => items[pick(items.length)] as T;
  const bits = pick(3) === 0 ? 128 : 32;
  const { sources, destinations } = bits === 32 ? edges.ipv4 : edges.ipv6;
  const anywhere = (): string => addressOf(Array.from({ length: bits }, () => pick(2)).join(''));
  const protocol = pick(8) === 0 ? pick(256) : one(edges.protocols);
  const port = (ports: readonly number[]): number => (pick(8) === 0 ? pick(65_536) : one(ports));
  const packet: Packet = {
    direction: pick(2) === 0 ? 'ingress' : 'egress',
    protocol,
    source: pick(8) === 0 ? anywhere() : one(sources),
    destination: pick(8) === 0 ? anywhere() : one(destinations),
    ports: WITH_PORTS.has(protocol)
      ? { source: port(edges.sourcePorts), destination: port(edges.destinationPorts) }
      : null,
    isResolvers: false,
  };
  return { ...packet, isResolvers: mayBeResolvers(packet) && pick(2) === 0 };
}

/** Every packet that the edges make. There are many: for small filters only. */
export function* allPackets(edges: Edges): Generator<Packet> {
  for (const direction of ['ingress', 'egress'] as const)
    for (const protocol of edges.protocols)
      for (const { sources, destinations } of [edges.ipv4, edges.ipv6])
        for (const source of sources)
          for (const destination of destinations)
            for (const ports of portsFor(protocol, edges)) {
              const packet = { direction, protocol, source, destination, ports, isResolvers: false };
              yield packet;
              if (mayBeResolvers(packet)) yield { ...packet, isResolvers: true };
            }
}

const portsFor = (protocol: number, { sourcePorts, destinationPorts }: Edges): readonly Packet['ports'][] =>
  WITH_PORTS.has(protocol)
    ? sourcePorts.flatMap((source) => destinationPorts.map((destination) => ({ source, destination })))
    : [null];
