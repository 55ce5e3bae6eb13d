import type { Deps, LoadedRules } from '../ports.ts';

/** The ports of one invocation. */
export interface Invocation extends Deps {
  /** When the process is stopped whatever it is doing, in milliseconds since the epoch; `null`: it is not. */
  readonly endsAtMs: number | null;
  /** When this invocation began. */
  readonly beganAtMs: number;
}

/** The same ports for one invocation: all of it sees one mode and one version of the rules. */
export function toInvocation(deps: Deps, endsAtMs: number | null): Invocation {
  const mode = deps.mode();
  let loading: Promise<LoadedRules> | null = null;
  const rules = { ...deps.rules, load: () => (loading ??= deps.rules.load()) };
  return { ...deps, endsAtMs, beganAtMs: deps.clock.now(), mode: () => mode, rules };
}
