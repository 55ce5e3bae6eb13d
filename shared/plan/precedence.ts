import type { Attachment, Settings } from '../words.ts';
import { isReadable, readingsOf, verdictsOf, type Filters, type Verdict, type Verdicts } from './coverage.ts';
import { placeOf, type Place, type Turn } from './situation.ts';

/*
 * Who sees a packet. AWS mirrors each packet once: sessions are tried in ascending number, and the first whose filter accepts
 * the packet takes it (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-sessions.html).
 *
 * Whether a filter that rejects a packet by a rule ends this search, or leaves it to the next session, is not documented. Every
 * question here is answered so that it holds either way.
 */

const isBefore = (a: number | null, b: number | null): boolean => a !== null && b !== null && a < b;

/** Whether the order of evaluation is another after the change. A retarget alone leaves it as it is. */
export const isNewlyOrdered = (own: Attachment | null, to: Settings): boolean =>
  own === null || own.settings.number !== to.number || own.settings.filter !== to.filter;

/** A session of others that would lose packets by a change. */
export interface Loss {
  readonly attachment: Attachment;
  /** How: its packets would be taken; or only rejected, which may take them away and may not. */
  readonly by: 'accept' | 'reject';
}

/**
 * Others' sessions that would lose packets that they may get now. What ours already does to a packet, where it stands before
 * theirs now, is nothing new: narrowing in place takes nothing.
 *
 * | ours now, before theirs | ours then | theirs loses an accepted packet |
 * |---|---|---|
 * | says nothing, or is not before theirs | accepts | in both readings |
 * | says nothing, or is not before theirs | rejects | if a reject ends the search |
 * | rejects | accepts | if a reject leaves it to the next |
 * | rejects | rejects | no |
 * | accepts | anything | no |
 */
export function newlyPreempted({ situation, wish, own }: Turn, to: Settings): readonly Loss[] {
  const { standing, filters } = situation;
  if (wish.destination.cloud !== 'aws' || wish.destination.mayPreempt) return [];
  return standing.theirs.flatMap((attachment) => {
    const { number, filter } = attachment.settings;
    if (!isBefore(to.number, number)) return [];
    const now = own !== null && isBefore(own.settings.number, number) ? [own.settings.filter] : [];
    const lost = verdictsOf([filter, to.filter, ...now], filters).filter(
      ([their, then, before = 'none']) =>
        their === 'accept' && then !== 'none' && before !== 'accept' && before !== then,
    );
    if (lost.length === 0) return [];
    return [{ attachment, by: lost.some(([, then]) => then === 'accept') ? 'accept' : 'reject' }];
  });
}

/** Others' sessions behind a number that would take packets which the filter of `to` takes or rejects before them. */
export function precededBy({ situation }: Turn, to: Settings): readonly Attachment[] {
  const { standing, filters } = situation;
  return standing.theirs.filter(
    ({ settings: { number, filter } }) =>
      isBefore(to.number, number) &&
      verdictsOf([filter, to.filter], filters).some(([theirs, ours]) => theirs === 'accept' && ours !== 'none'),
  );
}

/** Whether a filter accepts no packet at all. */
export const takesNothing = (filter: Settings['filter'], filters: Filters): boolean =>
  !verdictsOf([filter], filters).some(([verdict]) => verdict === 'accept');

/** How much of a session's packets those before it leave to it. */
export type Shadow =
  /** Its filter accepts no packet. */
  | { readonly extent: 'nothing-to-take' }
  /** All. */
  | { readonly extent: 'clear' }
  /** Some surely, others not or perhaps not. */
  | { readonly extent: 'partly'; readonly by: readonly Hider[] }
  /** Perhaps none. */
  | { readonly extent: 'perhaps-wholly'; readonly by: readonly Hider[]; readonly because: readonly Doubt[] }
  /** None. */
  | { readonly extent: 'wholly'; readonly by: readonly Hider[] };

/** Why it cannot be said that any packet is left: what was not read, or how the provider's text is to be read. */
export type Doubt = 'unread' | 'reject' | 'rules';

/** Who accepts or rejects any of a session's packets before it. `either`: its filter could not be read. */
export interface Hider {
  readonly place: Place;
  readonly does: 'accept' | 'reject' | 'both' | 'either';
}

export function shadowOn(turn: Turn, to: Settings): Shadow {
  const { filters } = turn.situation;
  const earlier = sessionsBefore(turn, to.number);
  const ids = [to.filter, ...earlier.map(({ filter }) => filter)];
  const packets = acceptedOf(verdictsOf(ids, filters));
  if (packets.length === 0) return { extent: 'nothing-to-take' };
  const by = hidersIn(earlier, packets, filters);
  if (by.length === 0) return { extent: 'clear' };
  if (packets.every(isTaken)) return { extent: 'wholly', by };
  const because = doubtsIn(readingsOf(ids, filters).map(acceptedOf), by);
  return because.length === 0 ? { extent: 'partly', by } : { extent: 'perhaps-wholly', by, because };
}

/** What those before say of the packets that the first filter accepts. */
const acceptedOf = (verdicts: Verdicts): Verdicts =>
  verdicts.filter(([mine]) => mine === 'accept').map(([, ...others]) => others);

const isTaken = (verdicts: readonly Verdict[]): boolean => verdicts.includes('accept');
const isLeft = (verdicts: readonly Verdict[]): boolean => verdicts.every((verdict) => verdict === 'none');

function doubtsIn(readings: readonly Verdicts[], by: readonly Hider[]): readonly Doubt[] {
  const hopeless = readings.filter((packets) => !packets.some(isLeft));
  const doubts: Doubt[] = [];
  if (by.some(({ does }) => does === 'either')) doubts.push('unread');
  if (hopeless.some((packets) => !packets.every(isTaken))) doubts.push('reject');
  if (hopeless.some((packets) => packets.every(isTaken))) doubts.push('rules');
  return doubts;
}

/** @param packets what the places say of each kind of packet */
const hidersIn = (places: readonly Place[], packets: Verdicts, filters: Filters): readonly Hider[] =>
  places.flatMap((place, at) => {
    const said = new Set(packets.map((verdicts) => verdicts[at]));
    const [accepts, rejects] = [said.has('accept'), said.has('reject')];
    if (!accepts && !rejects) return [];
    const isInDoubt = said.size > 1 && !isReadable(place.filter, filters);
    return [{ place, does: isInDoubt ? 'either' : accepts && rejects ? 'both' : accepts ? 'accept' : 'reject' }];
  });

/** Others' sessions with lower numbers and ours that were placed already, in the order in which they are tried. */
function sessionsBefore({ situation, taken }: Turn, number: number | null): readonly Place[] {
  return [...situation.standing.theirs.map(placeOf), ...taken]
    .filter((one) => isBefore(one.number, number))
    .sort(inOrder);
}

const inOrder = (a: Place, b: Place): number => (a.number ?? 0) - (b.number ?? 0);

/** A session of others that does what is wished, and those before it that keep part of it away. */
export interface Twin {
  readonly attachment: Attachment;
  readonly shadowedBy: readonly Hider[];
}

/** The session of others that does what is wished, at best all of it. */
export function findTwin(turn: Turn, to: Settings): Twin | null {
  const twins = turn.situation.standing.theirs.flatMap((their) => toTwin(turn, their, to) ?? []);
  return twins.find(({ shadowedBy }) => shadowedBy.length === 0) ?? twins[0] ?? null;
}

/**
 * A session that has the wished target and accepts all that is wished, of which some surely arrives. What a session before it
 * sends to the same target arrives as well; what one sends elsewhere, rejects, or may take because its filter was not read,
 * does not.
 */
function toTwin(turn: Turn, their: Attachment, to: Settings): Twin | null {
  if (their.state !== 'ready' || their.settings.target !== to.target) return null;
  const { filters } = turn.situation;
  const { filter, number } = their.settings;
  const earlier = [...sessionsBefore(turn, number), ...waitingBefore(turn, number)].sort(inOrder);
  const ids = [to.filter, filter, ...earlier.map((one) => one.filter)];
  const wished = acceptedOf(verdictsOf(ids, filters));
  // Another filter may be filled tomorrow; the same one is filled for both.
  if (wished.length === 0) return filter === to.filter ? { attachment: their, shadowedBy: [] } : null;
  if (wished.some(([theirs]) => theirs !== 'accept')) return null;
  const shadowedBy = hidersIn(earlier, wished.map(hiding), filters);
  const arrives = readingsOf(ids, filters).every((reading) => acceptedOf(reading).map(hiding).some(isLeft));
  return arrives && shadowedBy.every(({ does }) => does !== 'either') ? { attachment: their, shadowedBy } : null;

  /** Of the sessions before theirs, the one that keeps a packet away. */
  function hiding([, ...others]: readonly Verdict[]): readonly Verdict[] {
    const first = others.findIndex((verdict) => verdict !== 'none');
    const hides = others[first] === 'reject' || (earlier[first]?.target ?? to.target) !== to.target;
    return others.map((verdict, at) => (at === first && hides ? verdict : 'none'));
  }
}

/** Ours whose turn is still to come, as they stand now. */
const waitingBefore = ({ matching, taken }: Turn, number: number | null): readonly Place[] =>
  [...matching.of.values()]
    .filter((one) => !taken.some(({ attachment }) => attachment === one))
    .map(placeOf)
    .filter((one) => isBefore(one.number, number));
