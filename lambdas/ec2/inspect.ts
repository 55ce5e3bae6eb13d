import type { Clock } from '../../shared/ports.ts';
import type { NonEmpty, Target } from '../../shared/words.ts';
import { balancersAgainst, toPlaces } from './balancer-health.ts';
import type { Balancers } from './balancers.ts';
import type { AwsScope } from './convert.ts';
import type { Reads } from './reads.ts';
import { rememberTogether } from './remember-together.ts';

/** A load balancer's health is asked for once a minute: a batch of launches after the first one costs no call more. */
const HEALTH_MS = 60_000;
/** A count is good for the batches of one moment only, for each of them adds to it. */
const COUNT_MS = 5_000;

const isBalancer = ({ reaches }: Target): boolean => reaches.startsWith('arn:');

/** Whether it is an interface of this account: of others' the cloud states no count that could be held against a limit. */
const isCounted = ({ reaches, capacity }: Target): boolean => reaches.startsWith('eni-') && capacity !== null;

/**
 * Looks closer at targets that something is about to be attached to: the load balancers behind them, and how many sources the
 * cloud counts at interfaces, those of other accounts included. Of an endpoint nothing is asked: the health of what is behind
 * it is known to its provider's account only. Never throws; what cannot be read speaks against nothing.
 */
export function inspector({
  readsFor,
  balancersFor,
  keeps,
  clock,
}: {
  readonly readsFor: (scope: AwsScope) => Reads;
  readonly balancersFor: (scope: AwsScope) => Promise<Balancers>;
  /** Whether there are credentials for an account: the load balancer of a shared target is asked about where it is. */
  readonly keeps: (account: string) => boolean;
  readonly clock: Clock;
}): (scope: AwsScope, targets: NonEmpty<Target>) => Promise<NonEmpty<Target>> {
  const healthOf = rememberTogether<string>(clock, HEALTH_MS);
  const countsOf = rememberTogether<number>(clock, COUNT_MS);

  return async (scope, targets) => {
    const arns = targets.filter(isBalancer).map(({ reaches }) => reaches);
    const counted = targets.filter(isCounted).map(({ id }) => id);
    const [against, counts] = await Promise.all([
      healthOf(arns, (missing) => balancersAgainst(toPlaces(scope, missing, keeps), balancersFor)),
      countsOf(counted, (missing) => countSources(() => readsFor(scope), missing)),
    ]);
    const look = (target: Target): Target => ({
      ...target,
      unhealthy: against.get(target.reaches) ?? target.unhealthy,
      load: Math.max(target.load, counts.get(target.id) ?? 0),
    });
    const [first, ...rest] = targets;
    return [look(first), ...rest.map(look)];
  };
}

/** How many interfaces are mirrored to each target: sources are counted, not sessions. */
async function countSources(reads: () => Reads, targets: readonly string[]): Promise<ReadonlyMap<string, number>> {
  try {
    const sessions = await reads().sessionsTo(targets);
    const sources = new Map(targets.map((target) => [target, new Set<string>()]));
    for (const { TrafficMirrorTargetId: target = '', NetworkInterfaceId: source } of sessions) {
      if (source !== undefined) sources.get(target)?.add(source);
    }
    return new Map([...sources].map(([target, { size }]) => [target, size]));
  } catch {
    return new Map();
  }
}
