import type { AwsCloud } from '../local/aws/aws-cloud.ts';
import { hostLambdas } from '../local/aws/lambda-host.ts';
import { launch, startProcess, toBatch, withAwsCloud } from './aws-rig.ts';
import type { Calls } from './calls.ts';

const SWEPT = 1000;
const AT_ONCE = 100;

/** Calls to EC2, and how often the health of a load balancer was asked for. */
export interface CallsOnAws extends Calls {
  readonly health: number;
}

/** What the AWS side calls, counted by action at the endpoint. */
export interface AwsCalls {
  readonly cold: CallsOnAws;
  readonly warm: CallsOnAws;
  readonly again: CallsOnAws;
  readonly hundred: CallsOnAws;
  readonly sweep: CallsOnAws;
}

/** What tells of a load balancer how it is; the answers are remembered for a minute. */
const HEALTH_ACTIONS: ReadonlySet<string> = new Set(['DescribeLoadBalancers', 'DescribeListeners']);

async function countCalls(cloud: AwsCloud, run: () => Promise<unknown>): Promise<CallsOnAws> {
  cloud.resetCalls();
  await run();
  const counts = Object.entries(cloud.calls);
  const sum = (of: readonly (readonly [string, number])[]): number => of.reduce((total, [, count]) => total + count, 0);
  const isOfHealth = ([action]: readonly [string, number]): boolean => HEALTH_ACTIONS.has(action);
  return {
    reads: sum(counts.filter((one) => one[0].startsWith('Describe') && !isOfHealth(one))),
    health: sum(counts.filter(isOfHealth)),
    writes: sum(counts.filter(([action]) => !action.startsWith('Describe'))),
  };
}

/** Counts what a launch, its repetition, many launches and a sweep cost. No event is delivered but those that are given. */
export const countAwsCalls = (): Promise<AwsCalls> =>
  withAwsCloud({ rules: {} }, async (bench) => {
    const { cloud } = bench;
    const process = startProcess(bench);
    const [first, second, hundred] = [await launch(bench, 1), await launch(bench, 1), await launch(bench, AT_ONCE)];
    const count = (instances: readonly string[]) => countCalls(cloud, () => process.change(toBatch(cloud, instances)));
    const cold = await count(first);
    const warm = await count(second);
    const again = await count(second);
    const many = await count(hundred);
    const rest = await launch(bench, SWEPT - AT_ONCE - 2);
    for (let at = 0; at < rest.length; at += AT_ONCE) await count(rest.slice(at, at + AT_ONCE));
    return { cold, warm, again, hundred: many, sweep: await countCalls(cloud, process.sweep) };
  });

/** From the moment at which EC2 emits the event, through queue and Lambda, to its answer that the session exists. */
export const measureAwsAttachMs = (times: number): Promise<readonly number[]> =>
  withAwsCloud({}, async (bench) => {
    const host = hostLambdas(bench.cloud, { rulesPath: bench.rulesPath, mode: () => 'enforce', sweepSeconds: null });
    try {
      for (let time = 0; time < times; time++) await launch(bench, 1);
      return host.attachTimes.map(({ tookMs }) => tookMs);
    } finally {
      await host.stop();
    }
  });
