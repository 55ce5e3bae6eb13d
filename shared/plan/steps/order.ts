import type { DetachCode } from '../../reason.ts';
import type { Attachment, Settings } from '../../words.ts';
import { compare } from '../canonical.ts';
import { verdictsOf, type Filters } from '../coverage.ts';
import type { Wish } from '../wishes.ts';
import { isHarmless, isLess, judgeBetween, type Packet, type Session } from './harm.ts';
import { callsIn, castsOf, partsOf, retargetsIn, type Part, type Parting } from './pair.ts';
import { findRoute, type Ground, type Move, type Route } from './search.ts';

/** One call to the cloud. */
export type Step =
  | { readonly kind: 'create'; readonly wish: Wish; readonly to: Settings }
  | {
      readonly kind: 'change';
      readonly wish: Wish;
      readonly attachment: Attachment;
      readonly from: Settings;
      readonly to: Settings;
    }
  | {
      readonly kind: 'remove';
      readonly attachment: Attachment;
      readonly from: Settings;
      readonly because: DetachCode;
    };

/** What stands on one source, and what is to stand there. */
export interface Course extends Parting {
  readonly filters: Filters;
  /** Whether ours may be moved to targets that no wish asks of them, if that is what it takes to lose no packet. */
  readonly mayRetarget: boolean;
}

/** Calls beside those that are needed: one where two swap numbers, two where what is put aside waits for a removal as well. */
const SPARES = [0, 1, 2] as const;

/**
 * The steps of one source in an order in which the cloud takes every one (never more attachments than it allows, never two on
 * one number) and in which no packet that is mirrored before and after is lost in between, nor one of others' taken.
 *
 * The first way without harm is taken, in this order:
 *
 * | | fewer come first | because |
 * |---|---|---|
 * | 1 | retargets | they take packets from where they go now, and the guard counts them |
 * | 2 | calls | a change in place is one; a spare one puts aside what is in the way, as where two swap numbers |
 * | 3 | changes of parts | ours all bear one mark, so that any of them may become any wish |
 * | 4 | removals before what comes | what replaces something is there first; then the order of the wishes decides |
 *
 * Not every change can be had without loss. Two sessions of which one goes from {p, q} to {p, r} and the other from {r, s} to
 * {q, s} lose something whichever changes first and whichever becomes which; where there is room, a session made anew would
 * help, but then one that is wished for would be deleted. So the way that hides the fewest kinds of packets for the fewest
 * steps is taken: what the rules ask for is not withheld for a moment's loss. What is taken from others weighs more than any loss.
 */
export function orderSteps(course: Course): readonly Step[] {
  const parts = partsOf(course);
  if (parts.length < 2) return parts.map((mover) => toStep({ mover, from: mover.from, to: mover.to }));
  return findLeastHarm(parts, course).moves.map(toStep);
}

function findLeastHarm(parts: readonly Part[], course: Course): Route<Part> {
  const ground = groundOf(parts, course);
  let least: Route<Part> | null = null;
  for (const { cast, spare } of waysOf(parts, course)) {
    const route = findRoute(cast, spare, ground);
    if (route === null || (least !== null && !isLess(route.harm, least.harm))) continue;
    least = route;
    if (isHarmless(least.harm)) return least;
  }
  // Three sessions are too few to close a number in on both sides and leave two of ours to swap.
  if (least === null) throw new Error('no order of steps is legal: the slots were given out twice');
  return least;
}

function waysOf(parts: readonly Part[], { profile, mayRetarget }: Course) {
  const most = mayRetarget ? Infinity : retargetsIn(parts);
  return castsOf(parts, profile)
    .map((cast) => ({ cast, retargets: retargetsIn(cast) }))
    .filter(({ retargets }) => retargets <= most)
    .flatMap(({ cast, retargets }) => SPARES.map((spare) => ({ cast, spare, retargets, calls: callsIn(cast) + spare })))
    .sort((a, b) => a.retargets - b.retargets || a.calls - b.calls);
}

/** What does not move, and what harm it is to packets when the rest does. */
function groundOf(parts: readonly Part[], { theirs, ours, filters, profile }: Course): Ground {
  const moving = new Set(parts.map((part) => (part.kind === 'create' ? null : part.attachment)));
  const staying = ours.filter((one) => !moving.has(one));
  const fixed = [
    ...theirs.map(({ id, settings }) => toSession(settings, id)),
    ...staying.map(({ settings }) => toSession(settings, null)),
  ];
  const worldOf = (settings: readonly (Settings | null)[]): readonly Session[] => [
    ...fixed,
    ...settings.flatMap((one) => (one === null ? [] : [toSession(one, null)])),
  ];
  const [first, last] = [worldOf(parts.map(({ from }) => from)), worldOf(parts.map(({ to }) => to))];
  const judge = judgeBetween(first, last, packetsOf([...first, ...last], filters));
  return {
    fixed: fixed.flatMap(({ number }) => number ?? []),
    room: profile.attachmentsPerSource - fixed.length,
    numbers: profile.numbers,
    harmOf: (settings) => judge(worldOf(settings)),
  };
}

const toSession = ({ filter, number }: Settings, theirs: Session['theirs']): Session => ({ filter, number, theirs });

/** One packet of each kind that the sessions' filters tell apart. */
function packetsOf(sessions: readonly Session[], filters: Filters): readonly Packet[] {
  const ids = [...new Set(sessions.map(({ filter }) => filter))].sort((a, b) => compare(a ?? '', b ?? ''));
  return verdictsOf(ids, filters).map((verdicts) => new Map(ids.map((id, at) => [id, verdicts[at] ?? 'none'])));
}

function toStep({ mover, from, to }: Move<Part>): Step {
  switch (mover.kind) {
    case 'create':
      return { kind: 'create', wish: mover.wish, to: mover.to };
    case 'remove':
      return { kind: 'remove', attachment: mover.attachment, from: from ?? mover.from, because: mover.because };
    case 'change':
      return {
        kind: 'change',
        wish: mover.wish,
        attachment: mover.attachment,
        from: from ?? mover.from,
        to: to ?? mover.to,
      };
  }
}
