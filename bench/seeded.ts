/** Draws a number from 0 up to and without `below`. */
export type Pick = (below: number) => number;

/** The same draws in every run (a linear congruential generator). */
export function seeded(seed: number): Pick {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
