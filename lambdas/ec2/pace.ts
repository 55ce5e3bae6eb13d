import type { Change } from '../../shared/plan/change.ts';
import type { Clock, Lane, MirrorCloud, Outcome } from '../../shared/ports.ts';
import type { Scope } from '../../shared/words.ts';
import { lanePace, type LanePace, type Share } from './pace-lane.ts';
import { PERMISSIONS } from './permissions.ts';

/** Waits so many milliseconds. */
export type Sleep = (ms: number) => Promise<void>;

/** What pacing depends on beside the cloud. */
export interface Pacing {
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** How many processes work on the bulk queue at a time: each takes its part of the lane's share. */
  readonly bulkConcurrency: number;
}

/**
 * Each action that writes has a bucket of its own per account and region: 50 tokens, and 5 more a second
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). What one lane leaves in it is the other's.
 */
const SHARES: Readonly<Record<Lane, Share>> = {
  event: { perSecond: 2, burst: 20 },
  bulk: { perSecond: 3, burst: 30 },
};

/** After so many calls, or so long after the first one, a write that is still throttled is left to the queue. */
const MOST_CALLS = 6;
const LONGEST_MS = 15_000;

const CALLS: Readonly<Record<Change['kind'], string>> = {
  attach: PERMISSIONS.createSession.call,
  modify: PERMISSIONS.modifySession.call,
  retarget: PERMISSIONS.modifySession.call,
  detach: PERMISSIONS.deleteSession.call,
};

const isThrottled = (outcome: Outcome): boolean => outcome.kind === 'failed' && outcome.code === 'throttled';

/** One lane's calls of one action: they go one after the other as soon as the pace lets them. */
interface Line {
  readonly pace: LanePace;
  /** Resolves when everybody before has gone. */
  last: Promise<void>;
}

const shareOf = (lane: Lane, { bulkConcurrency }: Pacing): Share => {
  const { perSecond, burst } = SHARES[lane];
  const processes = lane === 'bulk' ? bulkConcurrency : 1;
  return { perSecond: perSecond / processes, burst: burst / processes };
};

/** Waits for one's turn and then for the pace, which may slow down meanwhile. */
function admit(line: Line, { clock, sleep }: Pacing): Promise<void> {
  const goAfter = async (before: Promise<void>): Promise<void> => {
    await before;
    for (let ms = line.pace.waitMs(clock.now()); ms > 0; ms = line.pace.waitMs(clock.now())) await sleep(ms);
    line.pace.take(clock.now());
  };
  return (line.last = goAfter(line.last));
}

/** Writes at the pace of the line; what is throttled waits its turn again. */
async function write(line: Line, pacing: Pacing, attempt: () => Promise<Outcome>): Promise<Outcome> {
  const { clock } = pacing;
  const startedMs = clock.now();
  for (let calls = 1; ; calls++) {
    await admit(line, pacing);
    const sentMs = clock.now();
    const outcome = await attempt();
    if (!isThrottled(outcome)) return outcome;
    line.pace.slowDown(sentMs, clock.now());
    if (calls === MOST_CALLS || clock.now() - startedMs > LONGEST_MS) return outcome;
  }
}

/**
 * The same cloud, whose writes keep to the pace of their lane: as fast as they come until the cloud throttles, then the
 * lane's share of the bucket. A write that is throttled all the same is tried again here, a bounded number of times.
 */
export function paced(cloud: MirrorCloud, pacing: Pacing): MirrorCloud {
  const lines = new Map<string, Line>();

  const lineOf = ({ account, region }: Scope, change: Change, lane: Lane): Line => {
    const key = [account, region, CALLS[change.kind], lane].join(' ');
    const line = lines.get(key) ?? { pace: lanePace(shareOf(lane, pacing)), last: Promise.resolve() };
    lines.set(key, line);
    return line;
  };

  return {
    ...cloud,
    apply: (scope, change, owner, lane) =>
      write(lineOf(scope, change, lane), pacing, () => cloud.apply(scope, change, owner, lane)),
  };
}
