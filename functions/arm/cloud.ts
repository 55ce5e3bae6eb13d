import type { MirrorCloud } from '../../shared/ports.ts';
import { applyChange } from './apply.ts';
import type { Exchange } from './exchange.ts';
import { readWorld } from './inventory.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Pause } from './patience.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Surroundings } from './surroundings.ts';
import type { Taps } from './taps.ts';

export interface ArmSetup {
  readonly exchange: Exchange;
  readonly taps: Taps;
  readonly surroundings: Surroundings;
  readonly subscriptions: Subscriptions;
  readonly pause: Pause;
}

/** Azure, as the use case sees it. */
export function createArmCloud({ exchange, taps, surroundings, subscriptions, pause }: ArmSetup): MirrorCloud {
  const apply = oneAtATime((change, owner) => applyChange({ exchange, pause }, change, owner));
  return {
    cloud: 'azure',
    scopes: () => subscriptions.scopes(),
    keeps: (scope) => subscriptions.keeps(scope),
    read: (scope, selection) => readWorld({ exchange, taps, surroundings }, scope, selection),
    forget: () => taps.forgetOld(),
    // What an inventory tells of a VTAP is as true as a second look at it.
    inspect: async (_scope, targets) => targets,
    // Scale sets have no such hook that waits for us.
    release: async () => undefined,
    apply: async (_scope, change, owner) => {
      const outcome = await apply(change, owner);
      // The VTAP's list of what it mirrors for has changed.
      taps.forget();
      return outcome;
    },
  };
}
