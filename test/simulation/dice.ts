/** Repeatable draws (mulberry32). */
export interface Dice {
  /** From 0 up to and without 1. */
  next(): number;
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item | undefined;
  /** Dice of their own: however often they are thrown, these fall as they would have. */
  fork(): Dice;
}

export function seededDice(seed: number): Dice {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const fork = (): Dice => seededDice(Math.floor(next() * 4_294_967_296));
  return { next, below, pick: (items) => items[below(items.length)], fork };
}

/** Other seeds than a test's own, and more of them: TAPKEEPER_SEEDS=1,2,3. A failure names its own. */
export const OTHER_SEEDS = process.env['TAPKEEPER_SEEDS']?.split(',').map(Number) ?? null;
