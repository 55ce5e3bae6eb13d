import type { Change } from '../../../shared/plan/change.ts';
import type { HoldCode } from '../../../shared/reason.ts';
import type { Refusal } from '../faults.ts';

/** What a refused write comes to, and the step that ends it. */
export interface Ruling {
  /** A hold, by its code; `gone`: nothing is left to do; `conflict`: read and plan again; `failed`: as the code is classified. */
  readonly becomes: HoldCode | 'gone' | 'conflict' | 'failed';
  readonly step: string;
}

interface Row {
  /** The documented codes and those that the service really sends: they differ. */
  readonly codes: readonly string[];
  readonly attach: Ruling['becomes'];
  /** Modify and retarget. */
  readonly change: Ruling['becomes'];
  readonly detach: Ruling['becomes'];
  readonly step: string;
}

/** A refusal of what the change would make: a detach makes nothing, and is not refused with it. */
const withheld = (codes: readonly string[], hold: HoldCode, step: string): Row => ({
  codes,
  attach: hold,
  change: hold,
  detach: 'failed',
  step,
});

/**
 * Documented: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html. Really sent: what
 * hashicorp/terraform-provider-aws (internal/service/ec2) matches, and records that people published.
 */
const ROWS: readonly Row[] = [
  withheld(
    // One code for an interface that is not attached and for an instance type that is not supported.
    ['NetworkInterfaceNotSupported'],
    'unfit',
    'attach it to an instance of a type that can be mirrored (https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html), or exclude it by rule',
  ),
  withheld(
    ['TrafficMirrorSourcesPerTargetLimitExceeded', 'TrafficMirrorSessionsPerTargetLimitExceeded'],
    'destination-full',
    'add a sensor to the pool, or put the sensors behind a load balancer, which has no such limit',
  ),
  withheld(
    [
      'InvalidTrafficMirrorTargetNoFound',
      'InvalidTrafficMirrorTargetNotFound',
      'InvalidTrafficMirrorTargetId.NotFound',
      'InvalidTrafficMirrorTargetId.Malformed',
    ],
    'destination-missing',
    'correct the target in the rules, or have the account that owns it share it and accept the share here',
  ),
  withheld(
    ['InvalidTrafficMirrorTarget'],
    'destination-unhealthy',
    "the target's interface is gone or its instance does not run; start the instance, or name another target",
  ),
  withheld(
    [
      'InvalidTrafficMirrorFilterNotFound',
      'InvalidTrafficMirrorFilterId.NotFound',
      'InvalidTrafficMirrorFilterId.Malformed',
    ],
    'no-filter-here',
    "correct the filter in the rules; filters cannot be shared, so each account needs its own in the destination's `filter` map",
  ),
  {
    // What was to be changed is wished for all the same: a new read tells whether it has vanished, or is too new to be seen.
    codes: ['InvalidTrafficMirrorSessionNotFound', 'InvalidTrafficMirrorSessionId.NotFound'],
    attach: 'conflict',
    change: 'conflict',
    detach: 'gone',
    step: 'it is read again',
  },
  {
    // One that was read and is not found has vanished, or is so new that it is not seen everywhere yet: only a new read tells
    // (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
    codes: ['InvalidNetworkInterfaceID.NotFound', 'InvalidNetworkInterfaceId.NotFound'],
    attach: 'conflict',
    change: 'gone',
    detach: 'gone',
    step: 'it has vanished, or is too new to be seen everywhere',
  },
  {
    // It has three sessions although fewer were read.
    codes: ['TrafficMirrorSessionsPerInterfaceLimitExceeded'],
    attach: 'conflict',
    change: 'conflict',
    detach: 'failed',
    step: 'it is read again; remove a session of the interface if this goes on',
  },
  {
    codes: ['TrafficMirrorSessionLimitExceeded'],
    attach: 'failed',
    change: 'failed',
    detach: 'failed',
    step: 'delete sessions that nobody needs: the 10,000 of an account in a region cannot be raised',
  },
  {
    // The token of each call is new: somebody has answered for this one before.
    codes: ['IdempotentParameterMismatch'],
    attach: 'conflict',
    change: 'modify-refused',
    detach: 'failed',
    step: 'it is tried again with another token',
  },
];

const BY_CODE: ReadonlyMap<string, Row> = new Map(
  ROWS.flatMap((row) => row.codes.map((code): [string, Row] => [code, row])),
);

/*
 * Two refusals have no documented code. Their messages, as published by people who met them:
 * vectranetworks/AWS-Traffic-Mirroring-Session-Manager.
 */
const BY_MESSAGE: readonly (Omit<Row, 'codes'> & { readonly says: string })[] = [
  {
    says: 'already being used',
    attach: 'conflict',
    change: 'conflict',
    detach: 'failed',
    step: 'it is read again; choose another session number if this goes on',
  },
  {
    // A mirror target cannot be a source. It is one since the targets were read: the next read says so.
    says: 'is in use by target',
    attach: 'conflict',
    change: 'conflict',
    detach: 'failed',
    step: 'it is read again; a mirror target cannot be a source, exclude it by rule',
  },
];

/** The ruling on a refusal that has one of its own, or `null`. */
export function findRuling({ code, said }: Refusal, verb: Change['kind']): Ruling | null {
  const row = BY_CODE.get(code) ?? BY_MESSAGE.find(({ says }) => said.includes(says));
  if (row === undefined) return null;
  const { attach, change, detach, step } = row;
  const becomes = { attach, modify: change, retarget: change, detach }[verb];
  return { becomes, step };
}
