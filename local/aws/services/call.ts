import type { CloudEvent } from '../ec2/call.ts';
import type { Random } from '../ec2/randomness.ts';
import type { Identity } from '../identity.ts';

/** Everything that an action of a service beside EC2 may use: who calls, where, and what would happen around it. */
export interface ServiceCall {
  readonly account: string;
  readonly region: string;
  readonly identity: Identity;
  readonly nowMs: number;
  readonly random: Random;
  /** An event of the cloud in this account and region. */
  readonly emit: (event: CloudEvent) => void;
  /** Runs a step after the settle time. */
  readonly later: (step: () => void) => void;
}

/** An action as the dispatcher sees it: the request was read by its schema, the answer is written by its schema. */
export type ServiceAction = (call: ServiceCall, request: never) => object;
