/** A number from 0 (included) to 1 (excluded), as `Math.random` gives. */
export type Random = () => number;

/** The same numbers for the same seed (mulberry32), so that ids and signatures of a test repeat. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Text that looks like base64url-encoded bytes. */
export const opaqueText = (random: Random, length: number): string =>
  Array.from({ length }, () => BASE64URL.charAt(Math.floor(random() * BASE64URL.length))).join('');

/** A random GUID, lower-cased. */
export function newGuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = '4';
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), `a${text.slice(17, 20)}`, text.slice(20)].join('-');
}
