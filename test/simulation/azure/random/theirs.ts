import type { TapConfigurationView } from '../../../../local/azure/view.ts';
import type { RigCloud } from '../rig.ts';
import { isOurs } from './wanted.ts';

/** What happened to TAP configurations of others, at any moment. */
export interface Theirs {
  /** What went wrong, in words; empty when nothing did. */
  readonly violations: readonly string[];
  /** A person changes them while this runs, and until the operation is over: what happens to them then is the person's doing. */
  whilePeopleChange<T>(work: () => Promise<T>): Promise<T>;
}

/** Looks at every state that the cloud goes through: nobody but people may change what is others'. */
export function watchTheirs(cloud: RigCloud): Theirs {
  const violations: string[] = [];
  let isPersonAtWork = false;
  let before = new Map<string, TapConfigurationView>();

  cloud.onChange(() => {
    const { tapConfigurations, nics } = cloud.state;
    const now = new Map(tapConfigurations.filter((one) => !isOurs(one)).map((one) => [one.id, one]));
    const there = new Set(nics.map(({ id }) => id));
    for (const [id, was] of isPersonAtWork ? [] : before) {
      const is = now.get(id);
      if (is === undefined && there.has(was.nic)) violations.push(`${id} of others was deleted`);
      if (is !== undefined && (is.tap !== was.tap || is.provisioningState !== was.provisioningState)) {
        violations.push(`${id} of others became ${is.tap} ${is.provisioningState}`);
      }
    }
    before = now;
  });

  return {
    violations,
    async whilePeopleChange(work) {
      isPersonAtWork = true;
      try {
        const done = await work();
        await cloud.idle();
        return done;
      } finally {
        isPersonAtWork = false;
      }
    },
  };
}
