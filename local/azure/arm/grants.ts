import type { Identity } from '../identities.ts';
import { isWithin } from './scope.ts';

/** A role that is assigned: what it allows, on what. Actions are named in full: a wildcard would be a name that nothing has. */
export interface Grant {
  readonly actions: readonly string[];
  /** The id of a subscription, a resource group or a resource; it holds for everything in it. */
  readonly scope: string;
}

/** Who is held to the roles that are assigned. Whoever is not may do everything. */
export interface Grants {
  /** Holds an identity, by its object id, to these grants, in place of those before. */
  holdTo(objectId: string, grants: readonly Grant[]): void;
  /** The actions that identities who are held were allowed, each once. */
  readonly exercised: ReadonlySet<string>;
}

/** The grants, and the way to ask about them. */
export interface AskedGrants extends Grants {
  /** Whether an identity is held to grants of which none allows the action on what has that id. */
  lacks(caller: Identity, action: string, id: string): boolean;
}

export function newGrants(): AskedGrants {
  const held = new Map<string, readonly Grant[]>();
  const exercised = new Set<string>();
  return {
    exercised,
    holdTo: (objectId, grants) => void held.set(objectId, grants),
    lacks({ objectId }, action, id) {
      const grants = held.get(objectId);
      if (grants === undefined) return false;
      const wanted = action.toLowerCase();
      const found = grants
        .filter(({ scope }) => isWithin(id, scope))
        .flatMap(({ actions }) => actions)
        .find((one) => one.toLowerCase() === wanted);
      if (found !== undefined) exercised.add(found);
      return found === undefined;
    },
  };
}
