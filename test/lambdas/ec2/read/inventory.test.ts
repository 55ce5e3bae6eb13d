import { describe, expect, test } from 'vitest';
import { inventory } from '../../../../lambdas/ec2/read/inventory.ts';
import type { Reads } from '../../../../lambdas/ec2/read/reads.ts';
import { Fault } from '../../../../shared/fault.ts';
import {
  parseDestinationName,
  parseFilterId,
  parseMachineId,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import type { Attach } from '../../../../shared/plan/change.ts';
import type { Outcome } from '../../../../shared/ports.ts';
import type { HoldCode } from '../../../../shared/reason.ts';
import type { Selection } from '../../../../shared/words.ts';
import { HERE } from '../../samples.ts';

const MACHINE: Selection = { kind: 'subjects', subjects: [{ kind: 'machine', id: parseMachineId('i-0a') }] };
const EVERYTHING: Selection = { kind: 'everything' };

const session = (id: string, source: string) => ({
  TrafficMirrorSessionId: id,
  NetworkInterfaceId: source,
  TrafficMirrorTargetId: 'tmt-0a',
  TrafficMirrorFilterId: 'tmf-0a',
  SessionNumber: 1,
});

/** A scope of one machine with one interface, and a session on it and on another one. */
const WHOLE: Reads = {
  instances: async () => [{ InstanceId: 'i-0a', State: { Name: 'running' } }],
  interfaces: async () => [{ NetworkInterfaceId: 'eni-0a', Attachment: { InstanceId: 'i-0a', Status: 'attached' } }],
  sessions: async () => [session('tms-0a', 'eni-0a'), session('tms-0b', 'eni-0b')],
  firstSessions: async () => ({ items: [session('tms-0a', 'eni-0a'), session('tms-0b', 'eni-0b')], next: null }),
  sessionsTo: async () => [],
  targets: async () => [{ TrafficMirrorTargetId: 'tmt-0a', NetworkLoadBalancerArn: 'arn:aws:nlb' }],
  filters: async () => [{ TrafficMirrorFilterId: 'tmf-0a' }],
};

const fails = async (): Promise<never> => {
  throw new Fault('denied', 'reading: denied; allow it');
};

const worldOf = (reads: Partial<Reads>, selection: Selection) =>
  inventory(() => ({ ...WHOLE, ...reads }), { now: () => 0 }).read(HERE, selection);

describe.each([
  ['some machines', MACHINE],
  ['everything', EVERYTHING],
])('a read of %s', (_, selection) => {
  test('that is whole lacks nothing', async () => {
    const world = await worldOf({}, selection);
    expect(world.incomplete).toEqual([]);
    expect([world.machines.length, world.sources.length, world.targets.length, world.filters.length]).toEqual([
      1, 1, 1, 1,
    ]);
  });

  test.each([
    ['machines', { instances: fails }],
    ['sources', { interfaces: fails }],
    ['attachments', { sessions: fails, firstSessions: fails }],
    ['targets', { targets: fails }],
    ['filters', { filters: fails }],
  ] as const)('without %s says so and holds the rest', async (kind, reads) => {
    const world = await worldOf(reads, selection);
    expect(world.incomplete).toEqual([{ kind, why: 'reading: denied; allow it' }]);
    expect(world[kind]).toEqual([]);
  });

  test('of which nothing comes is a fault', async () => {
    const nothing = { instances: fails, interfaces: fails, sessions: fails, firstSessions: fails };
    await expect(worldOf(nothing, selection)).rejects.toMatchObject({ code: 'denied' });
  });

  test('in which a session lacks its number is not one of no sessions', async () => {
    const { SessionNumber: _number, ...odd } = session('tms-0c', 'eni-0a');
    const reads = { sessions: async () => [odd], firstSessions: async () => ({ items: [odd], next: null }) };
    const world = await worldOf(reads, selection);
    expect(world.incomplete.map(({ kind }) => kind)).toEqual(['attachments']);
  });
});

describe('sessions', () => {
  test('of others than what was asked for are not in the world, but load their targets', async () => {
    const some = await worldOf({}, MACHINE);
    expect(some.attachments.map(({ id }) => id)).toEqual(['tms-0a']);
    expect(some.targets[0]?.load).toBe(2);
    const all = await worldOf({}, EVERYTHING);
    expect(all.attachments.map(({ id }) => id)).toEqual(['tms-0a', 'tms-0b']);
  });

  test('that do not fit on a page are read by interface', async () => {
    const asked: unknown[] = [];
    const world = await worldOf(
      {
        firstSessions: async () => ({ items: [session('tms-0b', 'eni-0b')], next: 'more' }),
        sessions: async (by) => {
          asked.push(by);
          return [session('tms-0a', 'eni-0a')];
        },
      },
      MACHINE,
    );
    expect(asked).toEqual([{ filter: 'network-interface-id', values: ['eni-0a'] }]);
    expect(world.attachments.map(({ id }) => id)).toEqual(['tms-0a']);
  });

  test('whose second page fails are incomplete', async () => {
    const firstSessions = async () => ({ items: [session('tms-0a', 'eni-0a')], next: 'more' });
    const world = await worldOf({ firstSessions, sessions: fails }, MACHINE);
    expect(world.attachments).toEqual([]);
    expect(world.incomplete.map(({ kind }) => kind)).toEqual(['attachments']);
  });
});

describe('sessions of other accounts', () => {
  const theirs = (OwnerId: string) => ({
    ...session('tms-0c', 'eni-0a'),
    OwnerId,
    Tags: [
      { Key: 'tapkeeper:owner', Value: 'soc' },
      { Key: 'tapkeeper:mark', Value: 'v1' },
    ],
  });
  const readsOf = (one: ReturnType<typeof theirs>): Partial<Reads> => ({
    sessions: async () => [one],
    firstSessions: async () => ({ items: [one], next: null }),
  });

  test.each([MACHINE, EVERYTHING])('are never in a world, whatever their tags: %j', async (selection) => {
    const world = await worldOf(readsOf(theirs('210987654321')), selection);
    expect(world.attachments).toEqual([]);
    expect(world.incomplete).toEqual([]);
    expect(world.targets[0]?.load).toBe(0);
  });

  test.each(['123456789012', ' 123456789012 '])('are told from our own by %j', async (owner) => {
    expect((await worldOf(readsOf(theirs(owner)), MACHINE)).attachments).toHaveLength(1);
  });
});

test.each([MACHINE, EVERYTHING])(
  'an interface of another account in a shared subnet is left to it: %j',
  async (selection) => {
    const Attachment = { InstanceId: 'i-0b', Status: 'attached' } as const;
    const interfaces = async () => [
      {
        NetworkInterfaceId: 'eni-0a',
        OwnerId: '123456789012',
        Attachment: { InstanceId: 'i-0a', Status: 'attached' as const },
      },
      { NetworkInterfaceId: 'eni-0b', OwnerId: '210987654321', Attachment },
    ];
    const world = await worldOf({ interfaces }, selection);
    expect(world.sources.map(({ id }) => id)).toEqual(['eni-0a']);
    expect(world.incomplete).toEqual([]);
  },
);

describe('sources at a target', () => {
  test('count once each, however many sessions they have', async () => {
    const all = [session('tms-0a', 'eni-0a'), session('tms-0b', 'eni-0a'), session('tms-0c', 'eni-0b')];
    const reads = { sessions: async () => all, firstSessions: async () => ({ items: all, next: null }) };
    expect((await worldOf(reads, MACHINE)).targets[0]?.load).toBe(2);
    expect((await worldOf(reads, EVERYTHING)).targets[0]?.load).toBe(2);
  });
});

describe('what is behind a target', () => {
  const targets = async () => [{ TrafficMirrorTargetId: 'tmt-0a', NetworkInterfaceId: 'eni-0f' }];
  const sensor = (Name: 'running' | 'stopped') => ({
    InstanceId: 'i-0f',
    State: { Name },
    Placement: { AvailabilityZone: 'us-east-1b' },
    NetworkInterfaces: [{ NetworkInterfaceId: 'eni-0f' }],
  });

  test('is nothing that speaks against it when it cannot be read', async () => {
    const instances: Reads['instances'] = async (by) =>
      by !== 'everything' && by.filter === 'network-interface.network-interface-id' ? fails() : [];
    const some = await worldOf({ targets, instances }, MACHINE);
    expect(some.targets).toMatchObject([{ zone: null, capacity: null, unhealthy: null }]);
    expect(some.incomplete).toEqual([]);
    const all = await worldOf({ targets, interfaces: fails }, EVERYTHING);
    expect(all.targets).toMatchObject([{ zone: null, capacity: null, unhealthy: null }]);
  });

  test('is remembered for a minute when it is well, and for a quarter of one when it is not', async () => {
    let nowMs = 0;
    let reads = 0;
    let state: 'running' | 'stopped' = 'running';
    const instances: Reads['instances'] = async (by) => {
      if (by === 'everything' || by.filter !== 'network-interface.network-interface-id') return [];
      reads += 1;
      return [sensor(state)];
    };
    const { read } = inventory(() => ({ ...WHOLE, targets, instances }), { now: () => nowMs });
    const after = async (ms: number) => {
      nowMs += ms;
      const [target] = (await read(HERE, MACHINE)).targets;
      return [target?.unhealthy === null, reads];
    };
    expect(await after(0)).toEqual([true, 1]);
    state = 'stopped';
    expect(await after(59_999)).toEqual([true, 1]);
    expect(await after(1)).toEqual([false, 2]);
    state = 'running';
    expect(await after(14_999)).toEqual([false, 2]);
    expect(await after(1)).toEqual([true, 3]);
  });

  test('is not asked for when no target is an interface', async () => {
    const asked: string[] = [];
    const instances: Reads['instances'] = async (by) => {
      if (by !== 'everything' && by.values.length > 0) asked.push(by.filter);
      return [];
    };
    await worldOf({ instances }, MACHINE);
    expect(asked).not.toContain('network-interface.network-interface-id');
    await worldOf({ instances, targets }, MACHINE);
    expect(asked).toContain('network-interface.network-interface-id');
  });
});

const to = {
  target: parseTargetId('tmt-0a'),
  filter: parseFilterId('tmf-0a'),
  number: 1,
  packetLength: null,
  virtualNetworkId: null,
};
const change: Attach = {
  kind: 'attach',
  source: parseSourceId('eni-0a'),
  machine: null,
  destination: parseDestinationName('sensor'),
  rules: [],
  to,
};

test('a conflict has targets read again that are no longer young', async () => {
  let nowMs = 0;
  let reads = 0;
  const targets = async () => {
    reads += 1;
    return [];
  };
  const { read, learn } = inventory(() => ({ ...WHOLE, targets }), { now: () => nowMs });
  const readsAfterConflict = async () => {
    learn(HERE, { kind: 'conflict', change, detail: '' });
    await read(HERE, MACHINE);
    return reads;
  };
  await read(HERE, MACHINE);
  nowMs = 4_999;
  expect(await readsAfterConflict()).toBe(1);
  nowMs = 5_000;
  expect(await readsAfterConflict()).toBe(2);
});

describe('a target that refused a source for being full', () => {
  const held = (code: HoldCode): Outcome => {
    const { source, machine, destination, rules } = change;
    return {
      kind: 'held',
      change,
      hold: { source, machine, destination, rules, code, keeps: null, blockedBy: [], detail: '' },
    };
  };

  test('takes what it has for a minute', async () => {
    let nowMs = 0;
    const { read, learn } = inventory(() => WHOLE, { now: () => nowMs });
    const capacity = async () => (await read(HERE, MACHINE)).targets[0]?.capacity;
    expect(await capacity()).toBeNull();
    learn(HERE, held('destination-full'));
    expect(await capacity()).toBe(2);
    nowMs = 59_999;
    expect(await capacity()).toBe(2);
    nowMs = 60_000;
    expect(await capacity()).toBeNull();
  });

  test('is told from one that refused for another reason', async () => {
    const { read, learn } = inventory(() => WHOLE, { now: () => 0 });
    learn(HERE, held('destination-unhealthy'));
    learn(HERE, { kind: 'conflict', change, detail: '' });
    expect((await read(HERE, MACHINE)).targets[0]?.capacity).toBeNull();
  });
});

describe('targets whose hosts cannot be read', () => {
  const targets = async () => [
    { TrafficMirrorTargetId: 'tmt-0a', NetworkInterfaceId: 'eni-0f', OwnerId: HERE.account },
    { TrafficMirrorTargetId: 'tmt-0b', NetworkInterfaceId: 'eni-0e', OwnerId: '210987654321' },
    { TrafficMirrorTargetId: 'tmt-0c', NetworkLoadBalancerArn: 'arn:aws:nlb', OwnerId: HERE.account },
  ];

  test('say so when the hosts are in this account', async () => {
    const instances: Reads['instances'] = async (by) =>
      by !== 'everything' && by.filter.startsWith('network-interface') ? fails() : WHOLE.instances(by);
    const world = await worldOf({ targets, instances }, MACHINE);
    expect(world.incomplete).toEqual([]);
    expect(world.targets.map(({ unchecked }) => unchecked)).toEqual([
      'what is behind it could not be read: reading: denied; allow it',
      null,
      null,
    ]);
  });

  test('say nothing when the hosts are read', async () => {
    const world = await worldOf({ targets }, MACHINE);
    expect(world.targets.map(({ unchecked }) => unchecked)).toEqual([null, null, null]);
  });
});

describe('targets and filters', () => {
  test('are remembered for a minute, a failure is not, and a sweep reads them anew', async () => {
    let reads = 0;
    let nowMs = 0;
    const targets = async () => {
      reads += 1;
      if (reads === 1) throw new Fault('throttled', 'later');
      return [];
    };
    const { read } = inventory(() => ({ ...WHOLE, targets }), { now: () => nowMs });
    const readsAfter = async (selection: Selection) => {
      await read(HERE, selection);
      return reads;
    };
    expect(await readsAfter(MACHINE)).toBe(1);
    expect(await readsAfter(MACHINE)).toBe(2);
    nowMs = 59_999;
    expect(await readsAfter(MACHINE)).toBe(2);
    nowMs = 60_000;
    expect(await readsAfter(MACHINE)).toBe(3);
    expect(await readsAfter(EVERYTHING)).toBe(4);
    expect(await readsAfter(MACHINE)).toBe(4);
  });
});
