import type { Fault } from '../shared/fault.ts';
import type { InventoryKind, Scope, World } from '../shared/words.ts';

const KINDS: readonly InventoryKind[] = ['machines', 'sources', 'attachments', 'targets', 'filters'];

/**
 * What is known of a scope of which nothing could be read: that it is incomplete, in every kind. Not seen is not absent: a plan
 * of it changes nothing and says why, and one account's failure stops no other's.
 */
export const unreadWorld = (scope: Scope, { code, message }: Fault): World => ({
  scope,
  selection: { kind: 'everything' },
  machines: [],
  sources: [],
  attachments: [],
  targets: [],
  filters: [],
  incomplete: KINDS.map((kind) => ({ kind, why: `${code}: ${message}` })),
});
