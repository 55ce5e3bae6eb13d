import type { Deps, LoadedRules } from '../ports.ts';

/** The same ports for one invocation: all of it sees one mode and one version of the rules. */
export function toInvocation(deps: Deps): Deps {
  const mode = deps.mode();
  let loading: Promise<LoadedRules> | null = null;
  return { ...deps, mode: () => mode, rules: { load: () => (loading ??= deps.rules.load()) } };
}
