import type { Attachment, Settings } from '../words.ts';
import type { Wish } from './wishes.ts';

/** Which of our attachments is which wish. */
export interface Matching {
  readonly of: ReadonlyMap<Wish, Attachment>;
  /** Ours that are no wish. */
  readonly rest: readonly Attachment[];
}

type Likeness = (settings: Settings, wish: Wish) => boolean;

/**
 * From the surest sign to the weakest: the same target through the same filter, the same target, the same number. Each sign
 * is tried for all wishes before a weaker one is tried for any, so that no wish takes what is plainly another's.
 * A destination that could never serve here has only the first ones. On Azure the last sign is empty and pairs what is left: an interface has one TAP configuration, which is moved, not remade.
 */
const SIGNS: readonly Likeness[] = [
  (settings, { to }) =>
    settings.target === to?.target && settings.filter === to.filter && settings.number === to.number,
  (settings, { to }) => settings.target === to?.target && settings.filter === to.filter,
  (settings, { to }) => settings.target === to?.target,
  (settings, { destination, hold }) =>
    hold?.code !== 'out-of-reach' &&
    settings.number === (destination.cloud === 'aws' ? destination.sessionNumber : null),
];

export function match(wishes: readonly Wish[], ours: readonly Attachment[]): Matching {
  const of = new Map<Wish, Attachment>();
  const rest = new Set(ours);
  for (const isLike of SIGNS) {
    for (const wish of wishes) {
      if (of.has(wish)) continue;
      const found = [...rest].find(({ settings }) => isLike(settings, wish));
      if (found === undefined) continue;
      of.set(wish, found);
      rest.delete(found);
    }
  }
  return { of, rest: [...rest] };
}
