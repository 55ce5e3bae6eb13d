import { findOwner } from './ids.ts';
import type { Mark, Owner, Tags } from './words.ts';

/**
 * The mark of ownership is written by the very call that creates an attachment and says owner and version, nothing else:
 * what is in it could never be changed without writing to every attachment.
 */
export const OWNER_TAG = 'tapkeeper:owner';
export const MARK_TAG = 'tapkeeper:mark';
export const MARK_VERSION = 'v1';

/** The tags that a traffic mirror session of ours bears. */
export const toMarkTags = (owner: Owner): Tags => ({ [OWNER_TAG]: owner, [MARK_TAG]: MARK_VERSION });

/** The mark that a session's tags make, or `null`: a thing that merely looks like ours is others'. */
export function findMarkInTags(tags: Tags): Mark | null {
  if (!Object.hasOwn(tags, OWNER_TAG) || !Object.hasOwn(tags, MARK_TAG) || tags[MARK_TAG] !== MARK_VERSION) return null;
  const owner = findOwner(tags[OWNER_TAG] ?? '');
  return owner === null ? null : { owner, version: MARK_VERSION };
}

/** The name that a TAP configuration of ours bears: it has no tags. */
export const toMarkName = (owner: Owner): string => `tapkeeper-${MARK_VERSION}-${owner}`;

/** The mark that a TAP configuration's name makes, or `null`. Azure names are case-insensitive. */
export function findMarkInName(name: string): Mark | null {
  const prefix = `tapkeeper-${MARK_VERSION}-`;
  const folded = name.toLowerCase();
  if (!folded.startsWith(prefix)) return null;
  const owner = findOwner(folded.slice(prefix.length));
  return owner === null ? null : { owner, version: MARK_VERSION };
}
