import type { Origin } from '../ec2/call.ts';

export type LifecycleResult = 'CONTINUE' | 'ABANDON';

/** How the wait for a launch hook ended: somebody completed it, or nobody did within its heartbeat. */
export interface LaunchEnd {
  readonly how: 'completed' | 'timed-out';
  readonly result: LifecycleResult;
  readonly atMs: number;
}

/** An instance that a group launched, which waits for a launch hook until that is completed. */
export interface GroupLaunch extends Origin {
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly instanceId: string;
  readonly zone: string;
  readonly startedMs: number;
  readonly heartbeatSeconds: number;
  /** What happens when the heartbeat runs out. */
  readonly defaultResult: LifecycleResult;
  readonly end: LaunchEnd | null;
}

/** What names a launch in a call: by token or by instance. */
export interface LaunchName extends Origin {
  readonly group: string;
  readonly hook: string;
  readonly token: string | null;
  readonly instanceId: string | null;
}

/** The launches of all groups of the cloud. */
export interface Launches {
  add(launch: GroupLaunch): void;
  all(): readonly GroupLaunch[];
  /** Ends the wait of a launch; `false` when none waits by that name. */
  complete(name: LaunchName, result: LifecycleResult): boolean;
}

/**
 * Keeps launches by a clock that nothing ticks for: a heartbeat that has run out is noticed when somebody looks, so that it
 * neither holds up who waits for quiet nor needs the clock of the machine. `abandoned` is told of instances that must go.
 */
export function createLaunches(nowMs: () => number, abandoned: (launch: GroupLaunch) => void): Launches {
  const kept = new Map<string, GroupLaunch>();

  const end = (launch: GroupLaunch, how: LaunchEnd['how'], result: LifecycleResult, atMs: number): void => {
    kept.set(launch.token, { ...launch, end: { how, result, atMs } });
    if (result === 'ABANDON') abandoned(launch);
  };
  const current = (): readonly GroupLaunch[] => {
    for (const launch of kept.values()) {
      const endMs = launch.startedMs + launch.heartbeatSeconds * 1000;
      if (launch.end === null && nowMs() >= endMs) end(launch, 'timed-out', launch.defaultResult, endMs);
    }
    return [...kept.values()];
  };

  return {
    all: current,
    add: (launch) => void kept.set(launch.token, launch),
    complete(name, result) {
      const found = current().find((launch) => launch.end === null && isNamed(launch, name));
      if (found !== undefined) end(found, 'completed', result, nowMs());
      return found !== undefined;
    },
  };
}

const isNamed = (launch: GroupLaunch, { account, region, group, hook, token, instanceId }: LaunchName): boolean =>
  launch.account === account &&
  launch.region === region &&
  launch.group === group &&
  launch.hook === hook &&
  (token === null || launch.token === token) &&
  (instanceId === null || launch.instanceId === instanceId);

/** The state of an instance in its group's life cycle: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html */
export function lifecycleStateOf({ end }: GroupLaunch): 'Pending:Wait' | 'InService' | 'Terminating' {
  if (end === null) return 'Pending:Wait';
  return end.result === 'CONTINUE' ? 'InService' : 'Terminating';
}
