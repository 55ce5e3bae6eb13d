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
  /** What roles that are held to a policy were allowed, as `action resource`, each once. */
  readonly used: ReadonlySet<string>;
}

export function createPolicies(): Policies {
  const held = new Map<string, Policy>();
  const used = new Set<string>();
  const keyOf = (roleName: string, account: string): string => `${account} ${roleName}`;
  return {
    used,
    hold: (roleName, account, policy) => void held.set(keyOf(roleName, account), policy),
    findRefused({ identity, account }, checks) {
      const policy = identity.kind === 'role' ? held.get(keyOf(identity.roleName, account)) : undefined;
      if (policy === undefined || identity.kind !== 'role') return null;
      for (const check of checks()) {
        const decision = decide(policy, check);
        if (decision !== 'allowed') return { ...check, decision };
        used.add(`${identity.roleName} ${check.action} ${check.resource}`);
      }
      return null;
    },
  };
}
