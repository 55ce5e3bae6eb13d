import {
  AttachNetworkInterfaceCommand,
  CreateTagsCommand,
  CreateTrafficMirrorFilterRuleCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseMachineId, parseSourceId } from '../../../shared/ids.ts';
import {
  createFilter,
  createInterface,
  createSession,
  createTarget,
  launch,
  machines,
  NLB,
  sources,
  startAccount,
  type Account,
} from './account.ts';

let account: Account;
beforeEach(async () => {
  account = await startAccount();
});
afterEach(() => account.stop());

/** What was called since the last time. */
function callsSince(): Record<string, number> {
  const calls = { ...account.local.calls };
  account.local.resetCalls();
  return calls;
}

const COLD = {
  DescribeInstances: 1,
  DescribeNetworkInterfaces: 1,
  DescribeTrafficMirrorSessions: 1,
  DescribeTrafficMirrorTargets: 1,
  DescribeTrafficMirrorFilters: 1,
};
const WARM = { DescribeInstances: 1, DescribeNetworkInterfaces: 1, DescribeTrafficMirrorSessions: 1 };

describe('calls', () => {
  test('an instance: five cold, three warm, five again after a minute', async () => {
    const launched = await launch(account, 1);
    callsSince();
    await account.mirror.read(account.scope, machines(launched));
    expect(callsSince()).toEqual(COLD);
    await account.mirror.read(account.scope, machines(launched));
    expect(callsSince()).toEqual(WARM);
    account.pass(60_000);
    await account.mirror.read(account.scope, machines(launched));
    expect(callsSince()).toEqual(COLD);
  });

  test('somebody who misses a target has it looked for, and not again at once', async () => {
    const launched = await launch(account, 1);
    await account.mirror.read(account.scope, machines(launched));
    const [sensor] = await launch(account, 1);
    const target = await createTarget(account, sensor.source);
    expect(account.mirror.forget(account.scope)).toBe(false);
    account.pass(5_000);
    expect(account.mirror.forget(account.scope)).toBe(true);
    const world = await account.mirror.read(account.scope, machines(launched));
    expect(world.targets.map(({ id }) => id)).toContain(target);
    expect(account.mirror.forget(account.scope)).toBe(false);
  });

  test('an interface: three warm, its instance in a second round', async () => {
    const [{ source }] = await launch(account, 1);
    await account.mirror.read(account.scope, sources([source]));
    callsSince();
    const world = await account.mirror.read(account.scope, sources([source]));
    expect(callsSince()).toEqual(WARM);
    expect(world.machines).toHaveLength(1);
  });

  test('with a target that is an interface: one more cold, none more warm, nor after a sweep', async () => {
    const [sensor] = await launch(account, 1);
    await createTarget(account, sensor.source);
    const launched = await launch(account, 100);
    callsSince();
    const world = await account.mirror.read(account.scope, machines(launched));
    expect(callsSince()).toEqual({ ...COLD, DescribeInstances: 2 });
    expect([world.machines.length, world.sources.length]).toEqual([100, 100]);
    await account.mirror.read(account.scope, machines(launched));
    expect(callsSince()).toEqual(WARM);
    account.pass(60_000);
    await account.mirror.read(account.scope, { kind: 'everything' });
    expect(callsSince()).toEqual(COLD);
    await account.mirror.read(account.scope, machines(launched));
    expect(callsSince()).toEqual(WARM);
  });

  test('a thousand instances that are all listed: one call of each kind', async () => {
    await launch(account, 1000);
    callsSince();
    const world = await account.mirror.read(account.scope, { kind: 'everything' });
    expect(callsSince()).toEqual(COLD);
    expect([world.machines.length, world.sources.length]).toEqual([1000, 1000]);
  });

  test('more than a page of each kind is followed to its end', async () => {
    await launch(account, 1000);
    await launch(account, 5);
    const world = await account.mirror.read(account.scope, { kind: 'everything' });
    expect([world.machines.length, world.sources.length]).toEqual([1005, 1005]);
  });

  test('450 instances are asked for by as many values as a filter takes', async () => {
    const launched = await launch(account, 450);
    callsSince();
    const world = await account.mirror.read(account.scope, machines(launched));
    expect(world.machines).toHaveLength(450);
    expect(world.incomplete).toEqual([]);
    expect(callsSince()).toMatchObject({ DescribeInstances: 3, DescribeNetworkInterfaces: 3 });
  });

  test('a second page of sessions is read by interface', async () => {
    const target = await createTarget(account, null);
    const filter = await createFilter(account);
    const many = await launch(account, 340);
    const numbers = [1, 2, 3];
    await Promise.all(
      many.flatMap(({ source }) => numbers.map((number) => createSession(account, source, target, filter, number))),
    );
    callsSince();
    const world = await account.mirror.read(account.scope, machines(many));
    expect(world.incomplete).toEqual([]);
    expect(world.attachments).toHaveLength(1020);
    expect(callsSince()).toMatchObject({ DescribeTrafficMirrorSessions: 1 + 2 });
    const last = many.at(-1);
    if (last === undefined) throw new Error('nothing was launched');
    const one = await account.mirror.read(account.scope, machines([last]));
    expect(one.attachments.map(({ settings }) => settings.number)).toEqual(expect.arrayContaining(numbers));
    expect(callsSince()).toMatchObject({ DescribeTrafficMirrorSessions: 2 });
    // Of interfaces that were named the page would say nothing more, now that it is known not to be all.
    const same = await account.mirror.read(account.scope, sources([last.source]));
    expect(same.attachments).toEqual(one.attachments);
    expect(callsSince()).toMatchObject({ DescribeTrafficMirrorSessions: 1 });
  });
});

describe('the world', () => {
  test('tags of instance and interface, and a second interface that is attached later', async () => {
    const [{ machine, source }] = await launch(account, 1);
    const second = await createInterface(account);
    const attach = { InstanceId: machine, NetworkInterfaceId: second, DeviceIndex: 1 };
    await account.person.send(new AttachNetworkInterfaceCommand(attach));
    await account.person.send(new CreateTagsCommand({ Resources: [machine], Tags: [{ Key: 'Name', Value: 'web' }] }));
    await account.person.send(new CreateTagsCommand({ Resources: [second], Tags: [{ Key: 'mirror', Value: 'soc' }] }));
    await account.local.idle();
    const world = await account.mirror.read(account.scope, machines([{ machine, source }]));
    expect(world.machines[0]).toMatchObject({ id: machine, name: 'web', state: 'running', type: 'm5.large' });
    const facts = world.sources.map(({ id, machine: on, isPrimary, tags, state, unfit }) => [
      id,
      { on, isPrimary, tags, state, unfit },
    ]);
    const attached = { on: machine, state: 'attached', unfit: null };
    expect(Object.fromEntries(facts)).toEqual({
      [source]: { ...attached, isPrimary: true, tags: {} },
      [second]: { ...attached, isPrimary: false, tags: { mirror: 'soc' } },
    });
  });

  test('what is unknown to the API is simply not there', async () => {
    const [known] = await launch(account, 1);
    const unknown = { machine: parseMachineId('i-00000000000000bad'), source: parseSourceId('eni-00000000000000bad') };
    const world = await account.mirror.read(account.scope, machines([unknown, known]));
    expect(world.machines.map(({ id }) => id)).toEqual([known.machine]);
    expect((await account.mirror.read(account.scope, sources([unknown.source]))).sources).toEqual([]);
  });

  test('an instance that was stopped says since when, one that was terminated is gone', async () => {
    const [first, second] = await launch(account, 2);
    if (second === undefined) throw new Error('two were launched');
    await account.person.send(new StopInstancesCommand({ InstanceIds: [first.machine] }));
    await account.person.send(new TerminateInstancesCommand({ InstanceIds: [second.machine] }));
    await account.local.idle();
    const world = await account.mirror.read(account.scope, machines([first, second]));
    const states = Object.fromEntries(
      world.machines.map(({ id, state, stoppedAt }) => [id, [state, stoppedAt !== null]]),
    );
    expect(states).toEqual({ [first.machine]: ['stopped', true], [second.machine]: ['gone', false] });
    expect(world.sources.map(({ id }) => id)).toEqual([first.source]);
  });

  test('types that are no sources, and interfaces that are targets, are unfit', async () => {
    const [old] = await launch(account, 1, { InstanceType: 't2.micro' });
    const [sensor] = await launch(account, 1);
    const target = await createTarget(account, sensor.source);
    const world = await account.mirror.read(account.scope, machines([old, sensor]));
    const unfit = Object.fromEntries(world.sources.map(({ id, unfit: why }) => [id, why]));
    expect(unfit[old.source]).toMatch(/t2\.micro/);
    expect(unfit[sensor.source]).toMatch(/target/);
    expect(world.targets).toMatchObject([
      { id: target, reaches: sensor.source, capacity: 10, load: 0, unhealthy: null },
    ]);
  });

  test('a target on an instance that is stopped is unhealthy, and one of the largest types takes a hundred', async () => {
    const [small] = await launch(account, 1);
    const [large] = await launch(account, 1, { InstanceType: 'm5.24xlarge' });
    const smallTarget = await createTarget(account, small.source);
    const largeTarget = await createTarget(account, large.source);
    await createTarget(account, null);
    await account.person.send(new StopInstancesCommand({ InstanceIds: [small.machine] }));
    await account.local.idle();
    const world = await account.mirror.read(account.scope, { kind: 'everything' });
    const facts = Object.fromEntries(world.targets.map((target) => [target.reaches, target]));
    expect(facts[small.source]).toMatchObject({
      id: smallTarget,
      capacity: 10,
      unhealthy: expect.stringMatching(/is stopped/) as string,
    });
    expect(facts[large.source]).toMatchObject({ id: largeTarget, capacity: 100, unhealthy: null });
    expect(facts[NLB]).toMatchObject({ capacity: null, unhealthy: null, zone: null });
  });

  test('what services made is read, and what a service hides, and told apart', async () => {
    const { provide } = account.local;
    const database = provide.interface({ requester: 'amazon-rds', description: 'RDSNetworkInterface' });
    const balancer = provide.interface({ requester: 'amazon-elb', description: 'ELB app/web/50dc6c495c0c9188' });
    const gateway = provide.interface({ requester: 'amazon-aws', type: 'nat_gateway' });
    const node = provide.instance({ operator: 'eks.amazonaws.com', tags: { mirror: 'yes' } });
    await account.local.idle();
    const world = await account.mirror.read(account.scope, { kind: 'everything' });
    expect(world.machines).toMatchObject([{ id: node.id, state: 'running', tags: { mirror: 'yes' } }]);
    const found = Object.fromEntries(
      world.sources.map(({ id, machine, state, unfit }) => [id, { machine, state, isFit: unfit === null }]),
    );
    expect(found).toEqual({
      [database]: { machine: null, state: 'attached', isFit: true },
      [balancer]: { machine: null, state: 'attached', isFit: false },
      [gateway]: { machine: null, state: 'attached', isFit: false },
      [node.interfaceId]: { machine: node.id, state: 'attached', isFit: true },
    });
  });

  test('a filter with its rules', async () => {
    const filter = await createFilter(account);
    await account.person.send(
      new CreateTrafficMirrorFilterRuleCommand({
        TrafficMirrorFilterId: filter,
        TrafficDirection: 'ingress',
        RuleNumber: 10,
        RuleAction: 'accept',
        Protocol: 6,
        SourceCidrBlock: '0.0.0.0/0',
        DestinationCidrBlock: '10.0.0.0/8',
        DestinationPortRange: { FromPort: 443, ToPort: 443 },
      }),
    );
    const world = await account.mirror.read(account.scope, { kind: 'everything' });
    expect(world.filters).toEqual([
      {
        id: filter,
        mirrorsDns: false,
        rules: [
          {
            direction: 'ingress',
            number: 10,
            action: 'accept',
            protocol: 6,
            sourceCidr: '0.0.0.0/0',
            destinationCidr: '10.0.0.0/8',
            sourcePorts: null,
            destinationPorts: { from: 443, to: 443 },
          },
        ],
      },
    ]);
  });
});

describe('a read that is denied', () => {
  test.each([
    ['DescribeInstances', 'machines'],
    ['DescribeNetworkInterfaces', 'sources'],
    ['DescribeTrafficMirrorSessions', 'attachments'],
    ['DescribeTrafficMirrorTargets', 'targets'],
    ['DescribeTrafficMirrorFilters', 'filters'],
  ])('%s makes the %s incomplete and names the permission', async (action, kind) => {
    const launched = await launch(account, 1);
    account.local.deny(action);
    const world = await account.mirror.read(account.scope, machines(launched));
    expect(world.incomplete).toMatchObject([
      { kind, why: expect.stringContaining(`allow ec2:${action} on *`) as string },
    ]);
  });

  test('a cloud that cannot be reached is a fault', async () => {
    const launched = await launch(account, 1);
    await account.local.stop();
    await expect(account.mirror.read(account.scope, machines(launched))).rejects.toMatchObject({ code: 'unreachable' });
  });
});
