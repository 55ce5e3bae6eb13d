import type { DetachCode } from '../../reason.ts';
import type { Attachment, Settings } from '../../words.ts';
import { compare } from '../canonical.ts';
import { verdictsOf, type Filters } from '../coverage.ts';
import type { Wish } from '../wishes.ts';
import { isHarmless, isLess, judgeBetween, type Packet, type Session } from './harm.ts';
import { partsOf, recast, type Part, type Parting } from './pair.ts';
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
  /** Whether ours may be moved to other targets, if that is what it takes to lose no packet. */
  readonly mayRecast: boolean;
}

/** Calls beside those that are needed: with two, whatever can be had by putting aside is had. */
const MOST_SPARE = 2;

/**
 * The steps of one source in an order in which the cloud takes every one (never more attachments than it allows, never two on
 * one number) and in which no packet that is mirrored before and after is lost in between, nor one of others' taken.
 *
 * | tried in this order, until no step does harm | |
 * |---|---|
 * | each change once, in whatever order | what comes goes before what leaves where both will do |
 * | with a call more, then with two | two that swap numbers go through a free one beside |
 * | the same with other parts | ours all bear one mark: any of them becomes any wish, by a retarget; not where the guard is in the way |
 *
 * A retarget is a disruption and another call is not, so a longer way with fewer retargets comes first.
 *
 * Not every change can be had without loss. Two sessions of which one goes from {p, q} to {p, r} and the other from {r, s} to
 * {q, s}, with no room for a third, lose q or r (or p or s, by a retarget) whatever is done first. Then the way that hides the
 * fewest kinds of packets for the fewest steps is taken: what the rules ask for is not withheld for a moment's loss.
 */
export function orderSteps(course: Course): readonly Step[] {
  const parts = partsOf(course);
  if (parts.length < 2) return parts.map((mover) => toStep({ mover, from: mover.from, to: mover.to }));
  const ground = groundOf(parts, course);
  const route = findLeastHarm(parts, ground, course);
  return route.moves.map(toStep);
}

function findLeastHarm(parts: readonly Part[], ground: Ground, { mayRecast, profile }: Course): Route<Part> {
  let least: Route<Part> | null = null;
  for (const cast of castsOf()) {
    for (let spare = 0; spare <= MOST_SPARE; spare++) {
      const route = findRoute(cast, spare, ground);
      if (route === null || (least !== null && !isLess(route.harm, least.harm))) continue;
      least = route;
      if (isHarmless(least.harm)) return least;
    }
  }
  // Three sessions are too few to close a number in on both sides and leave two of ours to swap.
  if (least === null) throw new Error('steps that wait for nothing: the slots were given out twice');
  return least;

  function* castsOf(): Generator<readonly Part[]> {
    yield parts;
    if (mayRecast) yield* recast(parts, profile);
  }
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
