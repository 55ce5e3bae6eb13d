import type { Occasion } from './failures.ts';

/**
 * What befalls an answer on its way.
 * - `unheard`: the connection ends before the call is read;
 * - `unanswered`: the call is done, and the connection ends without an answer;
 * - `cut-off`: the connection ends in the middle of the body;
 * - `not-json`: the body is not what it says it is, as a proxy's page;
 * - `late`: it takes so long.
 */
export type Mishap =
  | { readonly kind: 'unheard' | 'unanswered' | 'cut-off' | 'not-json' }
  | { readonly kind: 'late'; readonly delayMs: number };

/** What happens to answers on demand. */
export interface Mishaps {
  /** Befalls the next answers to calls of an action; that of a poll is `operations/read`. */
  befallNext(action: string, mishap: Mishap, times?: number): void;
  /** Asks about every answer that nothing was ordered for; `null`: no more. */
  befall(draw: ((occasion: Occasion) => Mishap | null) | null): void;
}

export interface OrderedMishaps extends Mishaps {
  takeMishap(occasion: Occasion): Mishap | null;
}

export function newMishaps(): OrderedMishaps {
  const ordered: { readonly action: string; readonly mishap: Mishap }[] = [];
  let drawn: ((occasion: Occasion) => Mishap | null) | null = null;
  return {
    befallNext(action, mishap, times = 1) {
      for (let left = times; left > 0; left -= 1) ordered.push({ action, mishap });
    },
    befall: (draw) => void (drawn = draw),
    takeMishap(occasion) {
      const index = ordered.findIndex(({ action }) => action.toLowerCase() === occasion.action.toLowerCase());
      if (index >= 0) return ordered.splice(index, 1)[0]?.mishap ?? null;
      return drawn?.(occasion) ?? null;
    },
  };
}
