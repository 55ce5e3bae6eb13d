import {
  AttachNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DetachNetworkInterfaceCommand,
  ModifyTrafficMirrorSessionCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { capacityOf } from '../../../lambdas/ec2/destinations/target-types.ts';
import { capacityOf as capacityInTheCloud } from '../../../local/aws/ec2/target-capacity.ts';
import { parseDestinationName, parseFilterId, parseRuleName, parseTargetId } from '../../../shared/ids.ts';
import type { Outcome } from '../../../shared/ports.ts';
import type { Owner, SourceId, Target, World } from '../../../shared/words.ts';
import {
  accountOf,
  createFilter,
  createInterface,
  createSession,
  createTarget,
  createTargetTo,
  launch,
  machines,
  NLB,
  startAccount,
  type Account,
  type Launched,
} from './account.ts';

const THEIRS = '210987654321';

let account: Account;
beforeEach(async () => {
  account = await startAccount(['123456789012', THEIRS]);
});
afterEach(() => account.stop());

const EVERYTHING = { kind: 'everything' } as const;

const sweep = ({ mirror, scope }: Account): Promise<World> => mirror.read(scope, EVERYTHING);
const look = ({ mirror, scope }: Account, launched: Launched): Promise<World> =>
  mirror.read(scope, machines([launched]));

function targetIn(world: World, id: string): Target {
  const found = world.targets.find((target) => target.id === id);
  if (found === undefined) throw new Error(`${id} is not in the world`);
  return found;
}

async function inspect({ mirror, scope }: Account, target: Target): Promise<Target> {
  const [found] = await mirror.inspect(scope, [target]);
  return found;
}

/** A target as the next closer look has it, when nothing is remembered. */
async function inspectAnew(one: Account, id: string): Promise<Target> {
  one.pass(60_000);
  return inspect(one, targetIn(await sweep(one), id));
}

/** An instance with a second interface that can be detached, and the interface. */
async function launchWithSecond(): Promise<{ launched: Launched; second: SourceId; attachmentId: string }> {
  const [launched] = await launch(account, 1);
  const second = await createInterface(account);
  const { AttachmentId: attachmentId = '' } = await account.person.send(
    new AttachNetworkInterfaceCommand({ InstanceId: launched.machine, NetworkInterfaceId: second, DeviceIndex: 1 }),
  );
  await account.local.idle();
  return { launched, second, attachmentId };
}

describe('a target that is an interface, in a sweep and in the read of one machine alike', () => {
  let one: Launched;
  beforeEach(async () => {
    [one] = await launch(account, 1);
  });

  /** As both kinds of reads know it, each without what is remembered. */
  async function factsOf(id: string): Promise<Target> {
    account.pass(60_000);
    const looked = targetIn(await look(account, one), id);
    const swept = targetIn(await sweep(account), id);
    expect(looked).toEqual(swept);
    return swept;
  }

  test('is where its instance is, and takes as many sources as its type does', async () => {
    const zone = account.local.state.in().instances.find(({ id }) => id === one.machine)?.zone;
    expect(await factsOf(await createTarget(account, one.source))).toMatchObject({
      zone,
      capacity: 10,
      unhealthy: null,
    });
    const [large] = await launch(account, 1, { InstanceType: 'm5.24xlarge' });
    expect(await factsOf(await createTarget(account, large.source))).toMatchObject({ capacity: 100, unhealthy: null });
  });

  test('on an instance that stops is unhealthy, and well again soon after it runs', async () => {
    const [sensor] = await launch(account, 1);
    const id = await createTarget(account, sensor.source);
    await account.person.send(new StopInstancesCommand({ InstanceIds: [sensor.machine] }));
    await account.local.idle();
    expect((await factsOf(id)).unhealthy).toMatch(
      new RegExp(`${sensor.machine}, which is stopped; start the instance`),
    );
    await account.person.send(new StartInstancesCommand({ InstanceIds: [sensor.machine] }));
    await account.local.idle();
    account.pass(15_000);
    expect(targetIn(await look(account, one), id).unhealthy).toBeNull();
  });

  test('that is attached to nothing any more, or is gone, is unhealthy', async () => {
    const { second, attachmentId } = await launchWithSecond();
    const id = await createTarget(account, second);
    expect((await factsOf(id)).unhealthy).toBeNull();
    await account.person.send(new DetachNetworkInterfaceCommand({ AttachmentId: attachmentId }));
    await account.local.idle();
    expect((await factsOf(id)).unhealthy).toMatch(/attached to no instance; attach it/);
    await account.person.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: second }));
    expect((await factsOf(id)).unhealthy).toMatch(/does not exist; create a mirror target/);
  });

  test('whose instance was terminated is unhealthy', async () => {
    const [sensor] = await launch(account, 1);
    const id = await createTarget(account, sensor.source);
    await account.person.send(new TerminateInstancesCommand({ InstanceIds: [sensor.machine] }));
    await account.local.idle();
    expect((await factsOf(id)).unhealthy).toMatch(/does not exist/);
  });

  test('that is new is known at once, although the others are remembered', async () => {
    const [first, second] = await launch(account, 2);
    if (second === undefined) throw new Error('two were launched');
    await createTarget(account, first.source);
    await look(account, one);
    const id = await createTarget(account, second.source);
    account.pass(5_000);
    account.mirror.forget(account.scope);
    expect(targetIn(await look(account, one), id)).toMatchObject({ capacity: 10, unhealthy: null });
  });

  test('counts a source once, however many of its sessions it gets', async () => {
    const [sensor] = await launch(account, 1);
    const id = await createTarget(account, sensor.source);
    const filter = await createFilter(account);
    await createSession(account, one.source, id, filter, 1);
    await createSession(account, one.source, id, filter, 2);
    expect((await factsOf(id)).load).toBe(1);
  });
});

test('a target that is a load balancer or an endpoint has neither zone nor limit', async () => {
  const balancer = await createTarget(account, null);
  const endpoint = await createTargetTo(account, { GatewayLoadBalancerEndpointId: 'vpce-0123456789abcdef0' });
  const world = await sweep(account);
  for (const id of [balancer, endpoint]) {
    expect(targetIn(world, id)).toMatchObject({ zone: null, capacity: null, unhealthy: null, load: 0 });
  }
});

test('the product and the cloud, which read the same page twice, agree on the types that take a hundred', () => {
  const families =
    'm5 m5d m5zn m6a m6g m7i m8g m8gb m8ine m8in c5 c5d c5n c6gn c7gn c8ib r5b r6g r8gn x2gd x2iezn x8i z1d u-6tb1 u-24tb1 ' +
    'u7i-12tb u7inh-32tb i3en i7ie im4gn dl1 f2 g5 g6e g7e p5 p6-b200 p6e-gb200 trn1 trn2 trn2u vt1 hpc6id hpc7a hpc7g hpc8a t3';
  const sizes = [1, 2, 3, 4, 8, 12, 16, 18, 24, 32, 36, 48, 56, 96, 112, 224, 480];
  const types = families.split(' ').flatMap((family) => sizes.map((size) => `${family}.${size}xlarge`));
  expect(types.filter((type) => capacityOf(type) !== capacityInTheCloud(type))).toEqual([]);
  expect(types.filter((type) => capacityOf(type) === 100).length).toBeGreaterThan(50);
});

describe('a closer look at a load balancer', () => {
  const LISTENS_TO_TCP = [{ protocol: 'TCP', port: 4789 }] as const;
  let target: string;
  beforeEach(async () => {
    target = await createTarget(account, null);
  });

  test('finds nothing against one that is active and has the listener', async () => {
    account.local.addBalancer({ arn: NLB });
    expect((await inspectAnew(account, target)).unhealthy).toBeNull();
    account.local.addBalancer({ arn: NLB, listeners: [{ protocol: 'TCP_UDP', port: 4789 }] });
    expect((await inspectAnew(account, target)).unhealthy).toBeNull();
  });

  test('costs two calls, and none for a minute after', async () => {
    account.local.addBalancer({ arn: NLB });
    const seen = targetIn(await sweep(account), target);
    account.local.resetCalls();
    await inspect(account, seen);
    expect(account.local.calls).toEqual({ DescribeLoadBalancers: 1, DescribeListeners: 1 });
    await inspect(account, seen);
    expect(account.local.calls).toEqual({ DescribeLoadBalancers: 1, DescribeListeners: 1 });
  });

  test('names the command that creates the listener', async () => {
    account.local.addBalancer({ arn: NLB, listeners: LISTENS_TO_TCP });
    expect((await inspectAnew(account, target)).unhealthy).toContain(
      `aws elbv2 create-listener --region us-east-1 --load-balancer-arn ${NLB} --protocol UDP --port 4789`,
    );
  });

  test.each(['provisioning', 'failed'] as const)('says that it is %s', async (state) => {
    account.local.addBalancer({ arn: NLB, state });
    expect((await inspectAnew(account, target)).unhealthy).toMatch(new RegExp(`is ${state}; see: aws elbv2`));
  });

  test('says that it does not exist, and still knows the others', async () => {
    const other = NLB.replace('sensors', 'others');
    account.local.addBalancer({ arn: other });
    const well = await createTargetTo(account, { NetworkLoadBalancerArn: other });
    const world = await sweep(account);
    const [gone, fine] = await account.mirror.inspect(account.scope, [targetIn(world, target), targetIn(world, well)]);
    expect(gone.unhealthy).toMatch(/does not exist; create one/);
    expect(fine?.unhealthy).toBeNull();
  });

  test('finds what the calls tell that are allowed, and says what to allow', async () => {
    account.local.addBalancer({ arn: NLB, state: 'failed', listeners: LISTENS_TO_TCP });
    account.local.deny('DescribeLoadBalancers');
    expect((await inspectAnew(account, target)).unhealthy).toMatch(/no UDP or TCP_UDP listener/);
    account.local.deny('DescribeListeners');
    expect(await inspectAnew(account, target)).toMatchObject({
      unhealthy: null,
      unchecked: expect.stringMatching(
        /^DescribeLoadBalancers on arn:.* allow elasticloadbalancing:DescribeLoadBalancers on \*; DescribeListeners on arn:.* allow elasticloadbalancing:DescribeListeners on \*$/,
      ) as string,
    });
    account.local.allow('DescribeLoadBalancers');
    expect((await inspectAnew(account, target)).unhealthy).toMatch(/is failed/);
  });

  test('of a shared target of another account that is kept too is asked there', async () => {
    account.local.addBalancer({ arn: NLB, listeners: LISTENS_TO_TCP });
    account.local.share(target, THEIRS);
    const sharing = accountOf(account.local, THEIRS, [account.scope.account]);
    try {
      const seen = targetIn(await sweep(sharing), target);
      expect((await inspect(sharing, seen)).unhealthy).toMatch(/no UDP or TCP_UDP listener/);
    } finally {
      await sharing.stop();
    }
  });

  test('of a shared target of an account that is not kept is nothing', async () => {
    account.local.share(target, THEIRS);
    const sharing = accountOf(account.local, THEIRS);
    try {
      const seen = targetIn(await sweep(sharing), target);
      account.local.resetCalls();
      expect(await inspect(sharing, seen)).toEqual(seen);
      expect(account.local.calls).toEqual({});
    } finally {
      await sharing.stop();
    }
  });
});

const OWNER = 'soc' as Owner;

const attach = async (one: Account, source: SourceId, target: string, filter: string): Promise<Outcome> =>
  one.mirror.apply(
    one.scope,
    {
      kind: 'attach',
      source,
      machine: null,
      destination: parseDestinationName('sensor'),
      rules: [parseRuleName('tagged')],
      to: {
        target: parseTargetId(target),
        filter: parseFilterId(filter),
        number: 100,
        packetLength: null,
        virtualNetworkId: null,
      },
    },
    OWNER,
    'event',
    null,
  );

describe('a target that another account shares', () => {
  let sharing: Account;
  let sensor: Launched;
  let target: string;
  beforeEach(async () => {
    sharing = accountOf(account.local, THEIRS);
    [sensor] = await launch(account, 1);
    target = await createTarget(account, sensor.source);
    account.local.share(target, THEIRS);
  });
  afterEach(() => sharing.stop());

  test('is known by its id, and its interface neither described nor held against it', async () => {
    await account.person.send(new StopInstancesCommand({ InstanceIds: [sensor.machine] }));
    await account.local.idle();
    const [launched] = await launch(sharing, 1);
    account.local.resetCalls();
    expect(targetIn(await look(sharing, launched), target)).toEqual({
      id: target,
      cloud: 'aws',
      region: 'us-east-1',
      zone: null,
      reaches: sensor.source,
      unhealthy: null,
      unchecked: null,
      isChanging: false,
      capacity: null,
      load: 0,
    });
    expect(account.local.calls).toMatchObject({ DescribeInstances: 1, DescribeNetworkInterfaces: 1 });
    expect(await attach(sharing, launched.source, target, await createFilter(sharing))).toMatchObject({
      kind: 'held',
      hold: { code: 'destination-unhealthy' },
    });
  });

  test('takes sessions with a filter of the account that has the source', async () => {
    const [launched] = await launch(sharing, 1);
    expect((await attach(sharing, launched.source, target, await createFilter(sharing))).kind).toBe('done');
    const filter = await createFilter(account);
    expect(await attach(sharing, launched.source, target, filter)).toMatchObject({
      kind: 'held',
      hold: { code: 'no-filter-here' },
    });
  });

  test("gets sessions that are never in its owner's world, whatever their tags, but count at it", async () => {
    const filter = await createFilter(sharing);
    const [ours] = await launch(account, 1);
    await attach(account, ours.source, target, await createFilter(account));
    for (const { source } of await launch(sharing, 3)) await attach(sharing, source, target, filter);
    for (const world of [await sweep(account), await look(account, ours)]) {
      expect(world.attachments.map(({ source }) => source)).toEqual([ours.source]);
      expect(targetIn(world, target)).toMatchObject({ load: 1, capacity: 10 });
      expect(await inspect(account, targetIn(world, target))).toMatchObject({ load: 4, capacity: 10 });
    }
    expect((await sweep(sharing)).attachments).toHaveLength(3);
  });

  test('that its owner has filled is full for the next plan, although the count says that there is room', async () => {
    const filter = await createFilter(account);
    for (const { source } of await launch(account, 10)) await createSession(account, source, target, filter, 1);
    const [launched] = await launch(sharing, 1);
    expect(targetIn(await look(sharing, launched), target)).toMatchObject({ load: 0, capacity: null });
    expect(await attach(sharing, launched.source, target, await createFilter(sharing))).toMatchObject({
      kind: 'conflict',
      detail: expect.stringContaining('add a sensor to the pool') as string,
    });
    const full = { load: 0, capacity: 0 };
    expect(targetIn(await look(sharing, launched), target)).toMatchObject(full);
    expect(await inspect(sharing, targetIn(await sweep(sharing), target))).toMatchObject(full);
    sharing.pass(60_000);
    expect(targetIn(await look(sharing, launched), target)).toMatchObject({ load: 0, capacity: null });
  });

  test('and no longer shared is none', async () => {
    account.local.unshare(target, THEIRS);
    const [launched] = await launch(sharing, 1);
    expect((await look(sharing, launched)).targets).toEqual([]);
    expect(await attach(sharing, launched.source, target, await createFilter(sharing))).toMatchObject({
      kind: 'held',
      hold: { code: 'destination-missing' },
    });
  });
});

test('a closer look at an interface counts the sources of all pages of sessions', async () => {
  const [sensor] = await launch(account, 1, { InstanceType: 'm5.24xlarge' });
  const target = await createTarget(account, sensor.source);
  const elsewhere = await createTarget(account, null);
  const filter = await createFilter(account);
  const many = await launch(account, 340);
  const made = await Promise.all(
    many.flatMap(({ source }) => [1, 2, 3].map((number) => createSession(account, source, elsewhere, filter, number))),
  );
  for (const session of made.slice(-3)) {
    await account.person.send(
      new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session, TrafficMirrorTargetId: target }),
    );
  }
  const [first] = many;
  const seen = targetIn(await look(account, first), target);
  expect(await inspect(account, seen)).toMatchObject({ load: 1, capacity: 100 });
});
