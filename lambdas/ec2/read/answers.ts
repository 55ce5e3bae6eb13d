import type {
  Instance,
  NetworkInterface,
  TrafficMirrorFilter,
  TrafficMirrorSession,
  TrafficMirrorTarget,
} from '@aws-sdk/client-ec2';
import { toFault, type Fault } from '../../../shared/fault.ts';
import type { Hosts } from '../destinations/target-hosts.ts';

/** One list: whole, or not read at all and why. */
export type Listed<Item> =
  { readonly items: readonly Item[]; readonly fault: null } | { readonly items: readonly []; readonly fault: Fault };

/** What AWS answered, as it answered it. */
export interface Answers {
  readonly instances: Listed<Instance>;
  readonly interfaces: Listed<NetworkInterface>;
  readonly sessions: Listed<TrafficMirrorSession>;
  readonly targets: Listed<TrafficMirrorTarget>;
  readonly filters: Listed<TrafficMirrorFilter>;
  readonly hosts: Hosts;
  /** Why hosts are missing that were asked for by themselves; `null`: they are not, or the lists above say why. */
  readonly hostsUnread: string | null;
}

/** A list that nothing was asked for. */
export const NOTHING: Listed<never> = { items: [], fault: null };

/** What a read comes to. */
export const listed = async <Item>(items: Promise<readonly Item[]>): Promise<Listed<Item>> => {
  try {
    return { items: await items, fault: null };
  } catch (thrown) {
    return { items: [], fault: toFault(thrown, 'reading the inventory') };
  }
};

/** Several lists of one kind as one: whole if all of them are. */
export const joinLists = <Item>(...lists: readonly Listed<Item>[]): Listed<Item> =>
  lists.find(({ fault }) => fault !== null) ?? { items: lists.flatMap(({ items }) => items), fault: null };

/** Each item once, the last one where they differ. */
export const uniqueBy = <Item>(list: Listed<Item>, keyOf: (item: Item) => string | undefined): Listed<Item> =>
  list.fault === null
    ? { items: [...new Map(list.items.map((item) => [keyOf(item), item])).values()], fault: null }
    : list;
