import type { Change } from '../../plan/change.ts';
import type { Deps } from '../../ports.ts';
import type { Digest, NonEmpty } from '../../words.ts';
import type { Work } from '../../work.ts';
import type { Wait } from '../apply.ts';
import { turnAgainSeconds } from '../apply/turn-limits.ts';
import type { Asker } from '../chunk.ts';
import { cutChunks, subjectsOf } from '../chunk.ts';
import type { Progress } from '../converge.ts';
import { pauseOf } from '../converge.ts';
import { groupBy } from '../../group-by.ts';
import { markChange } from '../marks.ts';
import { laneOf } from '../order.ts';
import { narrowTo } from '../permission.ts';
import { recordContinued, recordFault } from '../record.ts';
import { toScopeKey } from '../scope.ts';
import { type About, isAbout } from '../subjects.ts';
import { isForgotten, isGivenUp } from './forgetting.ts';
import type { Look, LookGroup } from './look-group.ts';
import { itemsAbout } from './look-group.ts';

/** What a run left, and who asked for it. */
interface Asked extends Asker {
  readonly changes: NonEmpty<Change>;
  readonly delaySeconds: number;
}

/** Sources that go back to the queue. */
interface Rest {
  readonly bySource: readonly NonEmpty<Change>[];
  readonly delayOf: (work: Look) => number;
  /** Whether whoever asked for it comes back anyway. */
  readonly comesBack: (work: Look) => boolean;
  /** Whether what was asked for so long ago is left to the sweeps. */
  readonly isGivenUp: (work: Look) => boolean;
  /** What its messages say that it waits with for its turn. */
  readonly waitingWith: (changes: readonly Change[]) => readonly Digest[];
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
  const lane = laneOf(group.run);
  await putBack(deps, group, progress, {
    bySource: progress.left,
    delayOf: () => pauseOf(progress),
    comesBack: comesBack.left,
    isGivenUp: (work) => isForgotten(work, nowMs),
    waitingWith: () => [],
  });
  const isSettling = ({ hold }: Wait): boolean => hold.code === 'settling';
  const settling = group.run === null ? [] : progress.waits.filter(isSettling);
  for (const together of groupBy(settling, ({ seconds }) => String(seconds)).values()) {
    await putBack(deps, group, progress, {
      bySource: together.map(({ changes }) => changes),
      delayOf: () => together[0].seconds,
      comesBack: comesBack.waits,
      isGivenUp: (work) => isGivenUp(work, nowMs),
      waitingWith: () => [],
    });
  }
  await putBackClosed(deps, group, progress, comesBack);
  const waits = progress.waits.filter((wait) => !isSettling(wait));
  await putBack(deps, group, progress, {
    bySource: waits.map(({ changes }) => changes),
    delayOf: ({ since }) => turnAgainSeconds(lane, nowMs - Date.parse(since)),
    comesBack: comesBack.waits,
    isGivenUp: (work) => isGivenUp(work, nowMs),
    waitingWith: (changes) => changes.map((change) => markChange(deps, change)),
  });
  for (const wait of waits) recordGivenUpWait(deps, group, wait, { comesBack: comesBack.waits, nowMs });
}

/** How long what a person allowed is left alone when the window is over. */
const CLOSED_AGAIN_SECONDS = 900;

/** No sweep may do what a person lifted, so that it waits for the next window itself, if that opens before it is forgotten. */
async function putBackClosed(deps: Deps, group: LookGroup, { holds }: Progress, { waits }: Returns): Promise<void> {
  if (group.askedBy !== 'person') return;
  const nowMs = deps.clock.now();
  const closed = holds.filter(({ code }) => code === 'outside-window');
  const [first, ...others] = group.items.flatMap(({ work }): readonly Work[] => {
    const [one, ...more] = work.subjects.filter((subject) => closed.some((hold) => isAbout(hold, subject)));
    if (one === undefined || waits(work) || isForgotten(work, nowMs)) return [];
    return [{ ...work, subjects: [one, ...more], waiting: [] }];
  });
  if (first !== undefined) await deps.queues.send(laneOf(group.run), [first, ...others], CLOSED_AGAIN_SECONDS);
}

async function putBack(deps: Deps, group: LookGroup, { plan, world }: Progress, rest: Rest): Promise<void> {
  const { scope, run } = group;
  if (plan === null || world === null) return;
  const asked = rest.bySource.flatMap((changes) => findAsker(group, changes, rest));
  const together = groupBy(asked, ({ correlation, since, delaySeconds }) => `${delaySeconds} ${since} ${correlation}`);
  for (const some of together.values()) {
    const [{ correlation, since, askedBy, delaySeconds }] = some;
    const bySource = some.map(({ changes }) => changes);
    const [first, ...others] = cutChunks(world, bySource).map((chunk): Work => {
      const changes = chunk.flat();
      const narrow = narrowTo(deps, run, changes, plan.rulesVersion);
      const asker = { correlation, since, askedBy, hook: null, isRestart: false };
      const waiting = rest.waitingWith(changes);
      return { kind: 'look', scope, subjects: subjectsOf(chunk), run: narrow, ...asker, waiting };
    });
    if (first !== undefined) await deps.queues.send(laneOf(run), [first, ...others], delaySeconds);
  }
  const goOn = rest.bySource.filter(([first]) => !isAllGivenUp(group, first, rest)).length;
  if (goOn > 0) recordContinued(deps, { correlation: group.items[0].work.correlation, scope }, goOn);
}

function findAsker(group: LookGroup, changes: NonEmpty<Change>, rest: Rest): readonly Asked[] {
  const works = itemsAbout(group, changes[0]).map(({ work }) => work);
  const first = works.some(rest.comesBack) ? undefined : works.find((work) => !rest.isGivenUp(work));
  if (first === undefined) return [];
  const { correlation, since, askedBy } = first;
  return [{ changes, correlation, since, askedBy, delaySeconds: rest.delayOf(first) }];
}

/** Whether nobody who asked for it does so any longer. */
const isAllGivenUp = (
  group: LookGroup,
  about: About,
  { comesBack, isGivenUp }: Pick<Rest, 'comesBack' | 'isGivenUp'>,
) => itemsAbout(group, about).every(({ work }) => !comesBack(work) && isGivenUp(work));

interface GivingUp {
  readonly comesBack: (work: Look) => boolean;
  readonly nowMs: number;
}

/** What waited in silence does not end in it. */
function recordGivenUpWait(
  deps: Deps,
  group: LookGroup,
  { changes, hold }: Wait,
  { comesBack, nowMs }: GivingUp,
): void {
  if (!isAllGivenUp(group, changes[0], { comesBack, isGivenUp: (work) => isGivenUp(work, nowMs) })) return;
  const works = itemsAbout(group, changes[0]).map(({ work }) => work);
  const detail = `${hold.detail}; it has waited since ${works.map(({ since }) => since).sort()[0]} and is given up, ${NEXT[group.askedBy]}`;
  const { correlation } = group.items[0].work;
  deps.journal.write({ correlation, scope: group.scope, rulesVersion: null, kind: 'held', hold: { ...hold, detail } });
}

const NEXT: Readonly<Record<Look['askedBy'], string>> = {
  event: 'the next sweep finds it again',
  sweep: 'the next sweep finds it again',
  person: 'ask for it again',
};

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
