import type { Plan, Run } from '../shared/plan/change.ts';
import { ALWAYS_OPEN } from '../shared/plan/interruption.ts';
import { makePlan } from '../shared/plan/plan.ts';
import type { Rules } from '../shared/reconcile/rules.ts';
import type { World } from '../shared/words.ts';
import { sha256 } from './rules-file.ts';

const OBSERVE: Run = { kind: 'observe' };

/** The plan of a whole world that was read before, at the time at which it was read. */
export const planWorld = (world: World, { config, ruleSet, version }: Rules, nowMs: number): Plan =>
  makePlan({
    world,
    config,
    ruleSet,
    rulesVersion: version,
    nowMs,
    run: OBSERVE,
    basis: 'scope',
    recent: new Set(),
    opening: ALWAYS_OPEN,
    refusals: [],
    hash: sha256,
  });
