import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorFilterRuleCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteTagsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { setTimeout as wait } from 'node:timers/promises';
import { startAwsCloud, type AwsCloud, type AwsCloudOptions } from '../../local/aws/aws-cloud.ts';
import { hostLambdas, type LambdaHost, type LambdaHostOptions } from '../../local/aws/lambda-host.ts';
import type { JournalEntry } from '../../shared/journal.ts';
import { endAfterTest } from './after-test.ts';
import { keptJournal } from './kept-journal.ts';
import { newRulesFile } from './rules-file.ts';

export { tagRules } from './rules-file.ts';

export async function startCloud(options: Partial<AwsCloudOptions> = {}): Promise<AwsCloud> {
  const cloud = await startAwsCloud({ port: 0, settleMs: 1, visibilitySeconds: 1, ...options });
  endAfterTest(cloud.stop);
  return cloud;
}

/** A person who works in an account. */
export interface Person {
  readonly client: EC2Client;
  /**
   * Calls again while something that was just created is not found yet, as AWS asks its callers to
   * (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
   */
  patiently<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  /** Launches instances with these tags. */
  start(count: number, tags?: Tags): Promise<readonly Machine[]>;
  /** Launches instances with these tags and waits until everything has settled. */
  launch(count: number, tags?: Tags): Promise<readonly Machine[]>;
  tag(ids: readonly string[], tags: Tags): Promise<void>;
  untag(ids: readonly string[], ...names: readonly string[]): Promise<void>;
  /** A filter that accepts all of these protocols in both directions; all packets when none is named. */
  createFilter(...protocols: readonly number[]): Promise<string>;
  /** A target in front of a Gateway Load Balancer endpoint, whose health nobody asks for. */
  createTarget(): Promise<string>;
  createSession(source: string, target: string, filter: string, number: number, tags?: Tags): Promise<string>;
}

export interface Machine {
  readonly id: string;
  readonly source: string;
}

const TRIES = 100;
const TRY_AGAIN_MS = 5;

async function patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (thrown) {
      const isUnseen = thrown instanceof Error && thrown.name.endsWith('NotFound');
      if (!isUnseen || tries === TRIES) throw thrown;
      await wait(TRY_AGAIN_MS);
    }
  }
}

const get = (value: string | undefined): string => {
  if (value === undefined) throw new Error('the local cloud answered without an id');
  return value;
};

/** As many as one call launches or tags. */
const AT_ONCE = 500;

const chunksOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

type Tags = Readonly<Record<string, string>>;

const toList = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const toSpecifications = (ResourceType: 'instance' | 'traffic-mirror-session', tags: Tags) =>
  Object.keys(tags).length === 0 ? undefined : [{ ResourceType, Tags: toList(tags) }];

export function personIn(cloud: AwsCloud, name = 'alice', region = cloud.region): Person {
  const credentials = cloud.as({ kind: 'user', name });
  const client = new EC2Client({ endpoint: cloud.endpoint, region, maxAttempts: 1, credentials });
  endAfterTest(async () => client.destroy());
  let endpoints = 0;

  async function start(count: number, tags: Tags = {}): Promise<readonly Machine[]> {
    const machines: Machine[] = [];
    for (let left = count; left > 0; left -= AT_ONCE) {
      const size = Math.min(left, AT_ONCE);
      const launched = await client.send(
        new RunInstancesCommand({
          ImageId: 'ami-0123456789abcdef0',
          InstanceType: 'm5.large',
          MinCount: size,
          MaxCount: size,
          TagSpecifications: toSpecifications('instance', tags),
        }),
      );
      for (const { InstanceId, NetworkInterfaces: [first] = [] } of launched.Instances ?? []) {
        machines.push({ id: get(InstanceId), source: get(first?.NetworkInterfaceId) });
      }
    }
    return machines;
  }

  return {
    client,
    patiently,
    start,
    async launch(count, tags) {
      const machines = await start(count, tags);
      await cloud.idle();
      return machines;
    },
    async tag(ids, tags) {
      for (const Resources of chunksOf(ids, AT_ONCE)) {
        await client.send(new CreateTagsCommand({ Resources, Tags: toList(tags) }));
      }
    },
    async untag(ids, ...names) {
      const Tags = names.map((Key) => ({ Key }));
      for (const Resources of chunksOf(ids, AT_ONCE)) await client.send(new DeleteTagsCommand({ Resources, Tags }));
    },
    async createFilter(...protocols) {
      const { TrafficMirrorFilter } = await client.send(new CreateTrafficMirrorFilterCommand({}));
      const id = get(TrafficMirrorFilter?.TrafficMirrorFilterId);
      for (const TrafficDirection of ['ingress', 'egress'] as const) {
        for (const [at, Protocol] of (protocols.length === 0 ? [undefined] : protocols).entries()) {
          const rule = new CreateTrafficMirrorFilterRuleCommand({
            TrafficMirrorFilterId: id,
            TrafficDirection,
            RuleNumber: (at + 1) * 10,
            RuleAction: 'accept',
            SourceCidrBlock: '0.0.0.0/0',
            DestinationCidrBlock: '0.0.0.0/0',
            ...(Protocol === undefined ? {} : { Protocol }),
          });
          await patiently(() => client.send(rule));
        }
      }
      return id;
    },
    async createTarget() {
      const GatewayLoadBalancerEndpointId = `vpce-${String((endpoints += 1)).padStart(17, '0')}`;
      const { TrafficMirrorTarget } = await client.send(
        new CreateTrafficMirrorTargetCommand({ GatewayLoadBalancerEndpointId }),
      );
      return get(TrafficMirrorTarget?.TrafficMirrorTargetId);
    },
    async createSession(source, target, filter, number, tags = {}) {
      const { TrafficMirrorSession } = await client.send(
        new CreateTrafficMirrorSessionCommand({
          NetworkInterfaceId: source,
          TrafficMirrorTargetId: target,
          TrafficMirrorFilterId: filter,
          SessionNumber: number,
          TagSpecifications: toSpecifications('traffic-mirror-session', tags),
        }),
      );
      return get(TrafficMirrorSession?.TrafficMirrorSessionId);
    },
  };
}

/** One deployment of tapkeeper: its Lambdas, its rules file and what it journaled. */
export interface Deployment {
  readonly host: LambdaHost;
  readonly journal: readonly JournalEntry[];
  /** The holds, by code, of what was journaled since the last call. */
  holds(): readonly string[];
  /** Writes the rules file; it holds from the next invocation on. */
  setRules(rules: object): Promise<void>;
  removeRules(): Promise<void>;
  /** Sweeps and waits until all that came of it is done. Gives the names of the guard's trips. */
  sweep(): Promise<readonly string[]>;
}

export async function deploy(
  cloud: AwsCloud,
  rules: object,
  options: Partial<LambdaHostOptions> = {},
): Promise<Deployment> {
  const file = await newRulesFile(rules);
  const journal = keptJournal();
  const host = hostLambdas(cloud, {
    rulesPath: file.path,
    mode: () => 'enforce',
    sweepSeconds: null,
    journal,
    failed: () => undefined,
    ...options,
  });
  endAfterTest(host.stop);
  return {
    host,
    journal: journal.entries,
    holds: journal.holds,
    setRules: file.write,
    removeRules: file.remove,
    async sweep() {
      const before = journal.entries.length;
      await host.sweep();
      const trips = journal.tripsAfter(before);
      await cloud.idle();
      return trips;
    },
  };
}

/** A destination of a rules file. */
export const destination = (target: string, filter: string, sessionNumber: number, more: object = {}): object => ({
  cloud: 'aws',
  region: 'us-east-1',
  target,
  filter,
  sessionNumber,
  ...more,
});

/** The sessions that stand, in few words, by interface and number. */
export const sessionsIn = (cloud: AwsCloud) =>
  cloud.state.in().sessions.map(({ id, interfaceId: source, targetId: target, filterId: filter, number, tags }) => ({
    id,
    source,
    target,
    filter,
    number,
    owner: tags['tapkeeper:owner'] ?? null,
  }));
