import type { RigCloud } from '../rig.ts';
import { isOurs, wantedIn, type SimulatedRules } from './wanted.ts';

/**
 * How often an interface's history called for a write: once
 * - each time that what is wished for it became something else (tags, rules, its machine, room that others gave up or took);
 * - each time that somebody else changed a configuration of ours on it;
 * - each time that a configuration on it was left `Failed`, was put back to what it was, or that an answer to a write was lost.
 *
 * A running machine is rightly interrupted by us no more often than that.
 */
export interface CalledFor {
  of(source: string): number;
  /** Something else than a wish calls for another write. */
  add(source: string): void;
  /** The rules are others. */
  rulesAre(rules: SimulatedRules): void;
}

export function watchCalledFor(cloud: RigCloud, first: SimulatedRules): CalledFor {
  const counts = new Map<string, number>();
  const before = new Map<string, string | null>();
  const failed = new Set<string>();
  let rules = first;
  const add = (source: string): void => {
    const key = source.toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };

  function look(): void {
    const { state } = cloud;
    const taken = new Set(state.tapConfigurations.filter((one) => !isOurs(one)).map(({ nic }) => nic.toLowerCase()));
    for (const [source, tap] of wantedIn(state, rules)) {
      const wish = taken.has(source) ? null : tap;
      if ((before.get(source) ?? null) !== wish) add(source);
      before.set(source, wish);
    }
    for (const { id, nic, provisioningState } of state.tapConfigurations) {
      if (provisioningState !== 'Failed') failed.delete(id);
      else if (!failed.has(id)) {
        failed.add(id);
        add(nic);
      }
    }
  }

  cloud.onChange(look);
  return {
    of: (source) => counts.get(source.toLowerCase()) ?? 0,
    add,
    rulesAre(next) {
      rules = next;
      look();
    },
  };
}
