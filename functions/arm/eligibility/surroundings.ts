import type { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import { remember } from '../../../shared/remember.ts';
import type { AccountId } from '../../../shared/words.ts';
import { findAt, findTextAt } from '../../json.ts';
import { type Call, CALLS } from '../permissions.ts';
import { readAll } from '../read/pages.ts';
import { findResource, NETWORK_TYPE } from '../resource-id.ts';
import type { Exchange } from '../traffic/wire.ts';
import { type Balancer, findBalancer } from './balancer.ts';

/** How old an answer may be: `recent` is what is remembered, if anything is. */
export type Age = 'recent' | 'now';

/** What a list told, by id, and why it told nothing. */
export interface Listed<Item> {
  readonly items: ReadonlyMap<string, Item>;
  readonly fault: Fault | null;
}

/**
 * What is around interfaces and decides whether they can be mirrored, listed once per subscription and run: virtual networks
 * and load balancers change seldom, and asking for those of each interface would cost more than the interfaces.
 */
export interface Surroundings {
  /** The virtual networks of a subscription, by whether their traffic is encrypted. */
  networks(subscription: AccountId, age: Age): Promise<Listed<'encrypted' | 'plain'>>;
  balancers(subscription: AccountId, age: Age): Promise<Listed<Balancer>>;
}

const KNOWN_MS = 600_000;
/** What is denied is not asked for again at every event, and a role that was just granted works soon. */
const UNREAD_MS = 60_000;

export function createSurroundings(exchange: Exchange, clock: Clock): Surroundings {
  const lister = <Item>(call: Call, type: string, find: (body: unknown) => readonly [string, Item] | null) => {
    const memory = remember<Listed<Item>>(clock, ({ fault }) => (fault === null ? KNOWN_MS : UNREAD_MS));
    const list = async (subscription: AccountId): Promise<Listed<Item>> => {
      const read = await readAll(exchange, call, `/subscriptions/${subscription}/providers/Microsoft.Network/${type}`);
      if (read.kind === 'unread') return { items: new Map(), fault: read.fault };
      return { items: new Map(read.bodies.flatMap((body) => [find(body)].filter((one) => one !== null))), fault: null };
    };
    return (subscription: AccountId, age: Age): Promise<Listed<Item>> =>
      age === 'now' ? memory.put(subscription, list(subscription)) : memory.get(subscription, () => list(subscription));
  };
  return {
    networks: lister(CALLS.listNetworks, 'virtualNetworks', findNetwork),
    balancers: lister(CALLS.listLoadBalancers, 'loadBalancers', (body) => {
      const balancer = findBalancer(body);
      return balancer === null ? null : [balancer.id, balancer];
    }),
  };
}

/** https://learn.microsoft.com/azure/virtual-network/virtual-network-encryption-overview */
function findNetwork(body: unknown): readonly [string, 'encrypted' | 'plain'] | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  if (resource?.type !== NETWORK_TYPE) return null;
  return [resource.id, findAt(body, 'properties', 'encryption', 'enabled') === true ? 'encrypted' : 'plain'];
}
