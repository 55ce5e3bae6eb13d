import type { Change, Run } from '../plan/change.ts';
import type { Deps } from '../ports.ts';
import type { NonEmpty, RulesVersion } from '../words.ts';
import type { Work } from '../work.ts';
import type { Origin } from './chunk.ts';
import { cutChunks, subjectsOf } from './chunk.ts';
import type { Progress } from './converge.ts';
import { groupBy } from './group-by.ts';
import type { Look, LookGroup } from './look-group.ts';
import { itemsAbout } from './look-group.ts';
import { laneOf } from './order.ts';
import { recordContinued } from './record.ts';
import { seenIn } from './seen.ts';

/** A throttled account is left alone until its buckets hold something again. */
const AFTER_THROTTLING_SECONDS = 5;

/** How long what was left waits: what ran out of time has waited enough. */
export const pauseOf = ({ leftBecause }: Progress): number =>
  leftBecause === 'throttled' ? AFTER_THROTTLING_SECONDS : 0;

/** What a run left, and who asked for it. */
interface Asked extends Origin {
  readonly changes: NonEmpty<Change>;
}

/**
 * Puts what a run left back on its queue, unless those that asked for it come back anyway: the same identities under the same
 * permission, as far as it is about them.
 * @throws Fault what the queue said.
 */
export async function continueLater(
  deps: Deps,
  group: LookGroup,
  progress: Progress,
  comesBack: (work: Look) => boolean,
): Promise<void> {
  const { scope, run } = group;
  if (progress.plan === null || progress.left.length === 0) return;
  const { rulesVersion } = progress.plan;
  const asked = progress.left.flatMap((changes) => findAsker(group, changes, comesBack));
  const byOrigin = groupBy(asked, ({ correlation, since }) => `${correlation} ${since}`);
  const [first, ...others] = [...byOrigin.values()].flatMap((together) => {
    const [{ correlation, since }] = together;
    const bySource = together.map(({ changes }) => changes);
    return cutChunks(scope.cloud, bySource).map((chunk): Work => {
      const narrow = narrowed(deps, run, chunk.flat(), rulesVersion);
      return { kind: 'look', scope, subjects: subjectsOf(chunk), run: narrow, correlation, since, hook: null };
    });
  });
  if (first !== undefined) await deps.queues.send(laneOf(run), [first, ...others], pauseOf(progress));
  recordContinued(deps, { correlation: group.items[0].work.correlation, scope }, progress.left.length);
}

function findAsker(group: LookGroup, changes: NonEmpty<Change>, comesBack: (work: Look) => boolean): readonly Asked[] {
  const works = itemsAbout(group, changes[0]).map(({ work }) => work);
  const [first] = works.some(comesBack) ? [] : works;
  return first === undefined ? [] : [{ changes, correlation: first.correlation, since: first.since }];
}

/** The permission for a part: a message holds so many digests at most, and needs those of its own sources only. */
function narrowed(deps: Deps, run: Run | null, changes: readonly Change[], version: RulesVersion): Run | null {
  if (run?.kind !== 'enforce' || run.seen === null) return run;
  const given = new Set(run.seen);
  return { ...run, seen: seenIn(deps, changes, version).filter((digest) => given.has(digest)) };
}

/**
 * Puts a group that was not begun back as it came.
 * @throws Fault what the queue said.
 */
export async function putBack(deps: Deps, group: LookGroup): Promise<void> {
  const [first, ...others] = group.items;
  await deps.queues.send(laneOf(group.run), [first.work, ...others.map(({ work }) => work)], 0);
  recordContinued(deps, { correlation: first.work.correlation, scope: group.scope }, group.subjects.length);
}
