import { toCanonicalJson } from '../plan/canonical.ts';
import type { Change } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Digest } from '../words.ts';

/** A change as one short text: an equal change has an equal mark, whoever plans it. */
export const markChange = ({ hash }: Pick<Deps, 'hash'>, change: Change): Digest =>
  hash(toCanonicalJson(change)) as Digest;

/** All that is to be done on one source, in order, as one mark. */
export const markChanges = ({ hash }: Pick<Deps, 'hash'>, changes: readonly Change[]): Digest =>
  hash(toCanonicalJson(changes)) as Digest;
