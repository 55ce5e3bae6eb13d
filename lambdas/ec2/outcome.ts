import type { Change, Hold } from '../../shared/plan/change.ts';
import type { Outcome } from '../../shared/ports.ts';
import type { HoldCode } from '../../shared/reason.ts';
import type { Scope } from '../../shared/words.ts';
import { describeRefusal, faultCodeOf, toRefusal, type Refusal } from './faults.ts';
import type { Permission } from './permissions.ts';

/*
 * Both the documented codes and those that the service really sends are listed: they differ
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html; the second of each pair is what
 * hashicorp/terraform-provider-aws, internal/service/ec2, matches).
 */

const INTERFACE_NOT_FOUND: ReadonlySet<string> = new Set([
  'InvalidNetworkInterfaceID.NotFound',
  'InvalidNetworkInterfaceId.NotFound',
]);

/** What a change is about is no longer there. */
const GONE: ReadonlySet<string> = new Set([
  ...INTERFACE_NOT_FOUND,
  'InvalidTrafficMirrorSessionNotFound',
  'InvalidTrafficMirrorSessionId.NotFound',
]);

/**
 * An interface that was read and is not found has vanished, or is so new that it is not seen everywhere yet: only a new read
 * tells. (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html)
 */
const isMaybeTooNew = ({ code }: Refusal, verb: Change['kind']): boolean =>
  verb === 'attach' && INTERFACE_NOT_FOUND.has(code);

/** Refusals that time or a person ends. */
const HELD: Readonly<Record<string, HoldCode>> = {
  // One code for an interface that is not attached and for an instance type that is not supported.
  NetworkInterfaceNotSupported: 'unfit',
  TrafficMirrorSourcesPerTargetLimitExceeded: 'destination-full',
  TrafficMirrorSessionsPerTargetLimitExceeded: 'destination-full',
  InvalidTrafficMirrorTargetNoFound: 'destination-missing',
  InvalidTrafficMirrorTargetNotFound: 'destination-missing',
  'InvalidTrafficMirrorTargetId.NotFound': 'destination-missing',
  // The target's interface is gone, or its instance does not run.
  InvalidTrafficMirrorTarget: 'destination-unhealthy',
  InvalidTrafficMirrorFilterNotFound: 'no-filter-here',
  'InvalidTrafficMirrorFilterId.NotFound': 'no-filter-here',
};

/** The interface has three sessions although fewer were read. */
const NO_ROOM = 'TrafficMirrorSessionsPerInterfaceLimitExceeded';

/*
 * Two refusals have no documented code. Their messages, as published by people who met them:
 * vectranetworks/AWS-Traffic-Mirroring-Session-Manager.
 */
const isNumberTaken = ({ said }: Refusal): boolean => said.includes('already being used');
const isTarget = ({ said }: Refusal): boolean => said.includes('is in use by target');

type Refused =
  | { readonly kind: 'gone' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'held'; readonly code: HoldCode }
  | { readonly kind: 'failed' };

const isAnsweredBy4xx = ({ status }: Refusal): boolean => status !== null && status >= 400 && status < 500;

/** What a refusal means, the kinds of failure apart that have nothing to do with the change. */
function judge(refusal: Refusal, verb: Change['kind']): Refused {
  const held = Object.hasOwn(HELD, refusal.code) ? HELD[refusal.code] : undefined;
  if (isMaybeTooNew(refusal, verb)) return { kind: 'conflict' };
  if (GONE.has(refusal.code)) return { kind: 'gone' };
  if (held !== undefined) return { kind: 'held', code: held };
  if (refusal.code === NO_ROOM || isNumberTaken(refusal)) return { kind: 'conflict' };
  if (isTarget(refusal)) return { kind: 'held', code: 'unfit' };
  if (faultCodeOf(refusal) !== 'unexpected' || !isAnsweredBy4xx(refusal)) return { kind: 'failed' };
  // The code for a taken number is not documented: whatever refuses a new session is looked at again in a new read.
  if (verb === 'attach') return { kind: 'conflict' };
  return verb === 'detach' ? { kind: 'failed' } : { kind: 'held', code: 'modify-refused' };
}

const toHold = (change: Change, code: HoldCode, detail: string): Hold => ({
  source: change.source,
  machine: change.machine,
  code,
  destination: change.kind === 'detach' ? null : change.destination,
  rules: change.kind === 'detach' ? [] : change.rules,
  keeps: change.kind === 'attach' ? null : change.attachment,
  blockedBy: [],
  detail,
});

/** What became of a change whose call threw. */
export function toOutcome(thrown: unknown, change: Change, permission: Permission, scope: Scope): Outcome {
  const refusal = toRefusal(thrown);
  const on = change.kind === 'attach' ? change.source : change.attachment;
  const detail = describeRefusal(refusal, permission, on, scope);
  const refused = judge(refusal, change.kind);
  switch (refused.kind) {
    case 'gone':
    case 'conflict':
      return { kind: refused.kind, change, detail };
    case 'held':
      return { kind: 'held', change, hold: toHold(change, refused.code, detail) };
    case 'failed':
      return { kind: 'failed', change, code: faultCodeOf(refusal), detail };
  }
}
