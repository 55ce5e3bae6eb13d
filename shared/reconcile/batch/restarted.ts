import { groupBy } from '../../group-by.ts';
import { toInstant } from '../../ids.ts';
import { PROFILES } from '../../profile.ts';
import type { Deps } from '../../ports.ts';
import type { Instant, MachineId, World } from '../../words.ts';
import { recordFault } from '../record.ts';
import type { Look, LookGroup, LookItem } from './look-group.ts';

/**
 * Forgets what the cloud refused on machines before they were started, deallocated or deleted: it may take them now, so that they
 * are tried at once. What was refused after that stays, however late or often the event comes. Never throws.
 * @returns The items to be delivered again, because what they end is still remembered.
 */
export async function forgiveRestarted(deps: Deps, { scope, items }: LookGroup): Promise<readonly string[]> {
  if (!PROFILES[scope.cloud].interrupts || deps.mode() === 'paused') return [];
  const restarted = items.filter(({ work }) => work.isRestart);
  const failed: string[] = [];
  for (const together of groupBy(restarted, ({ work }) => work.since).values()) {
    const [{ work }] = together;
    const machines = together.flatMap(machinesOf);
    const isForgiven = await forgive(deps, { work, machines, happened: work.since });
    // Where nothing is tried, an event that comes back for this would do so until it is a dead letter.
    if (!isForgiven && deps.mode() === 'enforce') failed.push(...together.map(({ id }) => id));
  }
  return failed;
}

/** Forgets what was refused on machines that are seen gone: another one may come under their name. Never throws. */
export async function forgiveGone(deps: Deps, { items }: LookGroup, world: World | null): Promise<void> {
  if (world === null || !PROFILES[world.scope.cloud].interrupts) return;
  const machines = world.machines.flatMap(({ id, state }) => (state === 'gone' ? [id] : []));
  await forgive(deps, { work: items[0].work, machines, happened: toInstant(deps.clock.now()) });
}

interface Forgiving {
  readonly work: Look;
  readonly machines: readonly MachineId[];
  readonly happened: Instant;
}

async function forgive(deps: Deps, { work, machines, happened }: Forgiving): Promise<boolean> {
  const [first, ...others] = new Set(machines);
  if (first === undefined) return true;
  try {
    await deps.interruptions.forgive(work.scope, [first, ...others], happened);
    return true;
  } catch (thrown) {
    recordFault(deps, work, thrown, `forgetting what was refused on ${first}`);
    return false;
  }
}

const machinesOf = ({ work }: LookItem): readonly MachineId[] =>
  work.subjects.flatMap((subject) => (subject.kind === 'machine' ? [subject.id] : []));
