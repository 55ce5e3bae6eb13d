import type { Plan } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Cloud, Instant, NonEmpty, SourceId, Subject } from '../words.ts';
import type { Work } from '../work.ts';
import { chunksOf, groupBy } from './group-by.ts';
import { seenIn } from './seen.ts';

/**
 * Sources per message. A Lambda applies fifty sessions well within its time. A TAP configuration takes up to a minute, so on
 * Azure a message holds what one invocation can see through, and its ARM ids stay far below the 48 KiB of a message
 * (https://learn.microsoft.com/azure/storage/queues/scalability-targets).
 */
const SOURCES_PER_CHUNK: Readonly<Record<Cloud, number>> = { aws: 50, azure: 10 };

/** Who asked, and since when. */
export interface Origin {
  readonly correlation: string;
  readonly since: Instant;
}

/**
 * What a plan of a scope changes, as work for the bulk queue. Each piece may disrupt what this plan disrupts there and
 * nothing else: what the guard withheld from the whole must not slip through in pieces that are each below a limit.
 */
export function toChunks(deps: Deps, plan: Plan, origin: Origin): readonly Work[] {
  const { scope, changes, rulesVersion } = plan;
  const { correlation, since } = origin;
  const bySource = [...groupBy(changes, ({ source }) => source).values()];
  return chunksOf(bySource, SOURCES_PER_CHUNK[scope.cloud]).map((chunk): Work => {
    const seen = seenIn(deps, chunk.flat(), rulesVersion);
    const [first, ...others] = chunk;
    const subjects = [toSubject(first), ...others.map(toSubject)] as const;
    return { kind: 'look', scope, subjects, run: { kind: 'enforce', seen, lift: [] }, correlation, since, hook: null };
  });
}

const toSubject = ([{ source }]: NonEmpty<{ readonly source: SourceId }>): Subject => ({ kind: 'source', id: source });
