import { EVERYWHERE, isWithin } from './scope.ts';

/** The permissions that are taken away, everywhere or in a scope. */
export interface Denials {
  deny(action: string, scope?: string): void;
  /** Gives back what was taken away with the same words. */
  allow(action: string, scope?: string): void;
  isDenied(action: string, id: string): boolean;
}

const toKey = (action: string, scope: string): string => `${action} ${scope}`.toLowerCase();

export function newDenials(): Denials {
  const denied = new Map<string, { readonly action: string; readonly scope: string }>();
  return {
    deny: (action, scope = EVERYWHERE) => void denied.set(toKey(action, scope), { action, scope }),
    allow: (action, scope = EVERYWHERE) => void denied.delete(toKey(action, scope)),
    isDenied: (action, id) =>
      [...denied.values()].some(
        (denial) => denial.action.toLowerCase() === action.toLowerCase() && isWithin(id, denial.scope),
      ),
  };
}
