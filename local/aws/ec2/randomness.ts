/** Random draws in [0, 1), injected so that a run can be repeated. */
export type Random = () => number;

const HEX = '0123456789abcdef';

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => HEX.charAt(Math.floor(random() * HEX.length))).join('');

/** A resource id as EC2 makes them: a prefix and 17 hexadecimal digits. */
export const newResourceId = (random: Random, prefix: string): string => `${prefix}-0${digits(random, 16)}`;

/** A version 4 UUID, as request ids and event ids are. */
export const newUuid = (random: Random): string =>
  `${digits(random, 8)}-${digits(random, 4)}-4${digits(random, 3)}-a${digits(random, 3)}-${digits(random, 12)}`;

/** A locally administered MAC address, with the first octet that EC2 uses. */
export const newMac = (random: Random): string => `12:${Array.from({ length: 5 }, () => digits(random, 2)).join(':')}`;

/** A whole number of [from, to]. */
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));
