import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { toInstant } from '../../../shared/ids.ts';
import type { Change } from '../../../shared/plan/change.ts';
import type { Outcome } from '../../../shared/ports.ts';
import { converge } from '../../../shared/reconcile/converge.ts';
import type { Order } from '../../../shared/reconcile/order.ts';
import type { World } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, fleet, ours, retagged, sessionsOf, sourceAt, theirs } from './fleets.ts';
import { harness, NOW, NOW_MS } from './harness.ts';

const everything = ({ scope }: World): Order => ({
  scope,
  selection: { kind: 'everything' },
  run: null,
  basis: 'scope',
  correlation: 'c-1',
  since: NOW,
  trigger: 'change',
  lane: 'event',
});

const withheld = (change: Change): Outcome => ({
  kind: 'held',
  change,
  hold: {
    source: change.source,
    machine: change.machine,
    code: 'modify-refused',
    destination: null,
    rules: [],
    keeps: null,
    blockedBy: [],
    detail: 'not now',
  },
});

const failed = (change: Change): Outcome => ({ kind: 'failed', change, code: 'denied', detail: 'not allowed' });

describe('converge', () => {
  it('attaches what the rules ask for, takes away what they do not, and then has nothing to do', async () => {
    const world = retagged(fleet(3, [], [ours(0, 'udp'), theirs(1, 7)]), (at) => (at < 2 ? ['tcp'] : []));
    const { deps, cloud } = harness(CONFIG, world);

    const report = await converge(deps, everything(world));

    expect(sessionsOf(cloud.world())).toEqual(['0: 100 tmt-tcp', '1: 100 tmt-tcp', '1: 7 tmt-theirs']);
    expect(report.counts).toMatchObject({ attach: 2, detach: 1, done: 3, refused: 0 });
    expect((await converge(deps, everything(world))).plan?.changes).toEqual([]);
    expect(cloud.reads).toHaveLength(2);
  });

  it.each(['observe', 'paused'] as const)('writes nothing in mode %s, whatever the permission', async (mode) => {
    const world = fleet(2, ['tcp']);
    const h = harness(CONFIG, world);
    h.mode = mode;

    const report = await converge(h.deps, { ...everything(world), run: { kind: 'enforce', seen: null, lift: [] } });

    expect(h.cloud.world()).toEqual(world);
    expect(h.cloud.reads).toHaveLength(mode === 'observe' ? 1 : 0);
    expect(report.plan?.changes.length ?? null).toBe(mode === 'observe' ? 2 : null);
    expect(h.journal.at(-1)).toMatchObject({ kind: 'finished', mode, trigger: 'change' });
  });

  it('writes nothing for a permission to observe', async () => {
    const world = fleet(1, ['tcp']);
    const { deps, cloud } = harness(CONFIG, world);

    await converge(deps, { ...everything(world), run: { kind: 'observe' } });

    expect(cloud.world()).toEqual(world);
  });

  it('journals rules that are not valid, and neither reads nor writes', async () => {
    const world = fleet(1, [], [ours(0, 'tcp')]);
    const h = harness(CONFIG, world);
    h.onLoad = () => {
      throw new Fault('config-invalid', 'tapkeeper.yaml:3:1: unknown key');
    };

    await expect(converge(h.deps, everything(world))).rejects.toMatchObject({ code: 'config-invalid' });

    const detail = 'tapkeeper.yaml:3:1: unknown key';
    expect(h.journal).toMatchObject([{ kind: 'fault', code: 'config-invalid', detail, correlation: 'c-1' }]);
    expect(h.cloud.reads).toEqual([]);
    expect(h.cloud.world()).toEqual(world);
  });

  it('decides by the rules of the moment', async () => {
    const world = fleet(1, ['udp']);
    const h = harness({ ...CONFIG, rules: [] }, world);
    await converge(h.deps, everything(world));
    expect(sessionsOf(h.cloud.world())).toEqual([]);

    h.config = CONFIG;
    await converge(h.deps, everything(world));

    expect(sessionsOf(h.cloud.world())).toEqual(['0: 200 tmt-udp']);
  });

  it('leaves a source at its first failure, and the others go on', async () => {
    const world = fleet(3, ['tcp', 'udp']);
    const { deps, cloud, journal } = harness(CONFIG, world);
    cloud.onApply = (change) => (change.source === sourceAt(1).id ? failed(change) : null);

    const report = await converge(deps, everything(world));

    const whole = [0, 2].flatMap((at) => [`${at}: 100 tmt-tcp`, `${at}: 200 tmt-udp`]);
    expect(sessionsOf(cloud.world())).toEqual(whole);
    expect(cloud.tried.filter(({ source }) => source === sourceAt(1).id)).toHaveLength(1);
    expect(report.failed).toMatchObject([{ code: 'denied', change: { source: sourceAt(1).id } }]);
    expect(journal.filter(({ kind }) => kind === 'refused')).toMatchObject([{ code: 'denied', detail: 'not allowed' }]);
  });

  it('goes on after what the cloud withholds with what stands on its own', async () => {
    const world = fleet(1, ['tcp', 'udp']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) => (change.kind === 'attach' && change.to.number === 100 ? withheld(change) : null);

    await converge(deps, everything(world));

    expect(sessionsOf(cloud.world())).toEqual(['0: 200 tmt-udp']);
  });

  it('takes nothing away once the cloud withheld what was to come in its place', async () => {
    const world = retagged(fleet(1, [], [ours(0, 'udp')]), () => ['tcp']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) => (change.kind === 'attach' ? withheld(change) : null);

    const report = await converge(deps, everything(world));

    expect(report.plan?.changes.map(({ kind }) => kind)).toEqual(['attach', 'detach']);
    expect(sessionsOf(cloud.world())).toEqual(['0: 200 tmt-udp']);
    expect(report.failed).toEqual([]);
  });

  it('goes on after a port that throws although it promises not to', async () => {
    const world = fleet(2, ['tcp']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) => {
      if (change.source === sourceAt(0).id) throw new TypeError('undefined is not a function');
      return null;
    };

    const report = await converge(deps, everything(world));

    expect(sessionsOf(cloud.world())).toEqual(['1: 100 tmt-tcp']);
    expect(report.failed).toMatchObject([{ code: 'unexpected' }]);
  });

  it('changes as many sources at a time as it is told to, and one thing at a time on each', async () => {
    const world = fleet(20, ['tcp', 'udp']);
    const { deps, cloud } = harness(CONFIG, world);

    await converge(deps, everything(world));

    expect(cloud.peak).toEqual({ all: 4, perSource: 1 });
    expect(cloud.world().attachments).toHaveLength(40);
  });

  it('goes on with a source after a change for which there is nothing left to do', async () => {
    const world = fleet(1, ['udp'], [{ ...ours(0, 'tcp'), number: 7 }]);
    const { deps, cloud, journal } = harness(CONFIG, world);
    let isFirst = true;
    cloud.onApply = (change) => {
      if (!isFirst) return null;
      isFirst = false;
      return { kind: 'gone', change, detail: 'it is not there' };
    };

    const report = await converge(deps, everything(world));

    expect(cloud.tried).toHaveLength(2);
    expect(report).toMatchObject({ counts: { gone: 1, done: 1 }, failed: [] });
    expect(journal.filter(({ kind }) => kind === 'gone')).toHaveLength(1);
  });
});

describe('what converge journals', () => {
  it('is one line for each thing planned, applied, held and noted, and one at the end', async () => {
    // Interface 0 is done for by others; 1 is attached; 2 has no room; the clock stands still.
    const room = [1, 2, 3].map((number) => theirs(2, number));
    const done = { ...theirs(0, 9), target: 'tmt-tcp', filter: 'tmf-tcp' };
    const world = fleet(3, ['tcp'], [done, ...room]);
    const h = harness(CONFIG, world);

    const report = await converge(h.deps, { ...everything(world), since: toInstant(NOW_MS - 5000) });

    expect(h.journal.map(({ kind }) => kind)).toEqual(['planned', 'held', 'noted', 'applied', 'finished']);
    const line = { correlation: 'c-1', scope: world.scope, rulesVersion: report.plan?.rulesVersion };
    for (const entry of h.journal) expect(entry).toMatchObject(line);
    expect(h.journal[1]).toMatchObject({ hold: { source: sourceAt(2).id, code: 'no-room' } });
    expect(h.journal[2]).toMatchObject({ note: { source: sourceAt(0).id, code: 'satisfied-by-theirs' } });
    expect(h.journal[3]).toMatchObject({ since: '2026-01-02T03:04:00.000Z', tookMs: 0 });
    expect(h.journal[4]).toMatchObject({ trigger: 'change', mode: 'enforce', counts: { attach: 1, held: 1, done: 1 } });
  });
});

describe('converge, on a conflict', () => {
  /** Somebody takes number 100 of interface 0 between the read and the write. */
  const takenWhileReading = (cloud: ReturnType<typeof harness>['cloud']): void => {
    const intruder = toWorld({ attachments: [theirs(0, 100)] }).attachments;
    let isTaken = false;
    cloud.onApply = () => {
      if (!isTaken) cloud.edit((world) => ({ ...world, attachments: [...world.attachments, ...intruder] }));
      isTaken = true;
      return null;
    };
  };

  it('reads that source alone again, plans it again, and goes on', async () => {
    const world = fleet(2, ['tcp', 'udp']);
    const { deps, cloud, journal } = harness(CONFIG, world);
    takenWhileReading(cloud);

    const report = await converge(deps, everything(world));

    expect(sessionsOf(cloud.world())).toEqual([
      '0: 100 tmt-theirs',
      '0: 101 tmt-tcp',
      '0: 200 tmt-udp',
      '1: 100 tmt-tcp',
      '1: 200 tmt-udp',
    ]);
    expect(cloud.reads.map(({ selection }) => selection)).toEqual([
      { kind: 'everything' },
      { kind: 'subjects', subjects: [sourceAt(0)] },
    ]);
    expect(report.failed).toEqual([]);
    expect(journal.filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('gives up after a second one, and says so', async () => {
    const world = fleet(2, ['tcp']);
    const { deps, cloud, journal } = harness(CONFIG, world);
    cloud.onApply = (change) =>
      change.source === sourceAt(0).id ? { kind: 'conflict', change, detail: 'number in use' } : null;

    const report = await converge(deps, everything(world));

    expect(sessionsOf(cloud.world())).toEqual(['1: 100 tmt-tcp']);
    expect(cloud.reads).toHaveLength(2);
    expect(report.failed).toMatchObject([{ code: 'conflict', change: { source: sourceAt(0).id } }]);
    expect(journal.filter(({ kind }) => kind === 'refused')).toMatchObject([{ code: 'conflict' }]);
    expect(report.counts).toMatchObject({ done: 1, refused: 1 });
  });

  it('reports what the second plan withholds', async () => {
    const world = fleet(1, ['tcp']);
    const { deps, cloud } = harness(CONFIG, world);
    const others = [50, 60, 100].map((number) => theirs(0, number));
    cloud.onApply = () => {
      cloud.edit((now) => ({ ...now, attachments: toWorld({ attachments: others }).attachments }));
      return null;
    };

    const report = await converge(deps, everything(world));

    expect(report.plan?.holds).toEqual([]);
    expect(report.holds).toMatchObject([{ code: 'no-room', source: sourceAt(0).id }]);
    expect(report.failed).toEqual([]);
  });

  it('tells the reason when the source cannot be read again', async () => {
    const world = fleet(2, ['tcp']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) =>
      change.source === sourceAt(0).id ? { kind: 'conflict', change, detail: 'number in use' } : null;
    cloud.onRead = () => {
      if (cloud.reads.length > 1) throw new Fault('throttled', 'listing sessions: slow down');
    };

    const report = await converge(deps, everything(world));

    expect(sessionsOf(cloud.world())).toEqual(['1: 100 tmt-tcp']);
    expect(report.failed).toMatchObject([{ code: 'throttled', detail: 'listing sessions: slow down' }]);
  });

  it('does not let through, source by source, what the guard withheld from the whole', async () => {
    const all = Array.from({ length: 30 }, (_, at) => at);
    const world = retagged(
      fleet(
        30,
        [],
        all.map((at) => ours(at, 'udp')),
      ),
      () => ['tcp'],
    );
    const { deps, cloud } = harness(CONFIG, world);
    takenWhileReading(cloud);

    const report = await converge(deps, everything(world));

    expect(report.plan?.guard.trips.map(({ name }) => name)).toContain('limit');
    expect(cloud.world().attachments.filter(({ settings }) => settings.target === 'tmt-udp')).toHaveLength(30);
    expect(cloud.world().attachments.filter(({ settings }) => settings.target === 'tmt-tcp')).toHaveLength(30);
    expect(report.holds.filter(({ code }) => code === 'guard').map(({ source }) => source)).toContain(sourceAt(0).id);
  });
});
