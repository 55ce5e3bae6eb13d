import { BlockList, isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { parseFilterId } from '../../shared/ids.ts';
import type { Attachment, Filter, FilterId, FilterRule, PortRange, World } from '../../shared/words.ts';

/** Few networks, each with addresses at both sides of both of its ends, so that generated rules meet often. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['0.0.0.0'],
  '10.0.0.0/8': ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
  '10.0.0.0/16': ['9.255.255.255', '10.0.0.0', '10.0.255.255', '10.1.0.0'],
  '10.0.128.0/17': ['10.0.127.255', '10.0.128.0', '10.0.255.255', '10.1.0.0'],
  '::/0': ['::'],
  '2001:db8::/32': ['2001:db7:ffff::1', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::'],
};
const PORTS: readonly PortRange[] = [
  { from: 53, to: 53 },
  { from: 443, to: 443 },
  { from: 1, to: 1024 },
];

/** One packet, as much of it as filters look at. */
interface Packet {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** `null` where the protocol has none. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** To or from the network's resolver. */
  readonly isResolvers: boolean;
}

type Verdict = 'accept' | 'reject' | 'none';

const DNS_READINGS = ['service-first', 'service-only', 'rules-first'] as const;

/** What AWS leaves open, each way: what a reject means behind it, and how rules and `amazon-dns` stand to each other. */
interface Reading {
  readonly reject: 'passes-on' | 'ends';
  readonly dns: (typeof DNS_READINGS)[number];
}

/** Packets that all filters of a world tell alike, under one reading. */
export interface Kind {
  readonly reading: Reading;
  readonly verdicts: ReadonlyMap<FilterId, Verdict>;
  readonly example: string;
}

const networks = fc.constantFrom('v4', 'v4', 'v4', 'v6').chain((family) => {
  const cidr = fc.constantFrom(...Object.keys(NETWORKS).filter((one) => one.includes(':') === (family === 'v6')));
  return fc.tuple(cidr, cidr);
});

const ports = fc.constantFrom(null, null, ...PORTS);

const rule: fc.Arbitrary<Omit<FilterRule, 'number'>> = fc
  .record({
    direction: fc.constantFrom('ingress', 'ingress', 'egress'),
    action: fc.constantFrom('accept', 'accept', 'accept', 'reject'),
    protocol: fc.constantFrom(null, null, 6, 17, 1),
    networks,
    sourcePorts: fc.constantFrom(null, null, null, ...PORTS),
    destinationPorts: ports,
    isNarrow: fc.boolean(),
  })
  .map(
    ({
      networks: [source, destination],
      isNarrow,
      sourcePorts,
      destinationPorts,
      ...rest
    }): Omit<FilterRule, 'number'> => {
      const hasPorts = rest.protocol === 6 || rest.protocol === 17;
      const everywhere = source.includes(':') ? '::/0' : '0.0.0.0/0';
      return {
        ...rest,
        sourceCidr: isNarrow ? source : everywhere,
        destinationCidr: destination,
        // Ports are documented for TCP and UDP only.
        sourcePorts: hasPorts ? sourcePorts : null,
        destinationPorts: hasPorts ? destinationPorts : null,
      };
    },
  );

/** A filter of a few rules, often one that takes everything of a direction. */
export const filter = (id: string): fc.Arbitrary<Filter> =>
  fc
    .record({
      rules: fc.array(rule, { maxLength: 3 }),
      all: fc.constantFrom<readonly FilterRule['direction'][]>([], [], ['ingress'], ['egress'], ['ingress', 'egress']),
      mirrorsDns: fc.constantFrom(false, false, false, true),
    })
    .map(({ rules, all, mirrorsDns }): Filter => {
      const whole = all.map((direction) => ({ ...EVERYTHING, direction }));
      return {
        id: parseFilterId(id),
        rules: [...rules, ...whole].map((one, at) => ({ ...one, number: (at + 1) * 10 })),
        mirrorsDns,
      };
    });

const EVERYTHING = {
  action: 'accept',
  protocol: null,
  sourceCidr: '0.0.0.0/0',
  destinationCidr: '0.0.0.0/0',
  sourcePorts: null,
  destinationPorts: null,
} as const;

/**
 * Every kind of packet at the edges of what the filters' rules name; a filter that nobody read says anything. Of the values of
 * one field, those that the same rules match are tried once.
 */
export function kindsOf(filters: readonly Filter[], unread: readonly FilterId[]): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  const rules = filters.flatMap((one) => one.rules);
  for (const packet of packetsAtEdges(rules)) {
    for (const dns of DNS_READINGS.slice(0, packet.isResolvers ? 3 : 1)) {
      const known = filters.map((one) => [one.id, verdictOf(one, packet, dns)] as const);
      for (const guessed of guesses(unread)) {
        const verdicts = new Map([...known, ...guessed]);
        const text = [...verdicts.values()].join(' ');
        if (kinds.has(`ends ${text}`)) continue;
        for (const reject of ['passes-on', 'ends'] as const)
          kinds.set(`${reject} ${text}`, { reading: { reject, dns }, verdicts, example: JSON.stringify(packet) });
      }
    }
  }
  return [...kinds.values()];
}

const VERDICTS = ['accept', 'reject', 'none'] as const;

const guesses = (ids: readonly FilterId[]): readonly (readonly (readonly [FilterId, Verdict])[])[] =>
  ids.reduce<readonly (readonly (readonly [FilterId, Verdict])[])[]>(
    (all, id) => all.flatMap((some) => VERDICTS.map((verdict) => [...some, [id, verdict] as const])),
    [[]],
  );

const DNS_PORT: PortRange = { from: 53, to: 53 };
const SOMEWHERE = ['192.0.2.1', '2001:db9::1'];

function* packetsAtEdges(rules: readonly FilterRule[]): Generator<Packet> {
  const addresses = (field: 'sourceCidr' | 'destinationCidr'): readonly string[] =>
    toldApart(
      [...SOMEWHERE, ...rules.flatMap((one) => NETWORKS[one[field]] ?? [])],
      (address) => `${isIPv6(address)} ${rules.map((one) => isInNetwork(address, one[field])).join()}`,
    );
  const ports = (field: 'sourcePorts' | 'destinationPorts'): readonly number[] => {
    const ranges = [DNS_PORT, ...rules.flatMap((one) => one[field] ?? [])];
    return toldApart([0, ...ranges.flatMap(({ from, to }) => [from - 1, from, to, to + 1])], (port) =>
      [port === 53, ...rules.map((one) => isInPorts(port, one[field]))].join(),
    );
  };
  const protocols = toldApart([6, 17, 1, 47], (protocol) =>
    [
      protocol === 6 || protocol === 17,
      ...rules.map((one) => one.protocol === null || one.protocol === protocol),
    ].join(),
  );
  const [sources, destinations] = [addresses('sourceCidr'), addresses('destinationCidr')];
  const [sourcePorts, destinationPorts] = [ports('sourcePorts'), ports('destinationPorts')];
  for (const direction of ['ingress', 'egress'] as const) {
    for (const protocol of protocols) {
      const hasPorts = protocol === 6 || protocol === 17;
      for (const sourcePort of hasPorts ? sourcePorts : [null]) {
        for (const destinationPort of hasPorts ? destinationPorts : [null]) {
          const isDns = (direction === 'egress' ? destinationPort : sourcePort) === 53;
          for (const source of sources) {
            for (const destination of destinations) {
              if (isIPv6(source) !== isIPv6(destination)) continue;
              const packet = { direction, protocol, source, destination, sourcePort, destinationPort };
              yield { ...packet, isResolvers: false };
              if (isDns) yield { ...packet, isResolvers: true };
            }
          }
        }
      }
    }
  }
}

const toldApart = <T>(values: readonly T[], by: (value: T) => string): readonly T[] => [
  ...new Map(values.map((value) => [by(value), value])).values(),
];

function verdictOf({ rules, mirrorsDns }: Filter, packet: Packet, dns: Reading['dns']): Verdict {
  const isService = packet.isResolvers && mirrorsDns;
  if (isService && dns !== 'rules-first') return 'accept';
  if (packet.isResolvers && dns === 'service-only') return 'none';
  return rules.find((one) => matches(one, packet))?.action ?? (isService ? 'accept' : 'none');
}

const matches = (rule: FilterRule, packet: Packet): boolean =>
  rule.direction === packet.direction &&
  (rule.protocol === null || rule.protocol === packet.protocol) &&
  isInPorts(packet.sourcePort, rule.sourcePorts) &&
  isInPorts(packet.destinationPort, rule.destinationPorts) &&
  isInNetwork(packet.source, rule.sourceCidr) &&
  isInNetwork(packet.destination, rule.destinationCidr);

const isInPorts = (port: number | null, range: PortRange | null): boolean =>
  range === null || (port !== null && range.from <= port && port <= range.to);

const answers = new Map<string, boolean>();

/** By Node's own block list. */
function isInNetwork(address: string, cidr: string): boolean {
  if (cidr === '0.0.0.0/0' || cidr === '::/0') return isIPv6(address) === isIPv6(cidr.split('/')[0] ?? '');
  const key = `${address} ${cidr}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const [network = '', prefix] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), familyOf(network));
  const answer = familyOf(network) === familyOf(address) && list.check(address, familyOf(address));
  answers.set(key, answer);
  return answer;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** The session that mirrors a packet, by the provider's rule: the first in ascending number whose filter accepts it. */
export function takerOf<S extends Pick<Attachment, 'settings'>>(sessions: readonly S[], kind: Kind): S | null {
  const inOrder = [...sessions].sort((a, b) => (a.settings.number ?? 0) - (b.settings.number ?? 0));
  for (const session of inOrder) {
    const { filter: id } = session.settings;
    const verdict = id === null ? 'accept' : (kind.verdicts.get(id) ?? 'none');
    if (verdict === 'accept') return session;
    if (verdict === 'reject' && kind.reading.reject === 'ends') return null;
  }
  return null;
}

export const sessionsOn = (world: World, source: string): readonly Attachment[] =>
  world.attachments.filter((one) => one.source === source);
