import type { Plan, TripName } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Instant, NonEmpty, SourceId, Subject } from '../words.ts';
import type { Work } from '../work.ts';
import { chunksOf, groupBy } from './group-by.ts';
import { seenIn } from './seen.ts';

/**
 * Sources per message. Fifty ARM ids of the longest kind stay below the 48 KiB that a storage queue leaves for a message
 * (https://learn.microsoft.com/azure/storage/queues/scalability-targets), and one Lambda applies them well within its time.
 */
const SOURCES_PER_CHUNK = 50;

/** Who asked, and since when. */
export interface Origin {
  readonly correlation: string;
  readonly since: Instant;
}

/**
 * What a plan of a scope changes, as work for the bulk queue. Each piece may disrupt what this plan disrupts there and
 * nothing else: what the guard withheld from the whole must not slip through in pieces that are each below a limit.
 */
export function toChunks(deps: Deps, plan: Plan, lift: readonly TripName[], origin: Origin): readonly Work[] {
  const { scope, changes, rulesVersion } = plan;
  const { correlation, since } = origin;
  const bySource = [...groupBy(changes, ({ source }) => source).values()];
  return chunksOf(bySource, SOURCES_PER_CHUNK).map((chunk): Work => {
    const seen = seenIn(deps, chunk.flat(), rulesVersion);
    const [first, ...others] = chunk;
    const subjects = [toSubject(first), ...others.map(toSubject)] as const;
    return { kind: 'look', scope, subjects, run: { kind: 'enforce', seen, lift }, correlation, since };
  });
}

const toSubject = ([{ source }]: NonEmpty<{ readonly source: SourceId }>): Subject => ({ kind: 'source', id: source });
