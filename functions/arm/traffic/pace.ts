import { Fault } from '../../../shared/fault.ts';
import type { Clock, Lane } from '../../../shared/ports.ts';
import type { Call } from '../permissions.ts';
import { findRefusal } from '../refusals/refusal.ts';
import { type Bucket, createGate, type Gate } from './pace-gate.ts';
import { createLine, type Line } from './pace-line.ts';
import { isQuota, LONGEST_WAIT_SECONDS, type Pause, withPatience } from './patience.ts';
import { type Answer, type Exchange, nameAddress, type Request } from './wire.ts';

/** Time, to wait with. */
export interface Waits {
  readonly clock: Clock;
  readonly pause: Pause;
}

/** The same Azure for what must not wait and for what may: where there is a line, events go first. */
export type Lanes = Readonly<Record<Lane, Exchange>>;

type Kind = 'reads' | 'writes' | 'deletes';

const KINDS: Readonly<Record<Call['method'], Kind>> = { GET: 'reads', PUT: 'writes', DELETE: 'deletes' };

/** Between two messages of a backfill nothing is written: as much is made up for, which is as much as was left. */
const PAUSE_MS = 2_000;

/** https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling (subscription limits) */
const BUCKETS: Readonly<Record<Kind, Bucket>> = {
  // Others read as well, and more than they write: what they have not used may be used up already.
  reads: { size: 250, refillPerSecond: 25, catchUpMs: 0 },
  writes: { size: 200, refillPerSecond: 10, catchUpMs: PAUSE_MS },
  deletes: { size: 200, refillPerSecond: 10, catchUpMs: PAUSE_MS },
};
/** The bucket of all callers of a subscription together, against that of each. */
const GLOBAL_FACTOR = 15;

/** Resource Manager always says how long; what comes from elsewhere may not. */
const UNTOLD_SECONDS = 1;

interface Road {
  readonly gate: Gate;
  readonly line: Line;
}

/**
 * An exchange that keeps to the quota of each subscription and kind of request, for the whole process: a quota that is used up
 * closes the gate to everybody until Azure's Retry-After is over, since requests sent before that only lengthen it. What passes by
 * itself is repeated, each time in line.
 */
export function createLanes(exchange: Exchange, { clock, pause }: Waits): Lanes {
  const roads = new Map<string, Road>();

  const roadOf = ({ call, address }: Request): Road => {
    const key = `${subscriptionIn(address)} ${KINDS[call.method]}`;
    const known = roads.get(key);
    if (known !== undefined) return known;
    const gate = createGate(BUCKETS[KINDS[call.method]]);
    const road = { gate, line: createLine(gate, { clock, pause, longestMs: LONGEST_WAIT_SECONDS * 1000 }) };
    roads.set(key, road);
    return road;
  };

  const inLane =
    (lane: Lane): Exchange =>
    async (request) => {
      const { gate, line } = roadOf(request);
      const delayMs = await line.join(lane);
      if (delayMs > 0) throw toThrottled(request, delayMs);
      const sentMs = clock.now();
      const answer = await exchange(request);
      tell(gate, answer, { kind: KINDS[request.call.method], sentMs, nowMs: clock.now() });
      return answer;
    };

  return { event: withPatience(inLane('event'), pause), bulk: withPatience(inLane('bulk'), pause) };
}

const subscriptionIn = (address: string): string =>
  /\/subscriptions\/([^/?]+)/i.exec(address)?.[1]?.toLowerCase() ?? '';

function toThrottled({ call, address }: Request, delayMs: number): Fault {
  const wait = `its quota of ${KINDS[call.method]} is used up for another ${Math.ceil(delayMs / 1000)} s`;
  return new Fault('throttled', `${call.attempt} ${nameAddress(address)}: ${wait}; it is tried again after that`);
}

interface Seen {
  readonly kind: Kind;
  readonly sentMs: number;
  readonly nowMs: number;
}

function tell(gate: Gate, answer: Answer, { kind, sentMs, nowMs }: Seen): void {
  const refusal = findRefusal(answer);
  if (refusal !== null && answer.status === 429 && isQuota(refusal)) {
    gate.refuse(sentMs, (refusal.retryAfterSeconds ?? UNTOLD_SECONDS) * 1000, nowMs);
    return;
  }
  const left = leftShare(answer, kind);
  if (left !== null) gate.see(left, nowMs);
}

/** What is left of the emptiest bucket; `null` when an answer does not tell. Without a subscription a call is the tenant's. */
function leftShare({ headers }: Answer, kind: Kind): number | null {
  const { size } = BUCKETS[kind];
  const shares = ['subscription', 'tenant'].flatMap((scope) => [
    share(headers[`x-ms-ratelimit-remaining-${scope}-${kind}`], size),
    share(headers[`x-ms-ratelimit-remaining-${scope}-global-${kind}`], size * GLOBAL_FACTOR),
  ]);
  const told = shares.filter((one) => one !== null);
  return told.length === 0 ? null : Math.min(...told);
}

function share(left: string | undefined, size: number): number | null {
  return left !== undefined && /^\d+$/.test(left) ? Number(left) / size : null;
}
