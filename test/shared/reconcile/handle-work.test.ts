import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { toInstant } from '../../../shared/ids.ts';
import type { Outcome } from '../../../shared/ports.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import type { Item } from '../../../shared/reconcile/batch/look-group.ts';
import type { Change } from '../../../shared/plan/change.ts';
import type { FaultCode } from '../../../shared/fault.ts';
import type { InventoryKind, World } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, fleet, machineAt, ours, retagged, sessionsOf, sourceAt, upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';

const eventAt = (world: World, at: number): Item => ({ id: `m-${at}`, work: look(world, [machineAt(at)]) });
const events = (world: World, count: number): readonly Item[] => upTo(count).map((at) => eventAt(world, at));
const sweepOf = ({ scope }: World, id: string): Item => ({
  id,
  work: { kind: 'sweep', scope, correlation: 'sweep-1', since: NOW, follows: null },
});
const refuse =
  (at: number, code: FaultCode) =>
  (change: Change): Outcome | null =>
    change.source === sourceAt(at).id ? { kind: 'failed', change, code, detail: `said ${code}` } : null;

/** Delivers what waits until nothing does, which must be soon. */
async function drain(h: Harness): Promise<void> {
  for (const _round of upTo(10)) {
    const items = [...h.take('event'), ...h.take('bulk')];
    if (items.length === 0) return;
    expect(await handleWork(h.deps, items, null)).toEqual({ failed: [] });
  }
  throw new Error('the queues do not run empty');
}

describe('handleWork', () => {
  it('reads once for a hundred launches, and attaches all of them', async () => {
    const world = fleet(100, ['tcp']);
    const h = harness(CONFIG, world);

    expect(await handleWork(h.deps, events(world, 100), null)).toEqual({ failed: [] });

    expect(h.cloud.world().attachments).toHaveLength(100);
    expect(h.cloud.reads).toHaveLength(1);
    expect(h.sent).toEqual([]);
  });

  it('reads a subject once, however many events name it, and only reads when all is as it should be', async () => {
    const world = fleet(1, ['tcp']);
    const h = harness(CONFIG, world);
    const items = [...events(world, 1), ...events(world, 1)];

    await handleWork(h.deps, items, null);
    await handleWork(h.deps, items, null);

    expect(h.cloud.reads.map(({ selection }) => selection)).toEqual([
      { kind: 'subjects', subjects: [machineAt(0)] },
      { kind: 'subjects', subjects: [machineAt(0)] },
    ]);
    expect(h.cloud.tried).toHaveLength(1);
  });

  it('reads at most two hundred subjects at a time, unless one message names more', async () => {
    const world = fleet(4, ['tcp']);
    const h = harness(CONFIG, world);
    const many = (from: number): Item => {
      const [first, ...others] = upTo(from === 0 ? 600 : 90).map((at) => machineAt(from + at));
      return { id: `many-${from}`, work: look(world, [first ?? machineAt(0), ...others]) };
    };

    await handleWork(h.deps, [many(0), many(600), many(690), many(780)], null);

    const sizes = h.cloud.reads.map(({ selection }) => (selection.kind === 'subjects' ? selection.subjects.length : 0));
    expect(sizes).toEqual([600, 180, 90]);
    expect(h.cloud.world().attachments).toHaveLength(4);
  });

  it('loads the rules once per batch', async () => {
    const east = fleet(2, ['tcp']);
    const west = toWorld({ region: 'us-west-2' });
    const h = harness(CONFIG, east, west);
    let loads = 0;
    h.onLoad = () => void (loads += 1);

    await handleWork(h.deps, [...events(east, 2), { id: 'w', work: look(west, [machineAt(0)]) }], null);

    expect(loads).toBe(1);
    expect(h.cloud.reads).toHaveLength(2);
  });

  it('acknowledges what is about a scope that is not kept, and journals it', async () => {
    const world = fleet(1, ['tcp']);
    const h = harness(CONFIG, world);
    const elsewhere = toWorld({ region: 'eu-north-1' });

    const handled = await handleWork(
      h.deps,
      [{ id: 'x', work: look(elsewhere, [machineAt(0)]) }, eventAt(world, 0)],
      null,
    );

    expect(handled).toEqual({ failed: [] });
    expect(h.journal[0]).toMatchObject({ kind: 'fault', code: 'event-unreadable', scope: { region: 'eu-north-1' } });
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp']);
  });

  it.each([
    ['throttled', ['m-1']],
    ['unreachable', ['m-1']],
    ['unexpected', ['m-1']],
    ['denied', []],
    ['unsupported', []],
    ['quota', []],
  ] as const)('after %s asks for exactly %j again', async (code, expected) => {
    const world = fleet(3, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = refuse(1, code);

    expect(await handleWork(h.deps, events(world, 3), null)).toEqual({ failed: expected });

    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp', '2: 100 tmt-tcp']);
  });

  it('asks again for all of a scope in which nothing could be read, and serves the others', async () => {
    const east = fleet(2, ['tcp']);
    const west = toWorld({ region: 'us-west-2', machines: [{ id: 'i-1' }] });
    const h = harness(CONFIG, east, west);
    h.cloud.onRead = ({ region }) => {
      if (region === 'us-west-2') throw new Fault('denied', 'ec2:DescribeInstances is not allowed');
    };

    const { failed } = await handleWork(
      h.deps,
      [
        { id: 'w-1', work: look(west, [machineAt(0)]) },
        ...events(east, 2),
        { id: 'w-2', work: look(west, [machineAt(1)]) },
      ],
      null,
    );

    expect(failed).toEqual(['w-1', 'w-2']);
    expect(h.cloud.world(east.scope).attachments).toHaveLength(2);
    expect(h.journal.filter(({ kind }) => kind === 'fault')).toMatchObject([{ code: 'denied' }]);
  });

  it('keeps events for better rules while the rules are not valid', async () => {
    const world = fleet(2, ['tcp']);
    const h = harness(CONFIG, world);
    h.onLoad = () => {
      throw new Fault('config-invalid', 'tapkeeper.yaml is missing');
    };

    expect(await handleWork(h.deps, events(world, 2), null)).toEqual({ failed: ['m-0', 'm-1'] });
    expect(h.cloud.reads).toEqual([]);
  });

  it.each<[InventoryKind, readonly string[]]>([
    ['attachments', ['m-0']],
    ['sources', ['m-0']],
    ['machines', []],
    ['targets', []],
    ['filters', []],
  ])('when %s are read in part asks for exactly %j again', async (kind, expected) => {
    const world: World = { ...fleet(1, [], [ours(0, 'tcp')]), incomplete: [{ kind, why: 'page 2 was refused' }] };
    const h = harness(CONFIG, world);

    expect(await handleWork(h.deps, events(world, 1), null)).toEqual({ failed: expected });
    expect(h.journal.filter((entry) => entry.kind === 'incomplete')).toHaveLength(1);
  });

  it('acknowledges everything while paused, and reads nothing', async () => {
    const world = fleet(2, ['tcp']);
    const h = harness(CONFIG, world);
    h.mode = 'paused';

    expect(await handleWork(h.deps, [...events(world, 2), sweepOf(world, 's')], null)).toEqual({ failed: [] });

    expect(h.cloud.reads).toEqual([]);
    expect(h.sent).toEqual([]);
    expect(h.journal.map(({ kind }) => kind)).toEqual(['finished', 'finished']);
  });
});

describe('handleWork, of what is changing', () => {
  const changing = toWorld({
    ...fleet(1, ['tcp']),
    machines: [{ id: String(machineAt(0).id), tags: { tcp: '' } }],
    sources: [{ id: String(sourceAt(0).id), machine: String(machineAt(0).id), state: 'changing' }],
    attachments: [],
    targets: [{ id: 'tmt-tcp' }],
    filters: [{ id: 'tmf-tcp' }],
  });

  it('looks again after 15 seconds, and attaches then', async () => {
    const h = harness(CONFIG, changing);

    expect(await handleWork(h.deps, events(changing, 1), null)).toEqual({ failed: [] });

    expect(h.sent).toEqual([{ queue: 'event', work: look(changing, [machineAt(0)]), delaySeconds: 15 }]);
    h.cloud.edit((world) => ({ ...world, sources: world.sources.map((one) => ({ ...one, state: 'attached' })) }));
    await drain(h);
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp']);
  });

  it.each([
    [600, 1],
    [601, 0],
  ])('of an event %d seconds old looks again %d times', async (ageSeconds, times) => {
    const h = harness(CONFIG, changing);
    const since = toInstant(NOW_MS - ageSeconds * 1000);

    await handleWork(h.deps, [{ id: 'old', work: look(changing, [machineAt(0)], since) }], null);

    expect(h.sent).toHaveLength(times);
    expect(h.sent.map(({ work }) => work.since)).toEqual(times === 0 ? [] : [since]);
  });

  it('gives a subject that is named twice the time of its newest event, and one message', async () => {
    const h = harness(CONFIG, changing);
    const old = toInstant(NOW_MS - 3_600_000);

    await handleWork(
      h.deps,
      [
        { id: 'old', work: look(changing, [machineAt(0)], old) },
        { id: 'new', work: look(changing, [machineAt(0)]) },
      ],
      null,
    );

    expect(h.sent.map(({ work }) => work)).toEqual([look(changing, [machineAt(0)])]);
  });

  it('looks again when it is the cloud that says so', async () => {
    const world = fleet(2, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => {
      if (change.source !== sourceAt(1).id) return null;
      const { source, machine } = change;
      const common = { destination: null, rules: [], keeps: null, blockedBy: [] };
      return {
        kind: 'held',
        change,
        hold: { source, machine, code: 'changing', detail: 'another operation', ...common },
      };
    };

    expect(await handleWork(h.deps, events(world, 2), null)).toEqual({ failed: [] });

    expect(h.sent).toEqual([{ queue: 'event', work: look(world, [machineAt(1)]), delaySeconds: 15 }]);
  });

  it('comes back without the permission that was given for something else', async () => {
    const h = harness(CONFIG, changing);
    const work = { ...look(changing, [sourceAt(0)]), run: { kind: 'enforce', seen: null, lift: ['batch'] } } as const;

    await handleWork(h.deps, [{ id: 'bulk', work }], null);

    expect(h.sent.map((one) => one.work)).toEqual([look(changing, [sourceAt(0)])]);
  });

  it('does not come back as more than it was allowed: to be observed', async () => {
    const h = harness(CONFIG, changing);
    const work = { ...look(changing, [sourceAt(0)]), run: { kind: 'observe' } } as const;

    await handleWork(h.deps, [{ id: 'observed', work }], null);

    expect(h.sent).toEqual([]);
  });

  it('is delivered again when the queue does not take it', async () => {
    const h = harness(CONFIG, changing);
    h.onSend = () => {
      throw new Fault('unreachable', 'sending to the event queue: no answer');
    };

    expect(await handleWork(h.deps, events(changing, 1), null)).toEqual({ failed: ['m-0'] });
    expect(h.journal.at(-1)).toMatchObject({ kind: 'fault', code: 'unreachable' });
  });
});

describe('handleWork, under the guard', () => {
  /** Machines 0 to `gone` - 1 were untagged; what is left of 100 stays as it is; number 100 is new. */
  const untagged = (gone: number): World => {
    const world = fleet(
      101,
      ['tcp'],
      upTo(100).map((at) => ours(at, 'tcp')),
    );
    return retagged(world, (at) => (at < gone ? [] : ['tcp']));
  };
  const named = (world: World, gone: number): readonly Item[] => [...events(world, gone), eventAt(world, 100)];

  it('detaches what few events name', async () => {
    const world = untagged(5);
    const h = harness(CONFIG, world);

    await handleWork(h.deps, named(world, 5), null);

    expect(h.cloud.world().attachments).toHaveLength(96);
    expect(h.sent).toEqual([]);
  });

  it('withholds more than five of a batch, attaches all the same, and asks for one sweep, which lets them go', async () => {
    const world = untagged(12);
    const h = harness(CONFIG, world);

    expect(await handleWork(h.deps, named(world, 12), null)).toEqual({ failed: [] });

    expect(h.cloud.world().attachments).toHaveLength(101);
    expect(h.sent).toMatchObject([{ queue: 'bulk', work: { kind: 'sweep', scope: world.scope }, delaySeconds: 0 }]);
    await drain(h);
    expect(sessionsOf(h.cloud.world())).toEqual(
      upTo(101)
        .filter((at) => at >= 12)
        .map((at) => `${at}: 100 tmt-tcp`)
        .sort(),
    );
  });

  it('withholds a mass untag from the sweep as well', async () => {
    const world = untagged(40);
    const h = harness(CONFIG, world);

    await handleWork(h.deps, named(world, 40), null);
    await drain(h);

    expect(h.cloud.world().attachments).toHaveLength(101);
    const trips = h.journal.flatMap((entry) => (entry.kind === 'guard-tripped' ? entry.trips : []));
    expect(trips.map(({ name }) => name)).toEqual(['batch', 'limit']);
  });

  it('does not let a mass change through in pieces behind the attaches of a sweep', async () => {
    // Every machine is to lose one session and to get another: attaches go on, and their chunks must not take the rest along.
    const world = retagged(
      fleet(
        120,
        [],
        upTo(120).map((at) => ours(at, 'udp')),
      ),
      () => ['tcp'],
    );
    const h = harness(CONFIG, world);

    await handleWork(h.deps, [sweepOf(world, 's')], null);
    await drain(h);

    const count = (target: string): number =>
      h.cloud.world().attachments.filter(({ settings }) => settings.target === target).length;
    expect([count('tmt-tcp'), count('tmt-udp')]).toEqual([120, 120]);
  });

  it('does not ask for a sweep where nothing is enforced', async () => {
    const world = untagged(12);
    const h = harness(CONFIG, world);
    h.mode = 'observe';

    await handleWork(h.deps, named(world, 12), null);

    expect(h.sent).toEqual([]);
    expect(h.cloud.world()).toEqual(world);
  });

  it('sweeps a scope once, however many messages ask for it, a tripped batch among them', async () => {
    const world = untagged(12);
    const h = harness(CONFIG, world);

    await handleWork(h.deps, [sweepOf(world, 's-1'), ...named(world, 12), sweepOf(world, 's-2')], null);

    expect(h.cloud.reads.map(({ selection }) => selection.kind)).toEqual(['subjects', 'everything']);
    expect(h.sent.map(({ work }) => work.kind)).toEqual(['look']);
  });

  it('delivers a sweep again that could not read', async () => {
    const world = untagged(0);
    const h = harness(CONFIG, world);
    h.cloud.onRead = () => {
      throw new Fault('throttled', 'listing instances: slow down');
    };

    const { failed } = await handleWork(h.deps, [sweepOf(world, 's-1'), sweepOf(world, 's-2')], null);

    expect(failed).toEqual(['s-1', 's-2']);
    expect(h.cloud.reads).toHaveLength(1);
  });

  it('goes on with the rest of what a sweep allowed after a part of it failed', async () => {
    const world = untagged(12);
    const h = harness(CONFIG, world);
    await handleWork(h.deps, [sweepOf(world, 's')], null);
    h.cloud.onApply = refuse(3, 'throttled');

    const items = h.take('bulk');
    expect(await handleWork(h.deps, items, null)).toEqual({ failed: ['bulk-0'] });

    const stillThere = (): readonly string[] =>
      sessionsOf(h.cloud.world()).filter((one) => /^([0-9]|1[01]):/.test(one));
    expect(stillThere()).toEqual(['3: 100 tmt-tcp']);
    h.cloud.onApply = () => null;
    expect(await handleWork(h.deps, items, null)).toEqual({ failed: [] });
    expect(stillThere()).toEqual([]);
  });

  it('delivers again, as it is, what a sweep allowed and nothing was done of', async () => {
    const world = untagged(12);
    const h = harness(CONFIG, world);
    await handleWork(h.deps, [sweepOf(world, 's')], null);
    h.cloud.onApply = (change) => ({ kind: 'failed', change, code: 'unreachable', detail: 'no answer' });
    const items = h.take('bulk');

    expect(await handleWork(h.deps, items, null)).toEqual({ failed: ['bulk-0'] });
    expect(h.sent).toEqual([]);

    h.cloud.onApply = () => null;
    await handleWork(h.deps, items, null);
    expect(h.cloud.world().attachments).toHaveLength(89);
  });

  it('does what is left of what the sweep saw when some of it is not wanted any more', async () => {
    const world = untagged(12);
    const h = harness(CONFIG, world);
    await handleWork(h.deps, [sweepOf(world, 's')], null);
    h.cloud.edit((now) => retagged(now, (at) => (at > 0 && at < 12 ? [] : ['tcp'])));

    await drain(h);

    expect(h.cloud.world().attachments).toHaveLength(90);
  });

  it('withholds from a chunk what the sweep did not see, and does the rest', async () => {
    const world = untagged(12);
    const h = harness(CONFIG, world);
    await handleWork(h.deps, [sweepOf(world, 's')], null);
    const [unwished] = fleet(4, [], [ours(3, 'udp')]).attachments;
    if (unwished === undefined) throw new Error('a fleet without its attachment');
    h.cloud.edit((now) => ({ ...now, attachments: [...now.attachments, unwished] }));

    await handleWork(h.deps, h.take('bulk'), null);

    const left = sessionsOf(h.cloud.world()).filter((one) => /^([0-9]|1[01]):/.test(one));
    expect(left).toEqual(['3: 100 tmt-tcp', '3: 200 tmt-udp']);
  });
});
