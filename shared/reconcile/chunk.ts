import type { Change, Plan, Run } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Cloud, Instant, NonEmpty, SourceId, Subject } from '../words.ts';
import type { Work } from '../work.ts';
import { chunksOf, groupBy } from '../group-by.ts';
import { seenIn } from './permission.ts';

/**
 * Sources per message. Of sixty-six a batch of messages makes groups of 198, which one filter of a describe call takes (200 values,
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html), and a Lambda applies ten messages in half its time. A TAP configuration takes up to a minute, so on
 * Azure a message holds what one invocation can see through, and its ARM ids stay far below the 48 KiB of a message
 * (https://learn.microsoft.com/azure/storage/queues/scalability-targets).
 */
const SOURCES_PER_CHUNK: Readonly<Record<Cloud, number>> = { aws: 66, azure: 10 };

/** Who asked, and since when. */
export interface Origin {
  readonly correlation: string;
  readonly since: Instant;
}

/** Changes, source by source, in pieces for a message each. */
export const cutChunks = (cloud: Cloud, bySource: readonly NonEmpty<Change>[]): readonly NonEmpty<NonEmpty<Change>>[] =>
  chunksOf(bySource, SOURCES_PER_CHUNK[cloud]);

/** The sources of a chunk, to be looked at. */
export function subjectsOf([first, ...others]: NonEmpty<NonEmpty<Change>>): NonEmpty<Subject> {
  return [toSubject(first), ...others.map(toSubject)];
}

/** What an accepted plan does in one scope, or what is left of it. */
export type Undone = Pick<Plan, 'scope' | 'rulesVersion' | 'changes'>;

/**
 * What is to be done in a scope, as work for the bulk queue. Each piece may disrupt what the plan disrupts there and
 * nothing else: what the guard withheld from the whole must not slip through in pieces that are each below a limit.
 */
export function toChunks(deps: Deps, undone: Undone, origin: Origin): readonly Work[] {
  const { scope, changes, rulesVersion } = undone;
  const { correlation, since } = origin;
  const bySource = [...groupBy(changes, ({ source }) => source).values()];
  return cutChunks(scope.cloud, bySource).map((chunk): Work => {
    const run: Run = { kind: 'enforce', seen: seenIn(deps, chunk.flat(), rulesVersion), lift: [] };
    return { kind: 'look', scope, subjects: subjectsOf(chunk), run, correlation, since, hook: null, isRestart: false };
  });
}

const toSubject = ([{ source }]: NonEmpty<{ readonly source: SourceId }>): Subject => ({ kind: 'source', id: source });
