import { toInstant } from '../../shared/ids.ts';
import type { Instant } from '../../shared/words.ts';
import type { Lease } from './leases.ts';

/** Who has a unit, or had it last. Names of metadata have no capitals: storage folds them. */
type Marks = Readonly<Record<'by' | 'at' | 'otherat' | 'state', string | undefined>>;

/** What is written on the blob of a unit. */
export interface UnitMark {
  readonly process: string;
  readonly nowMs: number;
}

/**
 * Writes down whose turn it is.
 * @returns Until when another process last had a turn; one that never said that it was over may have had it until now.
 */
export async function markTaken({ blob, id }: Lease, { process, nowMs }: UnitMark): Promise<Instant | null> {
  const conditions = { leaseId: id };
  const { metadata = {} } = await blob.getProperties({ conditions });
  const other = findOther(metadata as Marks, process, toInstant(nowMs));
  await blob.setMetadata(toMetadata(process, nowMs, other, 'held'), { conditions });
  return other;
}

/** Writes down that the turn is over. Never throws: without it, whoever comes next reads once more. */
export async function markOver(
  { blob, id }: Lease,
  { process, nowMs }: UnitMark,
  other: Instant | null,
): Promise<void> {
  const metadata = toMetadata(process, nowMs, other, 'over');
  await blob.setMetadata(metadata, { conditions: { leaseId: id } }).catch(() => undefined);
}

/** Own turns do not count, so the latest turn of somebody else is carried along by every turn of one's own. */
function findOther({ by, at, otherat, state }: Marks, process: string, now: Instant): Instant | null {
  if (by === process) return (otherat ?? null) as Instant | null;
  if (by === undefined || at === undefined) return null;
  return state === 'over' ? (at as Instant) : now;
}

function toMetadata(process: string, nowMs: number, other: Instant | null, state: string): Record<string, string> {
  return { by: process, at: toInstant(nowMs), state, ...(other === null ? {} : { otherat: other }) };
}
