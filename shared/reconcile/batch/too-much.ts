import type { Instant, MachineId } from '../../words.ts';
import type { Progress } from '../converge.ts';
import { interruptibleIn } from '../interruptible.ts';
import type { Invocation } from '../invocation.ts';
import { mapLimited } from '../map-limited.ts';
import { recordFault } from '../record.ts';
import { loadRules } from '../rules.ts';
import { latestAbout, type LookGroup } from './look-group.ts';

/**
 * Tells others that events want the running machines changed that the guard withholds from their batch, so that the sweep that
 * judges them lets them settle like the batch would have. Never throws.
 * @returns After how many seconds that sweep is to be made.
 */
export async function letSettleBeforeSweep(deps: Invocation, group: LookGroup, progress: Progress): Promise<number> {
  const machines = withheldIn(group, progress);
  const { config } = await loadRules(deps);
  const { settleSeconds } = config.interruption;
  if (machines.size === 0 || settleSeconds === 0) return 0;
  try {
    await mapLimited([...machines], deps.parallelism, ([machine, happened]) =>
      deps.interruptions.stir(group.scope, machine, happened),
    );
  } catch (thrown) {
    const { correlation } = group.items[0].work;
    recordFault(deps, { correlation, scope: group.scope }, thrown, 'telling that events want machines changed');
  }
  return settleSeconds;
}

/** The running machines that the guard keeps as they are, with the latest event about each. */
function withheldIn(group: LookGroup, { world, holds }: Progress): ReadonlyMap<MachineId, Instant> {
  const interruptible = world === null ? null : interruptibleIn(world);
  return new Map(
    holds.flatMap((hold) => {
      const machine = hold.code === 'guard' ? interruptible?.get(hold.source) : undefined;
      return machine === undefined ? [] : [[machine.id, latestAbout(group, hold)] as const];
    }),
  );
}
