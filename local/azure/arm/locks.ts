import { refuseAtGateway, type Answer } from './answer.ts';
import { isWithin } from './scope.ts';

/** What a lock forbids: everything but reading, or deleting (https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources). */
export type LockLevel = 'ReadOnly' | 'CanNotDelete';

/** Locks on subscriptions, groups and resources; what is in them is locked, too. */
export interface Locks {
  lock(scope: string, level: LockLevel): void;
  unlock(scope: string): void;
}

export interface HeldLocks extends Locks {
  /** The refusal of a call on a resource, or `null`. */
  findLocked(method: string, id: string): Answer | null;
}

function forbids(level: LockLevel, method: string): boolean {
  if (method === 'GET') return false;
  return level === 'ReadOnly' || method === 'DELETE';
}

export function newLocks(): HeldLocks {
  const locks = new Map<string, { readonly scope: string; readonly level: LockLevel }>();
  return {
    lock: (scope, level) => void locks.set(scope.toLowerCase(), { scope, level }),
    unlock: (scope) => void locks.delete(scope.toLowerCase()),
    findLocked(method, id) {
      const holding = [...locks.values()].filter(({ scope, level }) => isWithin(id, scope) && forbids(level, method));
      if (holding.length === 0) return null;
      const verb = method === 'DELETE' ? 'delete' : 'write';
      const scopes = holding.map(({ scope }) => scope).join("', '");
      return refuseAtGateway(
        409,
        'ScopeLocked',
        `The scope '${id}' cannot perform ${verb} operation because following scope(s) are locked: '${scopes}'. Please remove the lock and try again.`,
      );
    },
  };
}
