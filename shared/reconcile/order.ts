import type { Run } from '../plan/change.ts';
import type { Lane } from '../ports.ts';
import type { Instant, Scope, Selection } from '../words.ts';

/** One request to make a part of the world be as the rules say. */
export interface Order {
  readonly scope: Scope;
  readonly selection: Selection;
  /** `null`: nobody has looked at it before; the deployment's mode alone decides. */
  readonly run: Run | null;
  /** Which limits the guard applies: those of a batch of events, or those of a whole scope. */
  readonly basis: 'batch' | 'scope';
  readonly correlation: string;
  /** When what asks for this happened. */
  readonly since: Instant;
  readonly trigger: 'change' | 'sweep' | 'resync';
  /** At whose pace it is carried out. */
  readonly lane: Lane;
}

/** Events carry no permission, and must not wait for what a sweep or a person asked for. */
export const laneOf = (run: Run | null): Lane => (run === null ? 'event' : 'bulk');
