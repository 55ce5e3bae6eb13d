import type { Caller } from '../identity.ts';
import { decide, type Check, type Decision, type Policy } from './decide.ts';

/** A check that was not passed. */
export interface Refused extends Check {
  readonly decision: Exclude<Decision, 'allowed'>;
}

/** Which roles are held to a policy. Whoever is held to none may do everything. */
export interface Policies {
  /** Holds a role of an account to a policy, in place of the one before. */
  hold(roleName: string, account: string, policy: Policy): void;
  /** The first check that the caller does not pass, or `null`. */
  findRefused(caller: Caller, checks: () => readonly Check[]): Refused | null;
  /** What became of the checks of roles that are held to a policy, as `role action resource`, each once. */
  readonly allowed: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
}

export function createPolicies(): Policies {
  const held = new Map<string, Policy>();
  const allowed = new Set<string>();
  const refused = new Set<string>();
  const keyOf = (roleName: string, account: string): string => `${account} ${roleName}`;
  return {
    allowed,
    refused,
    hold: (roleName, account, policy) => void held.set(keyOf(roleName, account), policy),
    findRefused({ identity, account }, checks) {
      const policy = identity.kind === 'role' ? held.get(keyOf(identity.roleName, account)) : undefined;
      if (policy === undefined || identity.kind !== 'role') return null;
      for (const check of checks()) {
        const decision = decide(policy, check);
        const what = `${identity.roleName} ${check.action} ${check.resource}`;
        (decision === 'allowed' ? allowed : refused).add(what);
        if (decision !== 'allowed') return { ...check, decision };
      }
      return null;
    },
  };
}
