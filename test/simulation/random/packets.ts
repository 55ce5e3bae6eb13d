import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';

type View = ReturnType<AwsCloud['state']['in']>;
export type Session = View['sessions'][number];
type Filter = View['filters'][number];

/** One packet of each kind that the filters of the simulation tell apart. */
export interface Packet {
  readonly name: string;
  readonly direction: 'ingress' | 'egress';
  readonly protocol: number;
  /** The address at the other end, as the first number of its four. */
  readonly remote: number;
}

export const PACKETS: readonly Packet[] = (['ingress', 'egress'] as const).flatMap((direction) =>
  [1, 6, 17].flatMap((protocol) =>
    [10, 192].map((remote) => ({ name: `${direction} ${protocol} ${remote}`, direction, protocol, remote })),
  ),
);

/** The rule by the provider's words, and nothing of the product's: ascending rule numbers, the first that matches decides. */
export function accepts(filter: Filter, { direction, protocol, remote }: Packet): boolean {
  const first = filter.rules
    .filter((rule) => rule.direction === direction)
    .toSorted((a, b) => a.number - b.number)
    .find((rule) => {
      const cidr = direction === 'ingress' ? rule.sourceCidr : rule.destinationCidr;
      const isRemote = cidr === '0.0.0.0/0' || Number(cidr.split('.')[0]) === remote;
      return isRemote && (rule.protocol === null || rule.protocol === protocol);
    });
  return first?.action === 'accept';
}

/** What each session of one interface sees: the names of the packets for which it is the first that accepts them. */
export function seenBy(
  sessions: readonly Session[],
  filters: ReadonlyMap<string, Filter>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const inOrder = sessions.toSorted((a, b) => a.number - b.number);
  const seen = new Map<string, Set<string>>(inOrder.map(({ id }) => [id, new Set()]));
  for (const packet of PACKETS) {
    const taker = inOrder.find(({ filterId }) => {
      const filter = filters.get(filterId);
      return filter !== undefined && accepts(filter, packet);
    });
    if (taker !== undefined) seen.get(taker.id)?.add(packet.name);
  }
  return seen;
}

export const filtersOf = (view: View): ReadonlyMap<string, Filter> =>
  new Map(view.filters.map((filter) => [filter.id, filter]));
