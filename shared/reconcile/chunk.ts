import type { Change, Run } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { Cloud, Instant, NonEmpty, RulesVersion, SourceId, Subject, World } from '../words.ts';
import type { Work } from '../work.ts';
import type { Look } from './batch/look-group.ts';
import { chunksOf, groupBy } from '../group-by.ts';
import { interruptibleIn } from './interruptible.ts';
import { seenIn } from './permission.ts';

/**
 * Sources per message. Of sixty-six a batch of messages makes groups of 198, which one filter of a describe call takes (200 values,
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html), and a Lambda applies ten messages in half its time.
 *
 * On Azure a change that interrupts takes up to a minute and waits for its turn, so a message holds what one invocation can see
 * through. Of others it holds a hundred, for which the subscription is listed once; their ARM ids stay below the 48 KiB of a
 * message (https://learn.microsoft.com/azure/storage/queues/scalability-targets).
 */
const SOURCES_PER_CHUNK: Readonly<Record<Cloud, { readonly interrupting: number; readonly others: number }>> = {
  aws: { interrupting: 66, others: 66 },
  azure: { interrupting: 10, others: 100 },
};

/** Who asked, and since when. */
export interface Origin {
  readonly correlation: string;
  readonly since: Instant;
}

/** Who allowed it, beside. */
export interface Asker extends Origin {
  readonly askedBy: Look['askedBy'];
}

/** Changes, source by source, in pieces for a message each: what waits for its turn keeps nothing else waiting. */
export function cutChunks(world: World, bySource: readonly NonEmpty<Change>[]): readonly NonEmpty<NonEmpty<Change>>[] {
  const { interrupting, others } = SOURCES_PER_CHUNK[world.scope.cloud];
  const interruptible = interruptibleIn(world);
  const isInterrupting = ([{ source }]: NonEmpty<Change>): boolean => interruptible.has(source);
  const beside = bySource.filter((changes) => !isInterrupting(changes));
  return [...chunksOf(beside, others), ...chunksOf(bySource.filter(isInterrupting), interrupting)];
}

/** The sources of a chunk, to be looked at. */
export function subjectsOf([first, ...others]: NonEmpty<NonEmpty<Change>>): NonEmpty<Subject> {
  return [toSubject(first), ...others.map(toSubject)];
}

/** What an accepted plan does in one scope, or what is left of it. */
export interface Undone {
  readonly world: World;
  readonly rulesVersion: RulesVersion;
  readonly changes: readonly Change[];
}

/**
 * What is to be done in a scope, as work for the bulk queue. Each piece may disrupt what the plan disrupts there and
 * nothing else: what the guard withheld from the whole must not slip through in pieces that are each below a limit.
 */
export function toChunks(deps: Deps, undone: Undone, asker: Asker): readonly Work[] {
  const { world, changes, rulesVersion } = undone;
  const { scope } = world;
  const { correlation, since, askedBy } = asker;
  const bySource = [...groupBy(changes, ({ source }) => source).values()];
  return cutChunks(world, bySource).map((chunk): Work => {
    const run: Run = { kind: 'enforce', seen: seenIn(deps, chunk.flat(), rulesVersion), lift: [] };
    const subjects = subjectsOf(chunk);
    const asked = { correlation, since, askedBy };
    return { kind: 'look', scope, subjects, run, ...asked, hook: null, isRestart: false, waiting: [] };
  });
}

const toSubject = ([{ source }]: NonEmpty<{ readonly source: SourceId }>): Subject => ({ kind: 'source', id: source });
