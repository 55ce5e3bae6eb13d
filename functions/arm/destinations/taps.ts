import type { AzureDestination } from '../../../shared/config/config.ts';
import type { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import { mapLimited } from '../../../shared/reconcile/map-limited.ts';
import type { AccountId, EndpointId, Scope, TargetId } from '../../../shared/words.ts';
import type { Age } from '../eligibility/surroundings.ts';
import { CALLS } from '../permissions.ts';
import { readAll, readOne } from '../read/pages.ts';
import type { Exchange } from '../traffic/wire.ts';
import { type Place, toPlaces } from './tap-places.ts';
import { findTap, type Tap } from './tap.ts';

type Entry = AzureDestination['entry'];

/** VTAPs as far as they could be read; one that is not there is absent, and `faults` says what is unread. */
export interface TapsRead {
  readonly taps: readonly Tap[];
  readonly faults: readonly Fault[];
}

/** The VTAPs that the rules file's destinations name or stand behind. */
export interface Taps {
  /** Those that matter to a scope. `recent` is at most a minute old; an attachment of our own ends that minute. */
  read(scope: Scope, age: Age): Promise<TapsRead>;
  /** Some of them again, now. */
  readAgain(ids: readonly TargetId[]): Promise<TapsRead>;
  /** All of a subscription, now, whatever the rules name. */
  list(subscription: AccountId): Promise<TapsRead>;
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
  /** How many sources a VTAP takes. */
  readonly capacity: number;
}

/**
 * The documented limit of TAP configurations per VTAP. It is said to be less for some subscriptions: the cloud's own refusal is
 * the truth. https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
 */
export const TAP_CAPACITY = 100;

const RECENT_MS = 60_000;
/** What is younger is not read again for somebody who misses a VTAP in it. */
const YOUNG_MS = 5_000;
const PARALLEL_READS = 3;

export function createTaps({ exchange, clock, entries, capacity }: TapsSetup): Taps {
  const remembered = new Map<string, { readonly atMs: number; readonly read: Promise<PlaceRead> }>();
  const withCapacity = ({ taps, faults }: TapsRead): TapsRead => ({
    taps: taps.map(({ target, lists }) => ({ target: { ...target, capacity }, lists })),
    faults,
  });

  const readPlace = async (place: Place, age: Age): Promise<PlaceRead> => {
    const known = remembered.get(place.key);
    if (age === 'recent' && known !== undefined && clock.now() - known.atMs < RECENT_MS) return known.read;
    const read = readFrom(exchange, place);
    remembered.set(place.key, { atMs: clock.now(), read });
    if (isPassing(place, await read)) remembered.delete(place.key);
    return read;
  };

  return {
    async read(scope, age) {
      const wanted = await entries();
      const places = toPlaces(wanted, scope.account);
      const reads = await mapLimited(places, PARALLEL_READS, (place) => readPlace(place, age));
      const settled = settle(wanted, reads);
      const missing = findMissing(wanted, settled.taps);
      for (const place of places.filter((one) => mayHold(one, missing))) remembered.delete(place.key);
      return withCapacity(settled);
    },
    readAgain: async (ids) => withCapacity(join(await mapLimited(ids, PARALLEL_READS, (id) => readById(exchange, id)))),
    list: (subscription) => readList(exchange, subscription),
    forget: () => remembered.clear(),
    forgetOld: () => {
      const old = [...remembered].filter(([, { atMs }]) => clock.now() - atMs >= YOUNG_MS);
      for (const [key] of old) remembered.delete(key);
      return old.length > 0;
    },
  };
}

interface PlaceRead extends TapsRead {
  /** Endpoints whose VTAPs may be among what could not be read. */
  readonly unread: readonly EndpointId[];
  /** Why VTAPs in front of guests could not be looked for, where reading VTAPs is not allowed at all. */
  readonly closed: readonly Fault[];
}

/** A VTAP that could not be read, or is being changed, is asked for again at once. */
function isPassing(place: Place, { taps, faults }: PlaceRead): boolean {
  const meant = new Set(idsIn(place));
  const ours = taps.map(({ target }) => target).filter(({ id, reaches }) => meant.has(id) || meant.has(reaches));
  return faults.length > 0 || ours.some(({ unhealthy }) => unhealthy !== null);
}

const idsIn = ({ ids, endpoints, guests }: Place): readonly string[] => [...ids, ...endpoints, ...guests];

/** What no VTAP was found for: it is looked for again at once, in each place where it may appear. */
function findMissing(entries: readonly Entry[], taps: readonly Tap[]): ReadonlySet<string> {
  const found = new Set<string>(taps.flatMap(({ target }) => [target.id, target.reaches]));
  return new Set(entries.map(({ id }) => id).filter((id) => !found.has(id)));
}

const mayHold = (place: Place, missing: ReadonlySet<string>): boolean => idsIn(place).some((id) => missing.has(id));

/**
 * Several VTAPs may stand in front of one endpoint, in two subscriptions. While one of these is unread none of them counts:
 * what is attached to the unread one would be moved to the other, and interrupted for nothing. A subscription where no VTAP may
 * be read has none for us; that is a fault only when nothing stands in front of the endpoint elsewhere.
 */
function settle(entries: readonly Entry[], reads: readonly PlaceRead[]): TapsRead {
  const { taps, faults } = join(reads);
  const named = new Set<string>(entries.flatMap((entry) => (entry.kind === 'virtualNetworkTap' ? [entry.id] : [])));
  const unread = new Set<string>(reads.flatMap((read) => read.unread));
  const seen = taps.filter(({ target }) => named.has(target.id) || !unread.has(target.reaches));
  const endpoints = entries.filter(({ kind }) => kind !== 'virtualNetworkTap');
  const closed = findMissing(endpoints, seen).size === 0 ? [] : reads.flatMap((read) => read.closed);
  return { taps: seen, faults: [...faults, ...closed] };
}

async function readFrom(exchange: Exchange, { subscription, ids, endpoints, guests }: Place): Promise<PlaceRead> {
  const byId = async () => join(await mapLimited(ids, PARALLEL_READS, (id) => readById(exchange, id)));
  if (endpoints.length + guests.length === 0 && ids.length === 1) return { ...(await byId()), unread: [], closed: [] };
  const listed = await readList(exchange, subscription);
  if (!listed.faults.some(({ code }) => code === 'denied')) {
    return { ...listed, unread: listed.faults.length === 0 ? [] : [...endpoints, ...guests], closed: [] };
  }
  // The identity may be allowed to read the VTAPs that it joins and no others.
  const { taps, faults } = await byId();
  return endpoints.length === 0
    ? { taps, faults, unread: [], closed: guests.length === 0 ? [] : listed.faults }
    : { taps, faults: [...listed.faults, ...faults], unread: endpoints, closed: [] };
}

async function readList(exchange: Exchange, subscription: AccountId): Promise<TapsRead> {
  const collection = `/subscriptions/${subscription}/providers/Microsoft.Network/virtualNetworkTaps`;
  const listed = await readAll(exchange, CALLS.listTaps, collection);
  if (listed.kind === 'unread') return { taps: [], faults: [listed.fault] };
  return { taps: listed.bodies.flatMap((body) => findTap(body) ?? []), faults: [] };
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
