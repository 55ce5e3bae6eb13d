import type { AttachmentId, Incompleteness, InventoryKind } from '../words.ts';
import type { Change, Plan } from './change.ts';

/** What is left of ours in a scope. */
export interface Rest {
  /** `unknown`: not all of it could be read. */
  readonly kind: 'none' | 'some' | 'unknown';
  /** What was read of it, sorted. */
  readonly attachments: readonly AttachmentId[];
}

/** Without these nobody can tell whether anything of ours is left, or take it away. */
const DECISIVE: readonly InventoryKind[] = ['attachments', 'sources', 'machines'];

/** What a plan leaves that aims at nothing being left: all of ours that was read is either to be detached or held. */
export function restOf({ changes, holds }: Plan, incomplete: readonly Incompleteness[]): Rest {
  const attachments = [
    ...new Set([...changes.flatMap(changedBy), ...holds.flatMap(({ keeps }) => keeps ?? [])]),
  ].sort();
  if (incomplete.some(({ kind }) => DECISIVE.includes(kind))) return { kind: 'unknown', attachments };
  return { kind: attachments.length === 0 ? 'none' : 'some', attachments };
}

/** The attachment of ours that a change is about; none when it is to be created. */
export const changedBy = (change: Change): readonly AttachmentId[] =>
  change.kind === 'attach' ? [] : [change.attachment];
