import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { afterEach } from 'vitest';
import type { Timer } from '../../../local/aws/settling.ts';
import { startAwsCloud, type AwsCloud, type AwsCloudOptions } from '../../../local/aws/aws-cloud.ts';

/** Repeatable draws (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const IMAGE = 'ami-0123456789abcdef0';

export const NLB = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensors/0123456789abcdef';

const ended: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** Has something ended after the test, whatever becomes of it. */
export const endAfterTest = (end: () => Promise<void>): void => void ended.push(end);

export async function startCloud(options: Partial<AwsCloudOptions> = {}): Promise<AwsCloud> {
  const cloud = await startAwsCloud({ port: 0, settleMs: 1, random: seeded(1), ...options });
  endAfterTest(cloud.stop);
  cloud.addBalancer({ arn: NLB });
  return cloud;
}

/** A timer that runs its steps when it is told to. */
export function createManualTimer(): { readonly timer: Timer; readonly runAll: () => void } {
  const steps = new Set<() => void>();
  return {
    timer: (_delayMs, step) => {
      steps.add(step);
      return () => void steps.delete(step);
    },
    runAll() {
      for (const step of steps) {
        steps.delete(step);
        step();
      }
    },
  };
}

/** Who calls, and where; alice in the cloud's own account and region when nothing is said. */
interface Person {
  readonly name?: string;
  readonly region?: string;
  readonly account?: string;
}

/** A client of a person. */
export function clientOf(cloud: AwsCloud, { name = 'alice', region = cloud.region, account }: Person = {}): EC2Client {
  const client = new EC2Client({
    endpoint: cloud.endpoint,
    region,
    maxAttempts: 1,
    credentials: cloud.as({ kind: 'user', name }, account),
  });
  endAfterTest(async () => client.destroy());
  return client;
}

/** An instance that runs, and its interfaces. */
export interface Machine {
  readonly id: string;
  readonly interfaces: readonly string[];
}

export const launchOptions = (type: string): RunInstancesCommandInput => ({
  ImageId: IMAGE,
  InstanceType: type as _InstanceType,
  MinCount: 1,
  MaxCount: 1,
});

/** Launches and waits until everything has settled. */
export async function launch(
  cloud: AwsCloud,
  client: EC2Client,
  options: Partial<RunInstancesCommandInput> = {},
): Promise<Machine> {
  const { Instances } = await client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), ...options }));
  await cloud.idle();
  const [instance] = Instances ?? [];
  return {
    id: instance?.InstanceId ?? '',
    interfaces: (instance?.NetworkInterfaces ?? []).map(({ NetworkInterfaceId }) => NetworkInterfaceId ?? ''),
  };
}

/** What a session needs beside its source. */
export interface Sensor {
  readonly targetId: string;
  readonly filterId: string;
}

export async function createSensor(client: EC2Client): Promise<Sensor> {
  const [target, filter] = await Promise.all([
    client.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: NLB })),
    client.send(new CreateTrafficMirrorFilterCommand({})),
  ]);
  return {
    targetId: target.TrafficMirrorTarget?.TrafficMirrorTargetId ?? '',
    filterId: filter.TrafficMirrorFilter?.TrafficMirrorFilterId ?? '',
  };
}

export const sessionCommand = (
  source: string | undefined,
  { targetId, filterId }: Sensor,
  SessionNumber: number,
): CreateTrafficMirrorSessionCommand =>
  new CreateTrafficMirrorSessionCommand({
    NetworkInterfaceId: source,
    TrafficMirrorTargetId: targetId,
    TrafficMirrorFilterId: filterId,
    SessionNumber,
  });

/** The code under which a call is refused; the test fails when it succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.name : String(thrown);
  }
  return 'the call succeeded';
}
