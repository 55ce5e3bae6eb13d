import type { Attachment, Settings } from '../words.ts';
import { numberOf, type Wish } from './wishes.ts';

/** Which of our attachments is which wish. */
export interface Matching {
  readonly of: ReadonlyMap<Wish, Attachment>;
  /** Ours that are no wish. */
  readonly rest: readonly Attachment[];
}

/** Numbers that others have on the source. */
type Theirs = ReadonlySet<number | null>;

type Likeness = (settings: Settings, wish: Wish, theirs: Theirs) => boolean;

/**
 * From the surest sign to the weakest: the same target through the same filter, the same target, the same number. Each sign
 * is tried for all wishes before a weaker one is tried for any, so that no wish takes what is plainly another's.
 * A destination that could never serve here has only the first ones. A session that had to move aside is known by having the
 * next number of ours where others have the wished one. On Azure the number is empty and pairs what is left: an interface has
 * one TAP configuration, which is moved, not remade.
 */
const SIGNS: readonly Likeness[] = [
  (settings, { to }) =>
    settings.target === to?.target && settings.filter === to.filter && settings.number === to.number,
  (settings, { to }) => settings.target === to?.target && settings.filter === to.filter,
  (settings, { to }) => settings.target === to?.target,
  (settings, { destination, hold }) =>
    hold?.code !== 'out-of-reach' &&
    settings.number === (destination.cloud === 'aws' ? destination.sessionNumber : null),
  ({ number }, wish, theirs) => wish.hold?.code !== 'out-of-reach' && isMovedAside(number, wish, theirs),
];

/** Whether it is the next number after a wish's, with none but others' from there on. */
function isMovedAside(number: number | null, wish: Wish, theirs: Theirs): boolean {
  let next = numberOf(wish);
  while (theirs.has(next)) next++;
  return number === next && next !== numberOf(wish);
}

export function match(wishes: readonly Wish[], ours: readonly Attachment[], others: readonly Attachment[]): Matching {
  const theirs = new Set(others.map(({ settings }) => settings.number));
  const of = new Map<Wish, Attachment>();
  const rest = new Set(ours);
  for (const isLike of SIGNS) {
    for (const wish of wishes) {
      if (of.has(wish)) continue;
      const found = [...rest].find(({ settings }) => isLike(settings, wish, theirs));
      if (found === undefined) continue;
      of.set(wish, found);
      rest.delete(found);
    }
  }
  return { of, rest: [...rest] };
}
