import { PROFILES } from '../../profile.ts';
import type { Deps } from '../../ports.ts';
import type { MachineId } from '../../words.ts';
import { recordFault } from '../record.ts';
import type { LookGroup, LookItem } from './look-group.ts';

/**
 * Forgets what the cloud refused on machines that were started or deallocated since: it may take them now, so that they are tried
 * at once. Never throws.
 * @returns The items to be delivered again, because what they end is still remembered.
 */
export async function forgiveRestarted(deps: Deps, { scope, items }: LookGroup): Promise<readonly string[]> {
  if (!PROFILES[scope.cloud].interrupts || deps.mode() === 'paused') return [];
  const restarted = items.filter(({ work }) => work.isRestart);
  const [first, ...others] = new Set(restarted.flatMap(machinesOf));
  if (first === undefined) return [];
  try {
    await deps.interruptions.forgive(scope, [first, ...others]);
    return [];
  } catch (thrown) {
    const { correlation } = items[0].work;
    recordFault(deps, { correlation, scope }, thrown, 'forgetting what was refused before a restart');
    return restarted.map(({ id }) => id);
  }
}

const machinesOf = ({ work }: LookItem): readonly MachineId[] =>
  work.subjects.flatMap((subject) => (subject.kind === 'machine' ? [subject.id] : []));
