import { patterns } from '../../lambdas/event-bridge.ts';
import type { Clock } from '../../shared/ports.ts';
import type { Disturber } from './disturbance.ts';
import { createDisturber } from './disturbance.ts';
import { createEndpoint } from './ec2/endpoint.ts';
import { createBuckets } from './ec2/buckets.ts';
import type { Provisions } from './ec2/provisions.ts';
import { createProvisions } from './ec2/provisions.ts';
import type { Random } from './ec2/randomness.ts';
import { createShares } from './ec2/shares.ts';
import type { Troubles } from './ec2/troubles.ts';
import { createTroubles } from './ec2/troubles.ts';
import { createQueryServer } from './ec2/server.ts';
import type { EventBus } from './event-bridge.ts';
import { createEventBus } from './event-bridge.ts';
import type { AccessKey, Identity } from './identity.ts';
import { createIdentities } from './identity.ts';
import { createOutbox } from './outbox.ts';
import type { Policy } from './policy/decide.ts';
import type { Policies } from './policy/policies.ts';
import { createPolicies } from './policy/policies.ts';
import { listenOnLoopback } from './ports.ts';
import type { Queue, QueueDepth, QueuePair, Queues } from './queues.ts';
import { startQueues } from './queues.ts';
import type { Activity, Timer } from './settling.ts';
import { createActivity, machineTimer } from './settling.ts';
import type { ServiceControls } from './services/services.ts';
import { createServices } from './services/services.ts';
import type { RegionView } from './view.ts';
import { toRegionView } from './view.ts';

/** The account of a local cloud that has one. */
const LOCAL_ACCOUNT = '123456789012';

/** The role that the hosted Lambdas act in. */
const LOCAL_ROLE = 'tapkeeper';

export interface AwsCloudOptions {
  /** The port of EC2; 0 takes a free one. */
  readonly port: number;
  /** The port of SQS; a free one when it is left out. */
  readonly sqsPort?: number;
  /** The region of the queues, and of calls that are not signed. */
  readonly region?: string;
  /** The accounts; the first is the cloud's own, to which the queues and all unknown access keys belong. */
  readonly accounts?: readonly string[];
  readonly clock?: Clock;
  readonly random?: Random;
  /** How long an instance is `pending` or `stopping`, and an interface `attaching`. */
  readonly settleMs?: number;
  /** What runs the steps that take time to settle. */
  readonly timer?: Timer;
  readonly visibilitySeconds?: number;
  /** How long every answer takes; none when left out. */
  readonly latencyMs?: number;
  /** Whether EC2 throttles as it is documented to do; not when left out. */
  readonly buckets?: 'documented' | 'none';
  /** How long, by the clock, changes stay unseen by Describe calls; seen at once when left out. */
  readonly seenAfterMs?: number;
  /**
   * Whether the role of the Lambdas is let make sessions that EC2 refuses: more than three on an interface, and two with one
   * number. What would only be refused is then found in the state. Not when left out.
   */
  readonly isLenient?: boolean;
  /** EventBridge rules by name, as event patterns; the ones that are deployed when left out. */
  readonly rules?: Readonly<Record<string, unknown>>;
}

/** AWS on one machine: EC2 and EventBridge of some accounts, and SQS of the first. */
export interface AwsCloud extends ServiceControls {
  /** Where EC2 answers. */
  readonly endpoint: string;
  readonly sqsEndpoint: string;
  /** Where S3 answers: buckets and objects are made by whoever uses them. */
  readonly s3Endpoint: string;
  readonly account: string;
  readonly accounts: readonly string[];
  readonly region: string;
  readonly roleName: string;
  readonly queues: QueuePair;
  /** Makes queues for a deployment beside the first, which the same events reach. */
  addQueues(name: string): Promise<QueuePair>;
  readonly clock: Clock;
  /** How often each EC2 action was called since the start or the last reset, whatever became of it. */
  readonly calls: Readonly<Record<string, number>>;
  /** How often each EC2 action was throttled since then. */
  readonly throttled: Readonly<Record<string, number>>;
  resetCalls(): void;
  readonly state: {
    /** The regions that were ever called, in whatever account. */
    regions(): readonly string[];
    /** What exists in a region of an account; the cloud's own when none is named. */
    in(region?: string, account?: string): RegionView;
  };
  /** Tells after anything may have changed. Returns what ends it. */
  onChange(listener: () => void): () => void;
  /** An access key of an identity: calls signed with it are of that account and recorded as that identity's. */
  as(identity: Identity, account?: string): AccessKey;
  /** Holds a role, of the cloud's own account when none is named, to a policy: from then on it may do nothing else. */
  holdTo(roleName: string, policy: Policy, account?: string): void;
  /** What roles that are held to a policy were allowed and refused, each once, as `role action resource`. */
  readonly judged: Pick<Policies, 'allowed' | 'refused'>;
  /** Has EC2 refuse an action to everybody, until it is allowed again. */
  deny(action: string): void;
  allow(action: string): void;
  /** Has EC2 refuse an action, or all for `*`, with a code of one's choice. Returns what ends it. */
  fail: Troubles['fail'];
  /** Has the connection break down when an action, or any for `*`, is called. Returns what ends it. */
  hangUp: Troubles['hangUp'];
  /** Shares a mirror target with another account, as its owner does with RAM. @throws Error when either is not there. */
  share(targetId: string, account: string): void;
  unshare(targetId: string, account: string): void;
  /** What the cloud's own services make in an account, which no call of the account does. */
  readonly provide: Provisions;
  /** The bus, to put events that no action of this cloud emits. */
  readonly bus: EventBus;
  /** Has events get lost, doubled or late on their way to the queue; `null` ends that. Returns counts that go on counting. */
  disturb: Disturber['disturb'];
  depthOf(queue: Queue): Promise<QueueDepth>;
  /** What is under way; {@link AwsCloud.idle} waits for it. */
  readonly activity: Activity;
  /** Says that somebody receives from the queues, so that idle waits until they are empty. Returns what ends it. */
  consume(): () => void;
  /** Resolves when all steps have settled, all queues that somebody receives from are empty and no handler runs. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** How often the queues are looked at while waiting for them to be empty. */
const LOOK_MS = 10;

/** @throws Error that names the port when one is taken. */
export async function startAwsCloud(options: AwsCloudOptions): Promise<AwsCloud> {
  const { region = 'us-east-1', settleMs = 250, random = Math.random, visibilitySeconds = 30 } = options;
  const { latencyMs = 0 } = options;
  const clock = options.clock ?? { now: Date.now };
  let isStopping = false;
  const nowMs = (): number => clock.now();
  const listeners = new Set<() => void>();
  const activity = createActivity(options.timer ?? machineTimer);
  const [account = LOCAL_ACCOUNT, ...others] = options.accounts ?? [];
  const identities = createIdentities([account, ...others]);
  const policies = createPolicies();
  const queues = await startQueues({
    port: options.sqsPort ?? 0,
    region,
    visibilitySeconds,
    findRefused(accessKeyId, check) {
      const caller = identities.of(accessKeyId);
      const refused = policies.findRefused(caller, () => [check]);
      return refused === null ? null : { ...refused, caller };
    },
  });
  const failed = (thrown: unknown): void => {
    // A queue that is being stopped refuses what is still on its way: nobody waits for it any more.
    if (!isStopping) process.stderr.write(`delivering events: ${String(thrown)}\n`);
  };
  const deliveries = createDisturber(createOutbox(activity, queues.send, failed), activity);
  const bus = createEventBus({
    rules: options.rules ?? patterns(LOCAL_ROLE),
    nowMs,
    random,
    deliver: (_rule, body) => deliveries.add(body),
  });
  const troubles = createTroubles();
  const ec2 = createEndpoint({
    defaultRegion: region,
    nowMs,
    random,
    identities,
    policies,
    latencyMs,
    seenAfterMs: options.seenAfterMs ?? 0,
    buckets: options.buckets === 'documented' ? createBuckets(nowMs) : null,
    lenientTo: options.isLenient === true ? LOCAL_ROLE : null,
    troubles,
    emit: bus.put,
    later: (step) => activity.after(settleMs, step),
    changed: () => listeners.forEach((listener) => listener()),
  });
  const services = createServices({
    defaultRegion: region,
    nowMs,
    random,
    identities,
    policies,
    emit: bus.put,
    later: (step) => activity.after(settleMs, step),
    changed: () => listeners.forEach((listener) => listener()),
    calls: ec2.calls,
    denied: ec2.denied,
    latencyMs,
    troubles,
    ec2,
    track: activity.track,
    failed,
    subnetsOf: (origin) => [...ec2.regionOf(origin.region, origin.account).subnets.values()],
  });
  const server = createQueryServer(ec2, services.beside);
  const port = await listenOnLoopback(server, options.port, 'EC2').catch(async (thrown: unknown) => {
    await queues.stop();
    throw thrown;
  });
  let consumers = 0;

  return {
    ...services.controls,
    endpoint: `http://127.0.0.1:${port}`,
    sqsEndpoint: queues.endpoint,
    // The library that is SQS here is S3 too.
    s3Endpoint: queues.endpoint,
    account,
    accounts: identities.accounts,
    region,
    roleName: LOCAL_ROLE,
    queues,
    addQueues: queues.add,
    clock,
    calls: ec2.calls,
    throttled: ec2.throttled,
    resetCalls() {
      for (const counts of [ec2.calls, ec2.throttled]) {
        for (const action of Object.keys(counts)) delete counts[action];
      }
    },
    state: {
      regions: () => [...new Set([...ec2.regions()].map(({ name }) => name))].sort(),
      in: (name = region, owner = account) => toRegionView(ec2.regionOf(name, owner)),
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    as: identities.issue,
    holdTo: (roleName, policy, owner = account) => policies.hold(roleName, owner, policy),
    judged: policies,
    deny: (action) => void ec2.denied.add(action),
    allow: (action) => void ec2.denied.delete(action),
    fail: troubles.fail,
    hangUp: troubles.hangUp,
    ...createShares(ec2, identities.accounts),
    provide: createProvisions(ec2, { account, region }),
    bus,
    disturb: deliveries.disturb,
    depthOf: queues.depthOf,
    activity,
    consume() {
      consumers += 1;
      return () => void (consumers -= 1);
    },
    idle: () => waitUntilIdle(activity, async () => consumers === 0 || (await areEmpty(queues))),
    async stop() {
      isStopping = true;
      activity.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await queues.stop();
    },
  };
}

/** A handler of one queue may send to the other: the first is looked at again after the second. */
async function areEmpty({ pairs, depthOf }: Queues): Promise<boolean> {
  for (const { event, bulk } of pairs()) {
    for (const queue of [event, bulk, event]) {
      if ((await depthOf(queue)).waiting > 0) return false;
    }
  }
  return true;
}

async function waitUntilIdle(activity: Activity, isEmpty: () => Promise<boolean>): Promise<void> {
  for (;;) {
    await activity.settled();
    if ((await isEmpty()) && activity.isSettled) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
