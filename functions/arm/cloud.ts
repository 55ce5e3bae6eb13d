import type { Clock, MirrorCloud } from '../../shared/ports.ts';
import type { NonEmpty, Target } from '../../shared/words.ts';
import { rememberFull } from './destinations/full-targets.ts';
import type { Taps } from './destinations/taps.ts';
import type { Surroundings } from './eligibility/surroundings.ts';
import { readWorld } from './read/inventory.ts';
import { createStandings } from './refusals/standings.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Lanes } from './traffic/pace.ts';
import type { Pause } from './traffic/patience.ts';
import { applyChange } from './write/apply.ts';
import { rememberLately } from './write/lately.ts';
import { oneAtATime } from './write/one-at-a-time.ts';

export interface ArmSetup {
  readonly lanes: Lanes;
  readonly taps: Taps;
  readonly surroundings: Surroundings;
  readonly subscriptions: Subscriptions;
  readonly clock: Clock;
  readonly pause: Pause;
}

/** Azure, as the use case sees it. */
export function createArmCloud(setup: ArmSetup): MirrorCloud {
  const { lanes, taps, surroundings, subscriptions, clock, pause } = setup;
  const standings = createStandings(clock);
  const full = rememberFull(clock);
  const known = { clock, pause, standings, lately: rememberLately(clock) };
  const apply = oneAtATime((change, owner, lane, endsAtMs) =>
    applyChange({ ...known, exchange: lanes[lane], endsAtMs }, change, owner),
  );
  return {
    cloud: 'azure',
    scopes: () => subscriptions.scopes(),
    keeps: (scope) => subscriptions.keeps(scope),
    read: async (scope, selection) => {
      if (selection.kind === 'everything') standings.forget(scope.account);
      const exchange = selection.kind === 'everything' ? lanes.bulk : lanes.event;
      const world = await readWorld({ exchange, taps, surroundings }, scope, selection);
      return { ...world, targets: world.targets.map(full.judge) };
    },
    forget: () => taps.forgetOld(),
    // What an inventory tells of a VTAP is as true as a second look at it.
    inspect: async (_scope, [first, ...others]): Promise<NonEmpty<Target>> => [
      full.judge(first),
      ...others.map(full.judge),
    ],
    // Scale sets have no such hook that waits for us.
    release: async () => undefined,
    apply: async (_scope, change, owner, lane, endsAtMs) => {
      const outcome = await apply(change, owner, lane, endsAtMs);
      // The VTAP's list of what it mirrors for has changed.
      taps.forget();
      return full.learn(outcome);
    },
  };
}
