import type { Identity } from '../identity.ts';
import type { Random } from './randomness.ts';
import type { RegionState } from './region.ts';

/** Everything that an action may use: one region, and what would happen around it in the cloud. */
export interface Call {
  readonly region: RegionState;
  /** The same region of the other accounts. */
  readonly neighbours: readonly RegionState[];
  readonly account: string;
  readonly identity: Identity;
  /** Whether sessions may be made that EC2 refuses: more than three on an interface, and two with one number. */
  readonly isLenient: boolean;
  readonly nowMs: number;
  readonly random: Random;
  /** An event of the cloud in this region; it is delivered after the action has answered. */
  readonly emit: (event: CloudEvent) => void;
  /** Runs a step after the settle time, as of a call of its own. */
  readonly later: (step: (call: Call) => void) => void;
}

/** Where an event comes from. */
export interface Origin {
  readonly account: string;
  readonly region: string;
}

/** What an event says, without the envelope. */
export interface CloudEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An action as the dispatcher sees it: the request was read by its schema, the answer is written by its schema. */
export type Action = (call: Call, request: never) => object;
