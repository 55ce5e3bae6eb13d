import type { Change } from '../../plan/change.ts';
import type { Deps } from '../../ports.ts';
import type { NonEmpty } from '../../words.ts';
import type { Work } from '../../work.ts';
import type { Origin } from '../chunk.ts';
import { cutChunks, subjectsOf } from '../chunk.ts';
import type { Progress } from '../converge.ts';
import { pauseOf } from '../converge.ts';
import { groupBy } from '../../group-by.ts';
import { laneOf } from '../order.ts';
import { narrowTo } from '../permission.ts';
import { recordContinued, recordFault } from '../record.ts';
import { toScopeKey } from '../scope.ts';
import type { Look, LookGroup } from './look-group.ts';
import { itemsAbout } from './look-group.ts';

/**
 * Longer than any backfill takes. What a sweep found so long ago was found by the sweeps after it as well: put back again and
 * again, each of them would leave another copy in the queue.
 */
const FORGOTTEN_MS = 21_600_000;

const isForgotten = ({ run, since }: Look, nowMs: number): boolean =>
  run !== null && nowMs - Date.parse(since) > FORGOTTEN_MS;

/** What a run left, and who asked for it. */
interface Asked extends Origin {
  readonly changes: NonEmpty<Change>;
}

/**
 * Puts what a run left back on its queue, unless those that asked for it come back anyway: the same identities under the same
 * permission, as far as it is about them.
 * @throws Fault what the queue said.
 */
export async function putBackRest(
  deps: Deps,
  group: LookGroup,
  progress: Progress,
  comesBack: (work: Look) => boolean,
): Promise<void> {
  const { scope, run } = group;
  if (progress.plan === null || progress.left.length === 0) return;
  const { rulesVersion } = progress.plan;
  const nowMs = deps.clock.now();
  const isGivenUp = (work: Look): boolean => comesBack(work) || isForgotten(work, nowMs);
  const asked = progress.left.flatMap((changes) => findAsker(group, changes, isGivenUp));
  const byOrigin = groupBy(asked, ({ correlation, since }) => `${correlation} ${since}`);
  const [first, ...others] = [...byOrigin.values()].flatMap((together) => {
    const [{ correlation, since }] = together;
    const bySource = together.map(({ changes }) => changes);
    return cutChunks(scope.cloud, bySource).map((chunk): Work => {
      const narrow = narrowTo(deps, run, chunk.flat(), rulesVersion);
      return {
        kind: 'look',
        scope,
        subjects: subjectsOf(chunk),
        run: narrow,
        correlation,
        since,
        hook: null,
        isRestart: false,
      };
    });
  });
  if (first !== undefined) await deps.queues.send(laneOf(run), [first, ...others], pauseOf(progress));
  recordContinued(deps, { correlation: group.items[0].work.correlation, scope }, progress.left.length);
}

function findAsker(group: LookGroup, changes: NonEmpty<Change>, isGivenUp: (work: Look) => boolean): readonly Asked[] {
  const works = itemsAbout(group, changes[0]).map(({ work }) => work);
  const [first] = works.some(isGivenUp) ? [] : works;
  return first === undefined ? [] : [{ changes, correlation: first.correlation, since: first.since }];
}

/**
 * Puts a group that there was no time to begin back as it came. Never throws.
 * @returns The items to be delivered again, because the queue did not take them.
 */
export async function putBackGroup(deps: Deps, { scope, run, items, subjects }: LookGroup): Promise<readonly string[]> {
  const [first, ...others] = items;
  const about = { correlation: first.work.correlation, scope };
  try {
    await deps.queues.send(laneOf(run), [first.work, ...others.map(({ work }) => work)], 0);
    recordContinued(deps, about, subjects.length);
    return [];
  } catch (thrown) {
    recordFault(deps, about, thrown, `queueing what is left in ${toScopeKey(scope)}`);
    return items.map(({ id }) => id);
  }
}
