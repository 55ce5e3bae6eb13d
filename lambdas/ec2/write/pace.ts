import type { Change } from '../../../shared/plan/change.ts';
import type { Clock, Lane, MirrorCloud, Outcome } from '../../../shared/ports.ts';
import type { Scope } from '../../../shared/words.ts';
import { PERMISSIONS } from '../permissions.ts';
import { lanePace, type LanePace, type Share } from './pace-lane.ts';
import { paceLine, type Line, type Sleep } from './pace-line.ts';

/** What pacing depends on beside the cloud. */
export interface Pacing {
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** How many processes work on the bulk queue at a time: each takes its part of the lane's share. */
  readonly bulkConcurrency: number;
}

/**
 * Each action that writes has a bucket of its own per account and region: 50 tokens, and 5 more a second
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). The event lane yields less and comes back sooner:
 * with equal manners a backfill that tries for more than its share would slow launches down for minutes.
 */
const SHARES: Readonly<Record<Lane, Share>> = {
  event: { perSecond: 2, burst: 20, leastPerSecond: 1, growthPerMinute: 6 },
  bulk: { perSecond: 3, burst: 30, leastPerSecond: 0.5, growthPerMinute: 1 },
};

/**
 * After so many calls a write that is still throttled is left to the queue, and so is one that would go again later than this
 * after it was asked for: an invocation that ends keeps little more time for what is under way.
 */
const MOST_CALLS = 6;
const LONGEST_MS = 15_000;

const CALLS: Readonly<Record<Change['kind'], string>> = {
  attach: PERMISSIONS.createSession.call,
  modify: PERMISSIONS.modifySession.call,
  retarget: PERMISSIONS.modifySession.call,
  detach: PERMISSIONS.deleteSession.call,
};

const isThrottled = (outcome: Outcome): boolean => outcome.kind === 'failed' && outcome.code === 'throttled';

/** One lane of one action: how fast it goes, and who waits. */
interface Road {
  readonly pace: LanePace;
  readonly line: Line;
}

/** A lane's share, of which each process of the bulk queue has its part; none becomes so slow that its calls outlast an invocation. */
const shareOf = (lane: Lane, { bulkConcurrency }: Pacing): Share => {
  const share = SHARES[lane];
  if (lane === 'event') return share;
  return {
    perSecond: share.perSecond / bulkConcurrency,
    burst: share.burst / bulkConcurrency,
    leastPerSecond: Math.min(share.leastPerSecond, share.perSecond / bulkConcurrency),
    growthPerMinute: share.growthPerMinute / bulkConcurrency,
  };
};

/** Writes when the line comes to it; what is throttled waits for another turn. */
async function write({ pace, line }: Road, clock: Clock, attempt: () => Promise<Outcome>): Promise<Outcome> {
  const untilMs = clock.now() + LONGEST_MS;
  const call = async (): Promise<Outcome> => {
    const sentMs = clock.now();
    const outcome = await attempt();
    if (isThrottled(outcome)) pace.slowDown(sentMs, clock.now());
    return outcome;
  };
  await line.goFirst();
  let outcome = await call();
  for (let calls = 1; calls < MOST_CALLS && isThrottled(outcome); calls++) {
    if (!(await line.goAgain(untilMs))) break;
    outcome = await call();
  }
  return outcome;
}

/**
 * The same cloud, whose writes keep to the pace of their lane: as fast as they come until the cloud throttles, then the
 * lane's share of the bucket. A write that is throttled all the same is tried again here, a bounded number of times.
 */
export function paced(cloud: MirrorCloud, pacing: Pacing): MirrorCloud {
  const roads = new Map<string, Road>();

  const roadOf = ({ account, region }: Scope, change: Change, lane: Lane): Road => {
    const key = [account, region, CALLS[change.kind], lane].join(' ');
    const known = roads.get(key);
    if (known !== undefined) return known;
    const pace = lanePace(shareOf(lane, pacing));
    const road = { pace, line: paceLine(pace, pacing.clock, pacing.sleep) };
    roads.set(key, road);
    return road;
  };

  return {
    ...cloud,
    apply: (scope, change, owner, lane, endsAtMs) =>
      write(roadOf(scope, change, lane), pacing.clock, () => cloud.apply(scope, change, owner, lane, endsAtMs)),
  };
}
