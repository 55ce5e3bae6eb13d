import { toCanonicalJson } from '../../plan/canonical.ts';
import type { Deps } from '../../ports.ts';
import type { MachineId, NonEmpty, Scope } from '../../words.ts';
import type { LaunchHook } from '../../work.ts';
import type { Progress } from '../converge.ts';
import { pauseOf } from '../converge.ts';
import { groupBy } from '../../group-by.ts';
import { mapLimited } from '../map-limited.ts';
import { recordFault } from '../record.ts';
import { isTransient, LOOK_AGAIN_SECONDS } from './look-again.ts';
import type { Look, LookGroup, LookItem } from './look-group.ts';

/** An event of a launch younger than this may be looked at once more: no machine is held back for longer than that takes. */
const YOUNG_MS = 15_000;

/** A launch that stays held back, because it is looked at again. */
export interface HeldBack {
  readonly work: Look;
  readonly delaySeconds: number;
}

/** A look with the hook that it is to complete; several deliveries may ask for the same. */
interface Launch {
  readonly hook: LaunchHook;
  readonly items: NonEmpty<LookItem>;
}

/** The hooks of some items, each once. */
function launchesIn(items: readonly LookItem[]): readonly Launch[] {
  const hooked = items.filter(({ work: { hook } }) => hook !== null);
  return [...groupBy(hooked, ({ work }) => toCanonicalJson(work.hook)).values()].flatMap((together) => {
    const [{ work }] = together;
    return work.hook === null ? [] : [{ hook: work.hook, items: together }];
  });
}

/**
 * The launches that are looked at once more before they go into service: only where mirroring is enforced, and only young ones
 * whose machine is not ready to be mirrored, or was not come to.
 */
export function holdBack({ items }: LookGroup, progress: Progress, nowMs: number): readonly HeldBack[] {
  if (progress.mode !== 'enforce') return [];
  return launchesIn(items).flatMap(({ hook, items: [{ work }] }) => {
    const delaySeconds = nowMs - Date.parse(work.since) < YOUNG_MS ? waitOf(hook.machine, progress) : null;
    return delaySeconds === null ? [] : [{ work, delaySeconds }];
  });
}

/** How long until the machine is worth another look; `null`: it has had its look. */
function waitOf(machine: MachineId, progress: Progress): number | null {
  const { world, incomplete, holds, left } = progress;
  const isListed = world === null || world.sources.some((source) => source.machine === machine);
  const isUnready = holds.filter(isTransient(progress)).some((hold) => hold.machine === machine);
  if (isUnready || (!isListed && incomplete.length === 0)) return LOOK_AGAIN_SECONDS;
  return left.some(([change]) => change.machine === machine) ? pauseOf(progress) : null;
}

/** Whether an item comes back with a launch that stays held back. */
export const comesBackWith = (held: readonly HeldBack[]): ((work: Look) => boolean) => {
  const hooks = new Set(held.map(({ work }) => toCanonicalJson(work.hook)));
  return ({ hook }) => hook !== null && hooks.has(toCanonicalJson(hook));
};

/**
 * Lets the machines of these items go into service, whatever became of mirroring them: a group whose hooks are not completed
 * stalls (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html). Never throws.
 * @returns The items to be delivered again, because completing their hook may succeed then.
 */
export async function releaseHooks(deps: Deps, scope: Scope, items: readonly LookItem[]): Promise<readonly string[]> {
  const failed = await mapLimited(launchesIn(items), deps.parallelism, (launch) => release(deps, scope, launch));
  return failed.flat();
}

async function release(deps: Deps, scope: Scope, { hook, items }: Launch): Promise<readonly string[]> {
  const { correlation } = items[0].work;
  const { machine, group, name } = hook;
  try {
    await deps.cloud.release(scope, hook);
    deps.journal.write({ correlation, scope, rulesVersion: null, kind: 'released', machine, group });
    return [];
  } catch (thrown) {
    const attempted = `completing the launch hook ${name} of ${group} for ${machine}`;
    const { remedy } = recordFault(deps, { correlation, scope }, thrown, attempted);
    return remedy === 'retry' ? items.map(({ id }) => id) : [];
  }
}
