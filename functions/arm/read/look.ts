import type { AttachmentId, TargetId } from '../../../shared/words.ts';
import { findTap } from '../destinations/tap.ts';
import { CALLS } from '../permissions.ts';
import type { Exchange } from '../traffic/wire.ts';
import { findAttachment } from './convert.ts';
import { readOne } from './pages.ts';

/** What stands in the place of a TAP configuration. */
export type Look =
  | { readonly kind: 'absent' }
  /** It is provisioned and points there. */
  | { readonly kind: 'ready'; readonly target: TargetId }
  | { readonly kind: 'failed'; readonly target: TargetId }
  /** It is being written or deleted. */
  | { readonly kind: 'changing' }
  | { readonly kind: 'unread' };

export async function lookAt(exchange: Exchange, id: AttachmentId): Promise<Look> {
  const read = await readOne(exchange, CALLS.getTapConfiguration, id);
  if (read.kind === 'absent') return { kind: 'absent' };
  const attachment = read.kind === 'found' ? findAttachment(read.body) : null;
  if (attachment === null) return { kind: 'unread' };
  const { state, settings } = attachment;
  return state === 'ready' || state === 'failed' ? { kind: state, target: settings.target } : { kind: 'changing' };
}

/** Whether a VTAP lists a TAP configuration: what it does not list is not mirrored, however it is provisioned. */
export async function isListed(exchange: Exchange, target: TargetId, id: AttachmentId): Promise<boolean> {
  const read = await readOne(exchange, CALLS.getTap, target);
  return read.kind === 'found' && findTap(read.body)?.lists.has(id) === true;
}
