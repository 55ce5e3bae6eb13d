import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { toInstant } from '../../../shared/ids.ts';
import type { Interruptions, Outcome } from '../../../shared/ports.ts';
import type { Item } from '../../../shared/reconcile/batch/look-group.ts';
import { enact } from '../../../shared/reconcile/converge.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { rememberInterruptions } from '../../../shared/reconcile/interruptions.ts';
import type { Invocation } from '../../../shared/reconcile/invocation.ts';
import { loadRules } from '../../../shared/reconcile/rules.ts';
import { study, type Task } from '../../../shared/reconcile/study.ts';
import type { World } from '../../../shared/words.ts';
import {
  AZURE_CONFIG,
  azureFleet,
  mirrored,
  mirroredIn,
  nicId,
  taggedOnly,
  vmAt,
  vmId,
  within,
} from './azure-fleets.ts';
import { CONFIG, fleet, machineAt, upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';
import { house, unreachable } from './house.ts';
import { watch } from './watch.ts';

const eventAt = (world: World, at: number, since = NOW): Item => ({
  id: `m-${at}`,
  work: look(world, [vmAt(at)], since),
});
const events = (world: World, count: number): readonly Item[] => upTo(count).map((at) => eventAt(world, at));
const bulk = (world: World, at: number, since = NOW): Item => ({
  id: `b-${at}`,
  work: { ...look(world, [vmAt(at)], since), run: { kind: 'enforce', seen: [], lift: [] } },
});
const bySource = (cloud: Harness['cloud']) => cloud.tried.map(({ source }) => source);

/** The same deployment with other turns: another process, when the turns are of a house. */
const asProcess = (h: Harness, interruptions: Interruptions): Invocation => ({ ...h.deps, interruptions });

/** Lets time go by and delivers what waits, until nothing does. */
async function drain(h: Harness, deps: Invocation, most = 50): Promise<void> {
  for (const _round of upTo(most)) {
    const due = [...h.sent];
    if (due.length === 0) return;
    h.nowMs += Math.max(...due.map(({ delaySeconds }) => delaySeconds)) * 1000;
    await handleWork(deps, [...h.take('event'), ...h.take('bulk')], null);
  }
  throw new Error('the queues do not run empty');
}

const codes = (h: Harness) => h.journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold.code] : []));
const finished = (h: Harness) => h.journal.findLast((entry) => entry.kind === 'finished');

describe('turns', () => {
  it('change as many running machines at a time as may be interrupted, and in the end all of them', async () => {
    const world = azureFleet(20);
    const h = harness(within({ inFlight: 3 }), world);
    const seen = watch(h.cloud);

    expect(await handleWork(h.deps, events(world, 20), null)).toEqual({ failed: [] });

    expect(mirroredIn(h.cloud.world())).toEqual(upTo(20));
    expect(seen.most).toBe(3);
    expect(h.sent).toEqual([]);
    expect(finished(h)).toMatchObject({ counts: { done: 20, interrupted: 20, held: 0 } });
  });

  it('keep nothing waiting that interrupts nobody', async () => {
    const world = azureFleet(30, { state: (at) => (at < 10 ? 'running' : 'stopped') });
    const h = harness(within({ inFlight: 1 }), world);
    const deps = { ...h.deps, parallelism: 16 };
    const order: number[] = [];
    h.cloud.duration = async ({ source }) => {
      const at = Number(/nic-(\d+)/.exec(source)?.[1]);
      for (let tick = 0; tick < (at < 10 ? 100 : 30); tick += 1) await Promise.resolve();
      order.push(at);
    };

    await handleWork(deps, events(world, 30), null);

    expect(order.slice(0, 20).sort((a, b) => a - b)).toEqual(upTo(20).map((at) => at + 10));
    expect(h.cloud.peak.all).toBe(17);
    expect(mirroredIn(h.cloud.world())).toEqual(upTo(30));
  });

  it('are not asked for where nothing interrupts', async () => {
    const world = fleet(20, ['tcp']);
    const h = harness(CONFIG, world);
    const rooms = house(() => h.nowMs);
    rooms.fault = unreachable();

    await handleWork(
      asProcess(h, rooms.as('a')),
      upTo(20).map((at) => ({ id: `${at}`, work: look(world, [machineAt(at)]) })),
      null,
    );

    expect(h.cloud.world().attachments).toHaveLength(20);
    expect(finished(h)).not.toHaveProperty('counts.interrupted');
  });

  it('are shared by all processes', async () => {
    const world = azureFleet(40);
    const h = harness(within({ inFlight: 4 }), world);
    const rooms = house(() => h.nowMs);
    const seen = watch(h.cloud);
    const [a, b] = [asProcess(h, rooms.as('a')), asProcess(h, rooms.as('b'))];

    await Promise.all([
      handleWork(a, events(world, 20), null),
      handleWork(
        b,
        upTo(20).map((at) => eventAt(world, at + 20)),
        null,
      ),
    ]);
    await drain(h, a);

    expect(seen.most).toBe(4);
    expect(mirroredIn(h.cloud.world())).toEqual(upTo(40));
    expect([...seen.times.values()]).toEqual(upTo(40).map(() => 1));
    expect(rooms.held()).toEqual([]);
  });

  it('never change two machines that stand in for each other, in whatever processes', async () => {
    const world = azureFleet(12, { group: (at) => (at < 8 ? `set-${at % 2}` : null) });
    const h = harness(AZURE_CONFIG, world);
    const rooms = house(() => h.nowMs);
    const seen = watch(h.cloud);
    const [a, b] = [asProcess(h, rooms.as('a')), asProcess(h, rooms.as('b'))];

    await Promise.all([
      handleWork(
        a,
        [0, 1, 2, 3, 8, 9].map((at) => eventAt(world, at)),
        null,
      ),
      handleWork(
        b,
        [4, 5, 6, 7, 10, 11].map((at) => eventAt(world, at)),
        null,
      ),
    ]);
    await drain(h, b);

    expect(seen.mostOfUnit).toBe(1);
    expect(seen.most).toBeGreaterThan(2);
    expect(mirroredIn(h.cloud.world())).toEqual(upTo(12));
  });

  it('take one for each machine of a unit, and one for all interfaces of a machine', async () => {
    const world = azureFleet(3, { interfaces: 2, group: (at) => (at < 2 ? 'set' : null) });
    const h = harness(AZURE_CONFIG, world);
    const rooms = house(() => h.nowMs);
    const seen = watch(h.cloud);

    await handleWork(asProcess(h, rooms.as('a')), events(world, 3), null);

    expect([...rooms.taken].sort()).toEqual([vmId(2), 'set', 'set']);
    expect(mirroredIn(h.cloud.world())).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...seen.times.values()]).toEqual([2, 2, 2]);
    expect(h.cloud.peak.perSource).toBe(1);
    expect(finished(h)).toMatchObject({ counts: { done: 6, interrupted: 3 } });
  });

  it('leave one to events, however much a backfill has to do', async () => {
    const world = azureFleet(9);
    const h = harness(within({ inFlight: 3 }), world);
    const rooms = house(() => h.nowMs);
    const seen = watch(h.cloud);
    const deps = asProcess(h, rooms.as('a'));
    let isLaunched = false;
    let launch: Promise<unknown> = Promise.resolve();
    const slow = h.cloud.duration;
    h.cloud.duration = async (change) => {
      if (rooms.held().length === 2 && !isLaunched) {
        isLaunched = true;
        launch = handleWork(asProcess(h, rooms.as('b')), [eventAt(world, 8)], null);
      }
      await slow(change);
    };

    await handleWork(
      deps,
      upTo(8).map((at) => bulk(world, at)),
      null,
    );
    await launch;

    expect(mirroredIn(h.cloud.world())).toContain(8);
    expect(bySource(h.cloud).indexOf(nicId(8))).toBeLessThan(4);
    await drain(h, deps);
    expect(mirroredIn(h.cloud.world())).toEqual(upTo(9));
    expect(seen.most).toBeLessThanOrEqual(3);
  });

  it('let a backfill change one at a time where no more may', async () => {
    const world = azureFleet(3);
    const h = harness(within({ inFlight: 1 }), world);
    const seen = watch(h.cloud);

    await handleWork(
      h.deps,
      upTo(3).map((at) => bulk(world, at)),
      null,
    );

    expect(mirroredIn(h.cloud.world())).toEqual(upTo(3));
    expect(seen.most).toBe(1);
  });

  it.each([
    ['event', eventAt, 15],
    ['bulk', bulk, 30],
  ] as const)('that are all taken send what is left back to the %s queue', async (queue, item, delaySeconds) => {
    const world = azureFleet(3, { state: (at) => (at === 2 ? 'stopped' : 'running') });
    const h = harness(within({ inFlight: 1 }), world);
    const rooms = house(() => h.nowMs);
    await rooms.as('b').take({ scope: world.scope, unit: 'elsewhere', limit: 1 });

    expect(
      await handleWork(
        asProcess(h, rooms.as('a')),
        upTo(3).map((at) => item(world, at)),
        null,
      ),
    ).toEqual({ failed: [] });

    expect(mirroredIn(h.cloud.world())).toEqual([2]);
    expect(codes(h)).toEqual(['interrupting-enough', 'interrupting-enough']);
    expect(finished(h)).toMatchObject({
      counts: { held: 2, 'held.interrupting-enough': 2, 'held-by-cloud': 0, interrupted: 0 },
    });
    expect(h.sent).toMatchObject([
      {
        queue,
        delaySeconds,
        work: {
          subjects: [{ id: nicId(0) }, { id: nicId(1) }],
          since: NOW,
          run: item(world, 0).work.kind === 'look' && queue === 'event' ? null : { kind: 'enforce' },
        },
      },
    ]);
    expect(h.journal.filter(({ kind }) => kind === 'continued')).toMatchObject([{ sources: 2 }]);
  });

  it('are asked for no more once all are taken', async () => {
    const world = azureFleet(10);
    const h = harness(within({ inFlight: 2 }), world);
    const rooms = house(() => h.nowMs).as('a');
    const asked: string[] = [];
    const interruptions: Interruptions = {
      ...rooms,
      take: async ({ unit }) => {
        asked.push(unit);
        return { kind: 'full' };
      },
    };

    await handleWork(asProcess(h, interruptions), events(world, 10), null);

    expect(asked).toEqual([vmId(0), vmId(1)]);
    expect(h.sent).toMatchObject([{ work: { subjects: upTo(10).map((at) => ({ id: nicId(at) })) } }]);
  });

  it('that are taken do not keep other units waiting', async () => {
    const world = azureFleet(4, { group: (at) => (at < 2 ? 'set' : null) });
    const h = harness(within({ inFlight: 3 }), world);
    const rooms = house(() => h.nowMs);
    await rooms.as('b').take({ scope: world.scope, unit: 'set', limit: 5 });

    await handleWork(asProcess(h, rooms.as('a')), events(world, 4), null);

    expect(mirroredIn(h.cloud.world())).toEqual([2, 3]);
    expect(h.sent).toMatchObject([{ work: { subjects: [{ id: nicId(0) }, { id: nicId(1) }] } }]);
  });

  it('are given up after a quarter of an hour, for the next sweep finds it again', async () => {
    const world = azureFleet(2);
    const h = harness(within({ inFlight: 1 }), world);
    const rooms = house(() => h.nowMs);
    await rooms.as('b').take({ scope: world.scope, unit: 'elsewhere', limit: 1 });
    const deps = asProcess(h, rooms.as('a'));

    await handleWork(
      deps,
      [bulk(world, 0, toInstant(NOW_MS - 900_001)), bulk(world, 1, toInstant(NOW_MS - 900_000))],
      null,
    );

    expect(h.sent).toMatchObject([{ queue: 'bulk', work: { subjects: [{ id: nicId(1) }] } }]);
    expect(h.sent).toHaveLength(1);
  });

  it('bring a source back once, however often it was asked for', async () => {
    const world = azureFleet(1);
    const h = harness(within({ inFlight: 1 }), world);
    const rooms = house(() => h.nowMs);
    await rooms.as('b').take({ scope: world.scope, unit: 'elsewhere', limit: 1 });

    await handleWork(asProcess(h, rooms.as('a')), [eventAt(world, 0), { ...eventAt(world, 0), id: 'again' }], null);

    expect(h.sent).toHaveLength(1);
  });

  it('bring nothing back that comes back with its message', async () => {
    const world = azureFleet(2, { state: (at) => (at === 0 ? 'stopped' : 'running') });
    const h = harness(within({ inFlight: 1 }), world);
    const rooms = house(() => h.nowMs);
    await rooms.as('b').take({ scope: world.scope, unit: 'elsewhere', limit: 1 });
    h.cloud.onApply = (change): Outcome => ({ kind: 'failed', change, code: 'unreachable', detail: 'no answer' });
    const item: Item = { id: 'both', work: look(world, [vmAt(0), vmAt(1)]) };

    expect(await handleWork(asProcess(h, rooms.as('a')), [item], null)).toEqual({ failed: ['both'] });

    expect(h.sent).toEqual([]);
  });

  it('lapse where a process was stopped, and others go on', async () => {
    const world = azureFleet(1);
    const h = harness(within({ inFlight: 1 }), world);
    const rooms = house(() => h.nowMs);
    rooms.crashed = 'a';
    await rooms.as('a').take({ scope: world.scope, unit: vmId(0), limit: 1 });
    const deps = asProcess(h, rooms.as('b'));

    await handleWork(deps, [eventAt(world, 0)], null);
    expect(mirroredIn(h.cloud.world())).toEqual([]);
    await drain(h, deps, 5);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
    expect(h.nowMs - NOW_MS).toBe(60_000);
  });

  it.each([
    [80_000, [1]],
    [80_001, [0, 1]],
  ])('are not begun where the time that an interruption may take is not left: %i ms', async (leftMs, done) => {
    const world = azureFleet(2, { state: (at) => (at === 0 ? 'running' : 'stopped') });
    const h = harness(AZURE_CONFIG, world);
    const begins = h.nowMs + 300_000 - leftMs;
    let reads = 0;
    h.cloud.onRead = () => {
      reads += 1;
      if (reads === 1) h.nowMs = begins;
    };

    expect(await handleWork(h.deps, events(world, 2), NOW_MS + 300_000)).toEqual({ failed: [] });

    expect(mirroredIn(h.cloud.world())).toEqual(done);
    const left = done.length === 2 ? [] : [{ queue: 'event', delaySeconds: 0, work: { subjects: [{ id: nicId(0) }] } }];
    expect(h.sent).toMatchObject(left);
  });

  it('are begun by an invocation that never has more time', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);

    await handleWork(h.deps, events(world, 1), NOW_MS + 60_000);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it('are not given back while what was begun in them may still be going on', async () => {
    const world = azureFleet(6);
    const h = harness(within({ inFlight: 2 }), world);
    h.cloud.onApply = (change) => {
      h.cloud.edit((now) => ({
        ...now,
        sources: now.sources.map((one) => (one.id === change.source ? { ...one, state: 'changing' } : one)),
      }));
      return { kind: 'conflict', change, detail: 'it is still going on' };
    };

    await handleWork(h.deps, events(world, 6), null);
    const changing = () => h.cloud.world().sources.filter(({ state }) => state === 'changing');
    expect(changing()).toHaveLength(2);

    h.nowMs += 59_999;
    await handleWork(h.deps, events(world, 6), null);
    expect(changing()).toHaveLength(2);
    h.nowMs += 1;
    await handleWork(h.deps, events(world, 6), null);
    expect(changing()).toHaveLength(4);
  });

  it('are given back after a conflict that a second look saw the end of', async () => {
    const world = azureFleet(4);
    const h = harness(within({ inFlight: 1 }), world);
    const conflicted = new Set<string>();
    h.cloud.onApply = (change) => {
      if (conflicted.has(change.source)) return null;
      conflicted.add(change.source);
      return { kind: 'conflict', change, detail: 'it was being written' };
    };

    await handleWork(h.deps, events(world, 4), null);

    expect(mirroredIn(h.cloud.world())).toEqual(upTo(4));
  });

  it('are given back when something throws', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    const rooms = house(() => h.nowMs);
    const journal = {
      write: (entry: Parameters<typeof h.deps.journal.write>[0]) => {
        if (entry.kind === 'applied') throw new Error('the journal is full');
      },
    };

    const handled = await handleWork({ ...asProcess(h, rooms.as('a')), journal }, [eventAt(world, 0)], null);

    expect(handled).toEqual({ failed: ['m-0'] });
    expect(rooms.taken).toEqual([vmId(0)]);
    expect(rooms.held()).toEqual([]);
  });

  it('that lapse under way end a machine before its next change', async () => {
    const world = azureFleet(1, { interfaces: 2 });
    const h = harness(AZURE_CONFIG, world);
    const rooms = house(() => h.nowMs);
    h.cloud.onApply = () => {
      if (h.cloud.tried.length === 1) h.nowMs += 60_000;
      return null;
    };

    await handleWork(asProcess(h, rooms.as('a')), [eventAt(world, 0)], null);

    expect(h.cloud.tried).toHaveLength(1);
    expect(h.sent).toMatchObject([{ queue: 'event', delaySeconds: 30, work: { subjects: [{ id: nicId(0, 1) }] } }]);
  });
});

describe('what another process had a turn of', () => {
  /** Another process changes the machine between this one's read and its turn. */
  const meanwhile = async (h: Harness, before: (deps: Invocation) => void) => {
    const rooms = house(() => h.nowMs);
    const [a, b] = [asProcess(h, rooms.as('a')), asProcess(h, rooms.as('b'))];
    before(b);
    await handleWork(b, [eventAt(h.cloud.world(), 0)], null);
    return a;
  };

  it('is read again before it is touched, and left when it is right', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    const a = await meanwhile(h, () => {});
    const after = h.cloud.world();
    // What this process reads is from before.
    h.cloud.edit(() => world);
    h.cloud.onRead = () => {
      if (h.cloud.reads.length === 3) h.cloud.edit(() => after);
    };

    expect(await handleWork(a, [eventAt(world, 0)], null)).toEqual({ failed: [] });

    expect(h.cloud.tried).toHaveLength(1);
    expect(h.cloud.reads).toHaveLength(3);
    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it.each([
    [9_999, 2],
    [10_001, 1],
  ])('is read again %i ms later in %i reads', async (laterMs, reads) => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    const a = await meanwhile(h, () => {});
    h.cloud.edit(() => world);
    h.nowMs += laterMs;
    const before = h.cloud.reads.length;

    await handleWork(a, [eventAt(world, 0)], null);

    expect(h.cloud.reads.length - before).toBe(reads);
    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it('is read again whenever that was, once a person has looked at the plan', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    const a = await meanwhile(h, () => {});
    const after = h.cloud.world();
    h.cloud.edit(() => world);
    h.nowMs += 3_600_000;
    const task: Task = {
      aim: 'wished',
      order: {
        scope: world.scope,
        selection: { kind: 'everything' },
        run: null,
        basis: 'scope',
        correlation: 'c',
        since: NOW,
        trigger: 'resync',
        lane: 'bulk',
      },
      rules: await loadRules(a),
      run: { kind: 'enforce', seen: null, lift: [] },
    };
    const studied = await study(a, task, task.order.selection);
    h.cloud.edit(() => after);

    await enact(a, task, studied);

    expect(studied.plan.changes).toHaveLength(1);
    expect(h.cloud.tried).toHaveLength(1);
  });
});

describe('a plan that a person has looked at, when others could not be asked what was refused', () => {
  it('changes nothing that runs', async () => {
    const world = azureFleet(2, { state: (at) => (at === 0 ? 'running' : 'stopped') });
    const h = harness(AZURE_CONFIG, world);
    const until = toInstant(NOW_MS + 9_000_000);
    const refused = { machine: vmId(0), target: null, detail: 'no', at: NOW, until };
    await h.deps.interruptions.refuse(world.scope, { ...refused, code: 'needs-restart' });
    let asked = 0;
    const refusals: Interruptions['refusals'] = async (...given) => {
      asked += 1;
      if (asked === 1) throw unreachable();
      return h.deps.interruptions.refusals(...given);
    };
    const deps = asProcess(h, { ...h.deps.interruptions, refusals });
    const task: Task = {
      aim: 'wished',
      order: {
        scope: world.scope,
        selection: { kind: 'everything' },
        run: null,
        basis: 'scope',
        correlation: 'c',
        since: NOW,
        trigger: 'resync',
        lane: 'bulk',
      },
      rules: await loadRules(deps),
      run: { kind: 'enforce', seen: null, lift: [] },
    };

    const { outcomes } = await enact(deps, task, await study(deps, task, task.order.selection));

    expect(outcomes).toMatchObject([{ kind: 'failed', code: 'unreachable' }, { kind: 'done' }]);
    expect(mirroredIn(h.cloud.world())).toEqual([1]);
  });
});

describe('a machine that is started after it was read', () => {
  it('is not changed without a turn, when it is read again', async () => {
    const world = azureFleet(1, { state: () => 'stopped' });
    const h = harness(AZURE_CONFIG, world);
    const running = azureFleet(1);
    h.cloud.onApply = (change) => {
      if (h.cloud.tried.length > 1) return null;
      h.cloud.edit(() => running);
      return { kind: 'conflict', change, detail: 'it is being started' };
    };

    expect(await handleWork(h.deps, [eventAt(world, 0)], null)).toEqual({ failed: [] });
    expect(h.cloud.tried).toHaveLength(1);
    expect(h.sent).toMatchObject([{ queue: 'event', delaySeconds: 15 }]);
    await drain(h, h.deps);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });
});

describe('other processes that cannot be reached', () => {
  it('keep everything that runs from being changed, and nothing else', async () => {
    const world = azureFleet(6, { state: (at) => (at < 3 ? 'running' : 'stopped') });
    const h = harness(AZURE_CONFIG, world);
    const rooms = house(() => h.nowMs);
    rooms.fault = unreachable();

    const handled = await handleWork(asProcess(h, rooms.as('a')), events(world, 6), null);

    expect(handled).toEqual({ failed: ['m-0', 'm-1', 'm-2'] });
    expect(mirroredIn(h.cloud.world())).toEqual([3, 4, 5]);
    expect(h.journal.filter(({ kind }) => kind === 'refused')).toMatchObject(
      upTo(3).map(() => ({ code: 'unreachable' })),
    );
  });

  it('are not waited for by a message again and again, where a person has to grant something', async () => {
    const world = azureFleet(2);
    const h = harness(AZURE_CONFIG, world);
    const rooms = house(() => h.nowMs);
    rooms.fault = new Fault('denied', 'grant Storage Blob Data Contributor');

    expect(await handleWork(asProcess(h, rooms.as('a')), events(world, 2), null)).toEqual({ failed: [] });

    expect(h.cloud.tried).toEqual([]);
    expect(h.sent).toEqual([]);
    expect(finished(h)).toMatchObject({ counts: { refused: 2, interrupted: 0 } });
  });

  it('are asked once by a run', async () => {
    const world = taggedOnly(azureFleet(4, { attachments: upTo(4).map(mirrored) }), () => false);
    const h = harness(within({ inFlight: 1 }), world);
    let asked = 0;
    const interruptions: Interruptions = {
      ...rememberInterruptions(h.deps.clock),
      take: async () => {
        asked += 1;
        throw unreachable();
      },
    };

    await handleWork({ ...h.deps, interruptions }, events(world, 4), null);

    expect(asked).toBe(1);
    expect(mirroredIn(h.cloud.world())).toEqual(upTo(4));
  });
});
