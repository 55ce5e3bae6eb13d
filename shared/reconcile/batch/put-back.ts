import type { Change } from '../../plan/change.ts';
import type { Deps } from '../../ports.ts';
import type { NonEmpty } from '../../words.ts';
import type { Work } from '../../work.ts';
import { TURN_AGAIN_SECONDS } from '../apply/restraint.ts';
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
/** As long as what a sweep hands on may take: what has had no turn by then, the next sweep finds again. */
const WAITED_MS = 900_000;

const isForgotten = ({ run, since }: Look, nowMs: number): boolean =>
  run !== null && nowMs - Date.parse(since) > FORGOTTEN_MS;

const hasWaited = ({ since }: Look, nowMs: number): boolean => nowMs - Date.parse(since) > WAITED_MS;

/** What a run left, and who asked for it. */
interface Asked extends Origin {
  readonly changes: NonEmpty<Change>;
}

/** Sources that go back to the queue. */
interface Rest {
  readonly bySource: readonly NonEmpty<Change>[];
  readonly delaySeconds: number;
  /** Whether whoever asked for it comes back anyway. */
  readonly comesBack: (work: Look) => boolean;
  /** Whether what was asked for so long ago is left to the sweeps. */
  readonly isGivenUp: (work: Look) => boolean;
}

/** Whether work comes back anyway, with what the brake left of it, and with what waits in it. */
export interface Returns {
  readonly left: (work: Look) => boolean;
  readonly waits: (work: Look) => boolean;
}

/**
 * Puts what a run left back on its queue, unless those that asked for it come back anyway: the same identities under the same
 * permission, as far as it is about them.
 * @throws Fault what the queue said.
 */
export async function putBackRest(deps: Deps, group: LookGroup, progress: Progress, comesBack: Returns): Promise<void> {
  const nowMs = deps.clock.now();
  const { left, waits } = progress;
  await putBack(deps, group, progress, {
    bySource: left,
    delaySeconds: pauseOf(progress),
    comesBack: comesBack.left,
    isGivenUp: (work) => isForgotten(work, nowMs),
  });
  await putBack(deps, group, progress, {
    bySource: waits.filter(({ hold }) => hold.code !== 'settling').map(({ changes }) => changes),
    delaySeconds: TURN_AGAIN_SECONDS[laneOf(group.run)],
    comesBack: comesBack.waits,
    isGivenUp: (work) => hasWaited(work, nowMs),
  });
}

async function putBack(deps: Deps, group: LookGroup, { plan, world }: Progress, rest: Rest): Promise<void> {
  const { scope, run } = group;
  const { bySource, delaySeconds } = rest;
  if (plan === null || world === null || bySource.length === 0) return;
  const asked = bySource.flatMap((changes) => findAsker(group, changes, rest));
  const byOrigin = groupBy(asked, ({ correlation, since }) => `${correlation} ${since}`);
  const [first, ...others] = [...byOrigin.values()].flatMap((together) => {
    const [{ correlation, since }] = together;
    const chunks = cutChunks(
      world,
      together.map(({ changes }) => changes),
    );
    return chunks.map((chunk): Work => {
      const narrow = narrowTo(deps, run, chunk.flat(), plan.rulesVersion);
      const subjects = subjectsOf(chunk);
      return { kind: 'look', scope, subjects, run: narrow, correlation, since, hook: null, isRestart: false };
    });
  });
  if (first !== undefined) await deps.queues.send(laneOf(run), [first, ...others], delaySeconds);
  recordContinued(deps, { correlation: group.items[0].work.correlation, scope }, bySource.length);
}

function findAsker(group: LookGroup, changes: NonEmpty<Change>, { comesBack, isGivenUp }: Rest): readonly Asked[] {
  const works = itemsAbout(group, changes[0]).map(({ work }) => work);
  const first = works.some(comesBack) ? undefined : works.find((work) => !isGivenUp(work));
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
