import type { Plan, Run } from '../shared/plan/change.ts';
import { makePlan } from '../shared/plan/plan.ts';
import type { LoadedRules } from '../shared/ports.ts';
import { compileRules } from '../shared/rules/compile.ts';
import type { World } from '../shared/words.ts';
import { sha256 } from './rules-file.ts';

const OBSERVE: Run = { kind: 'observe' };

/** The plans of worlds that were read before, at the time at which they were read. */
export function planWorlds(worlds: readonly World[], { config, version }: LoadedRules, nowMs: number): readonly Plan[] {
  const ruleSet = compileRules(config);
  return worlds.map((world) =>
    makePlan({
      world,
      config,
      ruleSet,
      rulesVersion: version,
      nowMs,
      run: OBSERVE,
      basis: 'scope',
      recent: 0,
      hash: sha256,
    }),
  );
}
