import { toCanonicalJson } from '../plan/canonical.ts';
import type { Change } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Digest } from '../words.ts';

/** A change as one short text: an equal change has an equal mark, whoever plans it. */
export const markChange = ({ hash }: Pick<Deps, 'hash'>, change: Change): Digest =>
  hash(toCanonicalJson(change)) as Digest;
