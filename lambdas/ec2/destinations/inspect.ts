import type { Clock } from '../../../shared/ports.ts';
import type { NonEmpty, Target } from '../../../shared/words.ts';
import { describeThrown } from '../faults.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { Reads } from '../read/reads.ts';
import { rememberTogether } from '../read/remember-together.ts';
import type { AwsScope } from '../scope.ts';
import { healthOfBalancers, toPlaces, type Health } from './balancer-health.ts';
import type { Balancers } from './balancers.ts';

/** A load balancer's health is asked for once a minute: a batch of launches after the first one costs no call more. */
const HEALTH_MS = 60_000;
/** What was not told is asked for sooner: what a person has just allowed is soon seen. */
const UNTOLD_MS = 15_000;
/** A count is good for the batches of one moment only, for each of them adds to it. */
const COUNT_MS = 5_000;

const isBalancer = ({ reaches }: Target): boolean => reaches.startsWith('arn:');

/** Whether it is an interface of this account: of others' the cloud states no count that could be held against a limit. */
const isCounted = ({ reaches, capacity }: Target): boolean => reaches.startsWith('eni-') && capacity !== null;

/** How many sources the cloud counts at a target, or why that could not be told. */
type Count = { readonly sources: number } | { readonly why: string };

const NOTHING_SAID: Health = { unhealthy: null, unchecked: null };

/**
 * Looks closer at targets that something is about to be attached to: the load balancers behind them, and how many sources the
 * cloud counts at interfaces, those of other accounts included. Of an endpoint nothing is asked: the health of what is behind
 * it is known to its provider's account only, and so is a load balancer's in an account that nobody keeps. Never throws; what
 * could not be read speaks against nothing, and is said.
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
  const healthOf = rememberTogether<Health>(clock, (health) =>
    health === null || health.unchecked === null ? HEALTH_MS : UNTOLD_MS,
  );
  const countsOf = rememberTogether<Count>(clock, COUNT_MS);

  return async (scope, targets) => {
    const arns = targets.filter(isBalancer).map(({ reaches }) => reaches);
    const counted = targets.filter(isCounted).map(({ id }) => id);
    const [health, counts] = await Promise.all([
      healthOf(arns, (missing) => healthOfBalancers(toPlaces(scope, missing, keeps), balancersFor)),
      countsOf(counted, (missing) => countSources(scope, readsFor, missing)),
    ]);
    const look = (target: Target): Target =>
      withCount(withHealth(target, health.get(target.reaches) ?? NOTHING_SAID), counts.get(target.id) ?? null);
    const [first, ...rest] = targets;
    return [look(first), ...rest.map(look)];
  };
}

const withHealth = (target: Target, { unhealthy, unchecked }: Health): Target => ({
  ...target,
  unhealthy: unhealthy ?? target.unhealthy,
  unchecked: unhealthy === null ? (unchecked ?? target.unchecked) : null,
});

/** Of a target that takes nothing anyway, it does not matter how many sources it has. */
function withCount(target: Target, count: Count | null): Target {
  if (count === null) return target;
  if ('sources' in count) return { ...target, load: Math.max(target.load, count.sources) };
  const takesMore = target.unhealthy === null && target.load < (target.capacity ?? Infinity);
  return takesMore ? { ...target, unchecked: `how many sources it has could not be counted: ${count.why}` } : target;
}

/** How many interfaces are mirrored to each target: sources are counted, not sessions. */
async function countSources(
  scope: AwsScope,
  readsFor: (scope: AwsScope) => Reads,
  targets: readonly string[],
): Promise<ReadonlyMap<string, Count>> {
  try {
    const sessions = await readsFor(scope).sessionsTo(targets);
    const sources = new Map(targets.map((target) => [target, new Set<string>()]));
    for (const { TrafficMirrorTargetId: target = '', NetworkInterfaceId: source } of sessions) {
      if (source !== undefined) sources.get(target)?.add(source);
    }
    return new Map([...sources].map(([target, { size }]) => [target, { sources: size }]));
  } catch (thrown) {
    const why = describeThrown(thrown, PERMISSIONS.describeSessions, targets.join(', '), scope);
    return new Map(targets.map((target) => [target, { why }]));
  }
}
