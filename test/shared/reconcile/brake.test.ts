import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { parseMachineId, toInstant } from '../../../shared/ids.ts';
import type { Change } from '../../../shared/plan/change.ts';
import type { Deps, Outcome } from '../../../shared/ports.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import type { Item } from '../../../shared/reconcile/batch/look-group.ts';
import type { World } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, fleet, machineAt, ours, retagged, sessionsOf, sourceAt, upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';

const MINUTE_MS = 60_000;
const LATE_MS = MINUTE_MS - 20_000;

const events = (world: World, count: number): readonly Item[] =>
  upTo(count).map((at) => ({ id: `m-${at}`, work: look(world, [machineAt(at)]) }));
const sweepItem = ({ scope }: World, id: string): Item => ({
  id,
  work: { kind: 'sweep', scope, correlation: `c-${id}`, since: NOW, follows: null },
});
const everything = (world: World): Item => {
  const [first, ...others] = world.sources.map(({ id }) => ({ kind: 'source', id }) as const);
  if (first === undefined) throw new Error('a world without sources');
  const run = { kind: 'enforce', seen: null, lift: ['batch'] } as const;
  return { id: 'bulk', work: { ...look(world, [first, ...others]), run } };
};
const continued = ({ journal }: Harness): readonly number[] =>
  journal.flatMap((entry) => (entry.kind === 'continued' ? [entry.sources] : []));

/** Each call takes a second. */
const slowly = (h: Harness) => (): null => {
  h.nowMs += 1000;
  return null;
};

/** Delivers what waits, each time to a process with a minute's time, until nothing does. */
async function drain(h: Harness): Promise<number> {
  for (const round of upTo(50)) {
    const items = [...h.take('event'), ...h.take('bulk')];
    if (items.length === 0) return round;
    expect(await handleWork(h.deps, items, h.nowMs + MINUTE_MS)).toEqual({ failed: [] });
  }
  throw new Error('the queues do not run empty');
}

/** Ports of an invocation whose time is up once it has sorted its batch. */
const lateAfterSorting = (h: Harness): Deps => ({
  ...h.deps,
  cloud: {
    ...h.cloud,
    keeps(scope) {
      h.nowMs += 1000;
      return h.cloud.keeps(scope);
    },
  },
});

describe('an invocation whose time runs out', () => {
  it('begins no source in its last twenty seconds; the rest goes back as identities, and nothing is lost', async () => {
    const world = fleet(120, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = slowly(h);

    expect(await handleWork(h.deps, events(world, 120), NOW_MS + MINUTE_MS)).toEqual({ failed: [] });

    const { length: done } = h.cloud.tried;
    expect(done).toBeGreaterThanOrEqual(40);
    expect(h.nowMs).toBeLessThanOrEqual(NOW_MS + LATE_MS + 4000);
    expect(continued(h)).toEqual([120 - done]);
    expect(h.sent.map(({ queue, delaySeconds }) => [queue, delaySeconds])).toEqual([
      ['event', 0],
      ['event', 0],
    ]);
    const sizes = h.sent.map(({ work }) => (work.kind === 'look' ? work.subjects.length : 0));
    expect(sizes).toEqual([66, 120 - done - 66]);
    for (const { work } of h.sent) expect(work).toMatchObject({ run: null, correlation: 'event-1', since: NOW });
    await drain(h);
    expect(h.cloud.world().attachments).toHaveLength(120);
    expect(h.cloud.tried).toHaveLength(120);
  });

  it('stops between two changes of a source, and puts what is left of it back', async () => {
    const world = fleet(1, ['tcp', 'udp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = () => {
      h.nowMs += MINUTE_MS;
      return null;
    };

    await handleWork(h.deps, events(world, 1), NOW_MS + MINUTE_MS);
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp']);
    expect(continued(h)).toEqual([1]);

    await handleWork(h.deps, h.take('event'), null);
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp', '0: 200 tmt-udp']);
    expect(h.sent).toEqual([]);
  });

  it('is one that ends: a process without an end does all', async () => {
    const world = fleet(120, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = slowly(h);

    await handleWork(h.deps, events(world, 120), null);

    expect(h.cloud.world().attachments).toHaveLength(120);
  });

  it('gives each source back to whoever asked for it', async () => {
    const world = fleet(3, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onRead = () => (h.nowMs += LATE_MS);
    const early = toInstant(NOW_MS - 5000);
    const first: Item = { id: 'a', work: { ...look(world, [machineAt(0)], early), correlation: 'a' } };
    const second: Item = { id: 'b', work: { ...look(world, [machineAt(1), machineAt(2)]), correlation: 'b' } };

    await handleWork(h.deps, [first, second], NOW_MS + MINUTE_MS);

    expect(h.sent.map(({ work }) => work)).toEqual([
      { ...look(world, [sourceAt(0)], early), correlation: 'a' },
      { ...look(world, [sourceAt(1), sourceAt(2)]), correlation: 'b' },
    ]);
  });

  it('carries the permission of a sweep along, for what is left of it and nothing else', async () => {
    const world = retagged(
      fleet(
        400,
        [],
        upTo(400).map((at) => ours(at, 'tcp')),
      ),
      (at) => (at < 30 ? [] : ['tcp']),
    );
    const h = harness(CONFIG, world);
    await handleWork(h.deps, [sweepItem(world, 's')], null);
    h.cloud.onApply = () => {
      h.nowMs += 4000;
      return null;
    };

    const items = h.take('bulk');
    expect(await handleWork(h.deps, items, NOW_MS + MINUTE_MS)).toEqual({ failed: [] });

    const { length: done } = h.cloud.tried;
    expect(done).toBeLessThan(30);
    expect(h.sent).toHaveLength(1);
    const [back] = h.sent;
    expect(back).toMatchObject({ queue: 'bulk', work: { correlation: 'c-s', run: { kind: 'enforce', lift: [] } } });
    const seen = back?.work.kind === 'look' && back.work.run?.kind === 'enforce' ? back.work.run.seen : null;
    expect(seen).toHaveLength(30 - done);
    await drain(h);
    expect(h.cloud.world().attachments).toHaveLength(370);
  });

  it('adds nothing to a permission', async () => {
    // A stopped machine's session goes without a permission; it must not come back with one for when it runs.
    const whole = fleet(1, [], [ours(0, 'tcp')]);
    const world = { ...whole, machines: whole.machines.map((machine) => ({ ...machine, state: 'stopped' as const })) };
    const h = harness(CONFIG, world);
    h.cloud.onRead = () => (h.nowMs += LATE_MS);
    const work = { ...look(world, [sourceAt(0)]), run: { kind: 'enforce', seen: [], lift: [] } } as const;

    await handleWork(h.deps, [{ id: 'chunk', work }], NOW_MS + MINUTE_MS);

    expect(h.sent).toEqual([{ queue: 'bulk', work, delaySeconds: 0 }]);
  });

  it('puts groups, scopes and sweeps back as they came when it is late before they are begun', async () => {
    const east = fleet(2, ['tcp']);
    const west = toWorld({ region: 'us-west-2' });
    const h = harness(CONFIG, east, west);
    const run = { kind: 'enforce', seen: [], lift: [] } as const;
    const chunk: Item = { id: 'chunk', work: { ...look(east, [sourceAt(0)]), run } };
    const hook = { group: 'g', name: 'n', token: null, machine: parseMachineId(String(machineAt(1).id)) };
    const launch: Item = { id: 'launch', work: { ...look(east, [machineAt(1)]), hook } };
    const items = [chunk, launch, sweepItem(west, 'w-1'), sweepItem(west, 'w-2')];

    expect(await handleWork(lateAfterSorting(h), items, NOW_MS + 20_001)).toEqual({ failed: [] });

    expect(h.cloud.reads).toEqual([]);
    expect(h.cloud.released).toEqual([]);
    expect(h.sent).toHaveLength(3);
    expect(h.sent).toEqual(
      expect.arrayContaining([
        { queue: 'bulk', work: chunk.work, delaySeconds: 0 },
        { queue: 'event', work: launch.work, delaySeconds: 0 },
        { queue: 'bulk', work: items[2]?.work, delaySeconds: 0 },
      ]),
    );
    expect(continued(h)).toEqual([1, 1]);
  });

  it('fails everything when there never was any time, for it would circle for ever, and lets launches go', async () => {
    const world = fleet(1, ['tcp']);
    const h = harness(CONFIG, world);
    const hook = { group: 'g', name: 'n', token: null, machine: parseMachineId(String(machineAt(0).id)) };
    const items = [...events(world, 1), { id: 'launch', work: { ...look(world, [machineAt(0)]), hook } }];

    expect(await handleWork(h.deps, items, NOW_MS + 15_000)).toEqual({ failed: items.map(({ id }) => id) });
    expect(h.journal[0]).toMatchObject({ kind: 'fault', code: 'config-invalid' });
    expect([h.cloud.reads, h.sent, h.cloud.released]).toEqual([[], [], [hook]]);

    await handleWork(h.deps, items, NOW_MS + 20_001);
    expect(h.journal.filter(({ kind }) => kind === 'fault')).toHaveLength(1);
    expect(h.cloud.world().attachments).toHaveLength(1);
  });

  it('puts nothing back that a sweep found half a day ago: the sweeps since have found it, too', async () => {
    const world = fleet(1, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onRead = () => (h.nowMs += LATE_MS);
    const run = { kind: 'enforce', seen: [], lift: [] } as const;
    const old = { ...look(world, [sourceAt(0)], toInstant(NOW_MS - 43_200_000)), run };

    await handleWork(h.deps, [{ id: 'old', work: old }], NOW_MS + MINUTE_MS);
    expect(h.sent).toEqual([]);

    await handleWork(h.deps, [{ id: 'young', work: { ...old, since: toInstant(h.nowMs) } }], h.nowMs + MINUTE_MS);
    expect(h.sent).toHaveLength(1);
  });

  it('stops between two groups of one scope', async () => {
    const world = fleet(3, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = () => {
      h.nowMs += LATE_MS;
      return null;
    };

    await handleWork(h.deps, [...events(world, 1), everything(world), sweepItem(world, 's')], NOW_MS + MINUTE_MS);

    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp']);
    expect(h.cloud.reads).toHaveLength(1);
    expect(h.sent.map(({ queue, work }) => [queue, work.kind])).toEqual([
      ['bulk', 'look'],
      ['bulk', 'sweep'],
    ]);
  });

  it.each([
    ['with two minutes left', 180, 60, 1],
    ['with less', 180, 61, 0],
    ['first, where it never has two minutes', 60, 0, 1],
    ['after something else, where it never has', 60, 2, 0],
  ])('lists a scope %s (%d s, %d s of which are gone: %d)', async (_when, seconds, goneSeconds, count) => {
    const world = fleet(3, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = () => {
      h.nowMs += goneSeconds * 1000;
      return null;
    };
    const before = goneSeconds === 0 ? [] : events(world, 1);
    const item = sweepItem(world, 's');

    const endsAtMs = NOW_MS + seconds * 1000;
    expect(await handleWork(h.deps, [...before, item], endsAtMs)).toEqual({ failed: [] });

    const listed = h.cloud.reads.filter(({ selection }) => selection.kind === 'everything');
    expect(listed).toHaveLength(count);
    const sweeps = h.sent.filter(({ work }) => work.kind === 'sweep');
    expect(sweeps).toEqual(count === 1 ? [] : [{ queue: 'bulk', work: item.work, delaySeconds: 0 }]);
  });

  it.each(['a group', 'a source'])('delivers the items of %s again when the queue does not take them', async (what) => {
    const world = fleet(2, ['tcp']);
    const h = harness(CONFIG, world);
    h.onSend = () => {
      throw new Fault('unreachable', 'sending to the event queue: no answer');
    };
    if (what === 'a source') h.cloud.onRead = () => (h.nowMs += LATE_MS);

    const [deps, endsAtMs] =
      what === 'a source' ? [h.deps, NOW_MS + MINUTE_MS] : [lateAfterSorting(h), NOW_MS + 20_001];
    expect(await handleWork(deps, events(world, 2), endsAtMs)).toEqual({ failed: ['m-0', 'm-1'] });
    expect(h.journal.at(-1)).toMatchObject({ kind: 'fault', code: 'unreachable' });
    expect(continued(h)).toEqual([]);
  });
});

describe('a cloud that throttles', () => {
  const throttled = (change: Change): Outcome => ({ kind: 'failed', change, code: 'throttled', detail: 'slow down' });

  it('has exactly the items delivered again whose sources it throttled now and then, and the others go on', async () => {
    const world = fleet(40, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => ([3, 17].some((at) => change.source === sourceAt(at).id) ? throttled(change) : null);

    const { failed } = await handleWork(h.deps, events(world, 40), null);

    expect([...failed].sort()).toEqual(['m-17', 'm-3']);
    expect(h.cloud.world().attachments).toHaveLength(38);
    expect(h.sent).toEqual([]);
  });

  it('is left alone for a moment after three in a row, and the rest goes back, what was throttled with it', async () => {
    const world = fleet(200, ['tcp']);
    const h = harness({ ...CONFIG }, world);
    h.cloud.onApply = (change) => (h.cloud.tried.length > 20 ? throttled(change) : null);

    expect(await handleWork(h.deps, [everything(world)], null)).toEqual({ failed: [] });

    // Four at a time: what is under way as the third is refused may be refused as well.
    expect(h.cloud.tried.length).toBeLessThanOrEqual(20 + 3 + 3);
    const { length: attached } = h.cloud.world().attachments;
    expect(continued(h)).toEqual([200 - attached]);
    expect(new Set(h.sent.map(({ queue, delaySeconds }) => `${queue} ${delaySeconds}`))).toEqual(new Set(['bulk 5']));
    h.cloud.onApply = () => null;
    await drain(h);
    expect(h.cloud.world().attachments).toHaveLength(200);
  });

  it('is left alone whatever becomes of what is under way', async () => {
    const world = fleet(40, ['tcp']);
    const h = harness(CONFIG, world);
    let answered = 0;
    h.cloud.onApply = (change) => ((answered += 1) <= 3 ? throttled(change) : null);

    await handleWork(h.deps, events(world, 40), null);

    expect(h.cloud.tried.length).toBeLessThanOrEqual(6);
    expect(continued(h)).toEqual([40 - h.cloud.world().attachments.length]);
  });

  it('is not left alone after three that are not in a row', async () => {
    const world = fleet(40, ['tcp']);
    const h = harness(CONFIG, world);
    const deps = { ...h.deps, parallelism: 1 };
    h.cloud.onApply = (change) => (h.cloud.tried.length % 3 === 0 ? null : throttled(change));

    const { failed } = await handleWork(deps, events(world, 40), null);

    expect(h.cloud.tried).toHaveLength(40);
    expect(failed).toHaveLength(27);
    expect(h.sent).toEqual([]);
  });

  it('in one scope never stops another', async () => {
    const east = fleet(10, ['tcp']);
    const west: World = { ...fleet(10, ['tcp']), scope: toWorld({ region: 'us-west-2' }).scope };
    const h = harness(CONFIG, east, west);
    h.cloud.onRead = ({ region }) => {
      if (region === 'us-west-2') throw new Fault('unreachable', 'listing instances: no answer');
    };

    const { failed } = await handleWork(
      h.deps,
      [...events(east, 10), { id: 'west', work: look(west, [machineAt(0)]) }],
      null,
    );

    expect(failed).toEqual(['west']);
    expect(h.cloud.world(east.scope).attachments).toHaveLength(10);
  });
});
