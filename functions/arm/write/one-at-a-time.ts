import type { Change } from '../../../shared/plan/change.ts';
import type { Lane, Outcome } from '../../../shared/ports.ts';
import type { Owner, SourceId } from '../../../shared/words.ts';

type Apply = (change: Change, owner: Owner, lane: Lane, endsAtMs: number | null) => Promise<Outcome>;

interface Going {
  readonly outcome: Promise<Outcome>;
  readonly endsAtMs: number | null;
}

/**
 * Applies at most one change to an interface at a time. Two messages about one new machine, of its own and of its
 * interface, read before either writes; the second one waits for the first and is told of a conflict, so that it reads again
 * and finds nothing left to do. A second write would interrupt the machine once more for nothing.
 *
 * It holds within one process. Across processes Azure refuses the second write while the first goes on, and whoever was
 * refused looks before writing again.
 */
export function oneAtATime(apply: Apply): Apply {
  const writing = new Map<SourceId, Going>();
  return async (change, owner, lane, endsAtMs) => {
    const other = writing.get(change.source);
    if (other !== undefined) {
      // What may go on for longer than this process has time is not waited for: its message comes back.
      if (isOverBy(other, endsAtMs)) await other.outcome;
      return { kind: 'conflict', change, detail: `${change.source} was being written for another message` };
    }
    const outcome = apply(change, owner, lane, endsAtMs).finally(() => writing.delete(change.source));
    writing.set(change.source, { outcome, endsAtMs });
    return outcome;
  };
}

const isOverBy = (other: Going, endsAtMs: number | null): boolean =>
  endsAtMs === null || (other.endsAtMs !== null && other.endsAtMs <= endsAtMs);
