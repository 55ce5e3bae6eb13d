import type { Config } from '../shared/config/config.ts';
import type { Plan, Run } from '../shared/plan/change.ts';
import { ALWAYS_OPEN, type Opening } from '../shared/plan/interruption.ts';
import { makePlan } from '../shared/plan/plan.ts';
import type { Rules } from '../shared/reconcile/rules.ts';
import type { World } from '../shared/words.ts';
import { sha256 } from './rules-file.ts';

const OBSERVE: Run = { kind: 'observe' };

/** The plan of a whole world that was read before, at the time at which it was read. */
export async function planWorld(world: World, { config, ruleSet, version }: Rules, nowMs: number): Promise<Plan> {
  return makePlan({
    world,
    aim: 'wished',
    config,
    ruleSet,
    rulesVersion: version,
    nowMs,
    run: OBSERVE,
    basis: 'scope',
    recent: new Set(),
    opening: await openingAt(config, nowMs),
    // What the cloud refused is remembered where tapkeeper is deployed.
    refusals: [],
    hash: sha256,
  });
}

/** What reads cron is loaded with the first rules that have windows. */
async function openingAt({ interruption: { windows } }: Config, nowMs: number): Promise<Opening> {
  return windows.length === 0 ? ALWAYS_OPEN : (await import('../shared/windows.ts')).openingAt(windows, nowMs);
}
