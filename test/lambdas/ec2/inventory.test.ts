import { describe, expect, test } from 'vitest';
import { inventory } from '../../../lambdas/ec2/inventory.ts';
import type { Reads } from '../../../lambdas/ec2/reads.ts';
import { Fault } from '../../../shared/fault.ts';
import { parseMachineId } from '../../../shared/ids.ts';
import type { Selection } from '../../../shared/words.ts';
import { HERE } from '../samples.ts';

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
