import { toFault } from '../shared/fault.ts';
import { toInstant } from '../shared/ids.ts';
import { nameScope } from '../shared/print/plan-view.ts';
import { mapLimited } from '../shared/reconcile/map-limited.ts';
import { type Asked, study, type Task } from '../shared/reconcile/study.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import type { Io } from './io.ts';
import { namePlaces, type Place, PLACES_AT_A_TIME } from './live.ts';
import { planWorld } from './offline.ts';
import { withProgress } from './progress.ts';
import { unreadWorld } from './unread.ts';

/** What was read of one scope and is to be done there, with all that is needed to do it. */
export interface Prepared extends Asked {
  readonly place: Place;
  readonly task: Task;
  /** Whether anything could be read; where nothing could, the plan says why and has no change. */
  readonly isRead: boolean;
}

/** What is to be done in every place. */
export type Undertaking = Omit<Task, 'order'>;

/** Reads and plans each place. One that cannot be read stops none of the others: its plan has no change and says why. */
export const prepare = (places: readonly Place[], what: Undertaking, io: Io): Promise<readonly Prepared[]> =>
  withProgress(
    io,
    `reading ${namePlaces(places)}`,
    mapLimited(places, PLACES_AT_A_TIME, (place) => prepareOne(place, toTask(place, what), io)),
  );

/** Reads and plans one place, as {@link prepare}; never throws. */
export async function prepareOne(place: Place, task: Task, io: Io): Promise<Prepared> {
  const { deps, scope } = place;
  try {
    return { place, task, isRead: true, ...(await study(deps, task, task.order.selection)) };
  } catch (thrown) {
    const world = unreadWorld(scope, toFault(thrown, `reading ${nameScope(scope)}`));
    return {
      place,
      task,
      isRead: false,
      world,
      plan: await planWorld(world, task.rules, io.now()),
      refusals: [],
      unasked: null,
    };
  }
}

const toTask = ({ deps, scope }: Place, { aim, rules, run }: Undertaking): Task => ({
  aim,
  order: {
    scope,
    selection: { kind: 'everything' },
    run,
    basis: 'scope',
    correlation: deps.newId(),
    since: toInstant(deps.clock.now()),
    trigger: 'resync',
    lane: 'bulk',
  },
  rules,
  run,
});

/** What was to be done where nothing could be read was not: that is an error, and not a plan that lacks something. */
export const codeOf = (prepared: readonly Prepared[]): ExitCode =>
  prepared.every(({ isRead }) => isRead) ? exitCodeOf(prepared.map(({ plan }) => plan)) : EXIT.error;
