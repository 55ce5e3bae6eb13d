import { refusal } from './errors.ts';

/** Sessions, targets and filters of an account: https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html */
const MOST_PER_ACCOUNT = 10_000;

/** @throws Refusal when the account has as many as it may have in the region. */
export function checkAccountRoom(kind: 'Session' | 'Target' | 'Filter', held: number): void {
  if (held < MOST_PER_ACCOUNT) return;
  throw refusal(
    `TrafficMirror${kind}LimitExceeded`,
    `The maximum number of traffic mirror ${kind.toLowerCase()}s has been reached (${MOST_PER_ACCOUNT})`,
  );
}
