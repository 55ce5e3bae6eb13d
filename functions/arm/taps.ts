import type { AzureDestination } from '../../shared/config/config.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Clock } from '../../shared/ports.ts';
import { groupBy } from '../../shared/group-by.ts';
import { mapLimited } from '../../shared/reconcile/map-limited.ts';
import type { TargetId } from '../../shared/words.ts';
import { findTap, type Tap } from './convert.ts';
import type { Exchange } from './exchange.ts';
import { CALLS } from './permissions.ts';
import { readAll, readOne } from './read.ts';
import { findResource } from './resource-id.ts';

type Entry = AzureDestination['entry'];

/** VTAPs as far as they could be read; one that is not there is absent, and `faults` says what is unread. */
export interface TapsRead {
  readonly taps: readonly Tap[];
  readonly faults: readonly Fault[];
}

/** The VTAPs that the rules file's destinations name or stand behind. */
export interface Taps {
  /** `recent` is at most a minute old; an attachment of our own ends that minute. */
  read(age: 'recent' | 'now'): Promise<TapsRead>;
  /** Some of them again, now. */
  readAgain(ids: readonly TargetId[]): Promise<TapsRead>;
  /** What is remembered no longer holds. */
  forget(): void;
  /** Forgets what is no longer young; whether there was anything. */
  forgetOld(): boolean;
}

export interface TapsSetup {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** What the destinations on Azure name, by the rules in force. */
  readonly entries: () => Promise<readonly Entry[]>;
}

const RECENT_MS = 60_000;
/** What is younger is not read again for somebody who misses a VTAP in it. */
const YOUNG_MS = 5_000;
const PARALLEL_READS = 3;

export function createTaps({ exchange, clock, entries }: TapsSetup): Taps {
  const remembered = new Map<string, { readonly atMs: number; readonly read: Promise<TapsRead> }>();

  const readPlace = async (place: Place, age: 'recent' | 'now'): Promise<TapsRead> => {
    const known = remembered.get(place.key);
    if (age === 'recent' && known !== undefined && clock.now() - known.atMs < RECENT_MS) return known.read;
    const read = readFrom(exchange, place);
    remembered.set(place.key, { atMs: clock.now(), read });
    const { taps, faults } = await read;
    // A VTAP that could not be read, or is not there yet, is asked for again at once.
    if (faults.length > 0 || taps.length === 0) remembered.delete(place.key);
    return read;
  };

  return {
    read: async (age) => join(await mapLimited(toPlaces(await entries()), PARALLEL_READS, (at) => readPlace(at, age))),
    readAgain: async (ids) => join(await mapLimited(ids, PARALLEL_READS, (id) => readById(exchange, id))),
    forget: () => remembered.clear(),
    forgetOld: () => {
      const old = [...remembered].filter(([, { atMs }]) => clock.now() - atMs >= YOUNG_MS);
      for (const [key] of old) remembered.delete(key);
      return old.length > 0;
    },
  };
}

/** Where VTAPs are read with one call: one by its id, or all of a subscription. */
interface Place {
  readonly key: string;
  readonly subscription: string;
  readonly ids: readonly TargetId[];
  /** Whether there are destinations in it whose VTAP is only found by looking at all of them. */
  readonly mustList: 'yes' | 'no';
}

/**
 * A destination that is a VTAP is read where it is, in whatever subscription; one that is a load balancer's frontend or a
 * collector's IP configuration needs the VTAPs of its own subscription.
 */
function toPlaces(entries: readonly Entry[]): readonly Place[] {
  const bySubscription = groupBy(entries, ({ id }) => findResource(id)?.subscription ?? '');
  return [...bySubscription].flatMap(([subscription, ours]) => {
    if (subscription === '') return [];
    const ids = [...new Set(ours.flatMap((entry) => (entry.kind === 'virtualNetworkTap' ? [entry.id] : [])))].sort();
    const mustList = ours.some(({ kind }) => kind !== 'virtualNetworkTap') ? 'yes' : 'no';
    return [{ key: [subscription, mustList, ...ids].join(' '), subscription, ids, mustList }];
  });
}

async function readFrom(exchange: Exchange, { subscription, ids, mustList }: Place): Promise<TapsRead> {
  const [only] = ids;
  if (mustList === 'no' && ids.length === 1 && only !== undefined) return readById(exchange, only);
  const collection = `/subscriptions/${subscription}/providers/Microsoft.Network/virtualNetworkTaps`;
  const listed = await readAll(exchange, CALLS.listTaps, collection);
  if (listed.kind === 'found') return { taps: listed.bodies.flatMap((body) => findTap(body) ?? []), faults: [] };
  // The identity may be allowed to read the VTAPs that it joins and no others.
  if (mustList === 'no' && listed.fault.code === 'denied') {
    return join(await mapLimited(ids, PARALLEL_READS, (id) => readById(exchange, id)));
  }
  return { taps: [], faults: [listed.fault] };
}

async function readById(exchange: Exchange, id: TargetId): Promise<TapsRead> {
  const read = await readOne(exchange, CALLS.getTap, id);
  if (read.kind === 'unread') return { taps: [], faults: [read.fault] };
  const tap = read.kind === 'found' ? findTap(read.body) : null;
  return { taps: tap === null ? [] : [tap], faults: [] };
}

const join = (reads: readonly TapsRead[]): TapsRead => ({
  taps: reads.flatMap(({ taps }) => taps),
  faults: reads.flatMap(({ faults }) => faults),
});
