import { describe, expect, it } from 'vitest';
import { parseAttachmentId } from '../../../shared/ids.ts';
import type { Change, TripName } from '../../../shared/plan/change.ts';
import { restOf } from '../../../shared/plan/rest.ts';
import type { Deps, MirrorCloud, Outcome } from '../../../shared/ports.ts';
import { drain } from '../../../shared/reconcile/drain.ts';
import type { Report } from '../../../shared/reconcile/report.ts';
import { loadRules } from '../../../shared/reconcile/rules.ts';
import { type Asked, study, type Task } from '../../../shared/reconcile/study.ts';
import type { Source, World } from '../../../shared/words.ts';
import { AZURE_CONFIG, azureFleet, mirrored, mirroredIn, vmId, within } from './azure-fleets.ts';
import { CONFIG, fleet, ours, sessionsOf, theirs, upTo } from './fleets.ts';
import { type Harness, harness, NOW } from './harness.ts';

interface Drained {
  readonly report: Report;
  /** How often it paused. */
  readonly pauses: number;
}

interface Course {
  readonly deps?: Deps;
  readonly lift?: readonly TripName[];
  /** What happens in each pause. */
  readonly meanwhile?: (nth: number) => void;
}

async function drainAll(h: Harness, course: Course = {}): Promise<Drained> {
  const { deps = h.deps, lift = ['limit', 'all'], meanwhile = () => {} } = course;
  h.mode = 'paused';
  const task: Task = {
    aim: 'drained',
    order: {
      scope: h.cloud.world().scope,
      selection: { kind: 'everything' },
      run: null,
      basis: 'scope',
      correlation: 'c',
      since: NOW,
      trigger: 'resync',
      lane: 'bulk',
    },
    rules: await loadRules(deps),
    run: { kind: 'enforce', seen: null, lift },
  };
  let pauses = 0;
  const look = (): Promise<Asked> => study(deps, task, task.order.selection);
  const report = await drain({
    deps,
    task,
    asked: await look(),
    look,
    pause: async (seconds) => {
      pauses += 1;
      h.nowMs += seconds * 1000;
      meanwhile(pauses);
    },
  });
  return { report, pauses };
}

const leftIn = ({ report: { plan, incomplete } }: Drained) => (plan === null ? null : restOf(plan, incomplete));
const sessions = (count: number) => upTo(count).map((at) => ours(at, 'tcp'));

const failed = (code: 'denied' | 'throttled', change: Change): Outcome => ({
  kind: 'failed',
  change,
  code,
  detail: 'the cloud said so',
});

/** The interfaces from a number on in another state. */
const stateOf = (world: World, state: Source['state'], from: number): World => ({
  ...world,
  sources: world.sources.map((source, at) => (at < from ? source : { ...source, state })),
});

describe('a drain', () => {
  it('takes away what is wished, leaves what others made, and is at its end when a new read shows none of ours', async () => {
    const attachments = upTo(6).flatMap((at) => [ours(at, 'tcp'), ours(at, 'udp'), theirs(at, 50)]);
    const h = harness(CONFIG, fleet(6, ['tcp', 'udp'], attachments));

    const drained = await drainAll(h);

    expect(sessionsOf(h.cloud.world())).toEqual(upTo(6).map((at) => `${at}: 50 tmt-theirs`));
    expect(leftIn(drained)).toEqual({ kind: 'none', attachments: [] });
    expect(drained.report.counts).toMatchObject({ done: 12, gone: 0, refused: 0, detach: 0 });
    expect([h.cloud.reads.length, drained.pauses]).toEqual([2, 0]);
  });

  it('looks again while reads show late what is gone already, and counts it once', async () => {
    const h = harness(CONFIG, fleet(4, [], sessions(4)));
    const before = h.cloud.world();
    let late = 5;
    const read: MirrorCloud['read'] = async (...given) =>
      h.cloud.tried.length > 0 && late-- > 0 ? before : h.cloud.read(...given);

    const drained = await drainAll(h, { deps: { ...h.deps, cloud: { ...h.cloud, read } } });

    expect(leftIn(drained)).toEqual({ kind: 'none', attachments: [] });
    expect(drained.report.counts).toMatchObject({ done: 4, gone: 0 });
    expect(drained.pauses).toBe(3);
  });

  it('does not wait for ever for a read that stays behind, and says what it still shows', async () => {
    const h = harness(CONFIG, fleet(2, [], sessions(2)));
    const before = h.cloud.world();

    const drained = await drainAll(h, { deps: { ...h.deps, cloud: { ...h.cloud, read: async () => before } } });

    expect(h.cloud.world().attachments).toEqual([]);
    expect(leftIn(drained)).toEqual({ kind: 'some', attachments: ['tms-tcp-0', 'tms-tcp-1'] });
    expect(drained.pauses).toBe(12);
  });

  it('ends where somebody attaches again what is taken away, and says what is left', async () => {
    const h = harness(CONFIG, fleet(1, [], sessions(1)));
    const [again] = h.cloud.world().attachments;
    let nth = 0;
    h.cloud.onRead = () => {
      if (again === undefined || h.cloud.world().attachments.length > 0 || nth > 50) return;
      const attachments = [{ ...again, id: parseAttachmentId(`tms-again-${(nth += 1)}`) }];
      h.cloud.edit((world) => ({ ...world, attachments }));
    };

    const drained = await drainAll(h);

    expect(leftIn(drained)).toEqual({ kind: 'some', attachments: ['tms-again-4'] });
    expect(drained.report.counts['done']).toBe(4);
  });

  it('tries again what was throttled', async () => {
    const h = harness(CONFIG, fleet(4, [], sessions(4)));
    h.cloud.onApply = (change) => (change.source.endsWith('2') ? failed('throttled', change) : null);

    const drained = await drainAll(h, { meanwhile: () => (h.cloud.onApply = () => null) });

    expect(leftIn(drained)?.kind).toBe('none');
    expect(drained.report).toMatchObject({ failed: [], counts: { done: 4, refused: 0 } });
    expect(drained.pauses).toBe(1);
  });

  it('waits for nobody where it is not allowed to', async () => {
    const h = harness(CONFIG, fleet(4, [], sessions(4)));
    h.cloud.onApply = (change) => (change.source.endsWith('2') ? failed('denied', change) : null);

    const drained = await drainAll(h);

    expect(leftIn(drained)).toEqual({ kind: 'some', attachments: ['tms-tcp-2'] });
    expect(drained.report.failed).toMatchObject([{ code: 'denied' }]);
    expect([drained.report.counts['done'], drained.pauses]).toEqual([3, 0]);
  });

  it('waits for what is changing, and takes it away then', async () => {
    const h = harness(CONFIG, stateOf(fleet(4, [], sessions(4)), 'changing', 3));

    const drained = await drainAll(h, { meanwhile: () => h.cloud.edit((world) => stateOf(world, 'attached', 3)) });

    expect(leftIn(drained)?.kind).toBe('none');
    expect([drained.report.counts['done'], drained.pauses]).toEqual([4, 1]);
  });

  it('takes away what comes to light on the way, under the guard', async () => {
    const few = { ...CONFIG, guard: { count: 4, percent: 0 } };
    const all = fleet(20, [], sessions(20));
    const comesToLight = (count: number) => async (lift: readonly TripName[]) => {
      const h = harness(few, { ...all, attachments: all.attachments.slice(0, 3) });
      h.cloud.onApply = (change) => (change.source.endsWith('2') ? failed('throttled', change) : null);
      await drainAll(h, {
        lift,
        meanwhile: () => {
          h.cloud.onApply = () => null;
          h.cloud.edit((world) => ({ ...world, attachments: all.attachments.slice(2, 2 + count) }));
        },
      });
      return h.cloud.world().attachments.length;
    };

    expect(await comesToLight(3)([])).toBe(0);
    expect(await comesToLight(10)([])).toBe(10);
    expect(await comesToLight(10)(['limit'])).toBe(10);
    expect(await comesToLight(10)(['limit', 'all'])).toBe(0);
  });

  it('says that it cannot tell when a later look is incomplete, and what was done', async () => {
    const h = harness(CONFIG, fleet(3, [], sessions(3)));
    h.cloud.onApply = () => {
      const incomplete = [{ kind: 'attachments', why: 'denied' }] as const;
      h.cloud.edit((world) => ({ ...world, incomplete }));
      return null;
    };

    const drained = await drainAll(h);

    expect(leftIn(drained)?.kind).toBe('unknown');
    expect([drained.report.counts['done'], drained.pauses]).toEqual([3, 0]);
  });

  it('does not mind that targets and filters could not be read', async () => {
    const incomplete = [
      { kind: 'targets', why: 'denied' },
      { kind: 'filters', why: 'denied' },
    ] as const;
    const h = harness(CONFIG, { ...fleet(3, [], sessions(3)), incomplete });

    expect(leftIn(await drainAll(h))?.kind).toBe('none');
  });
});

describe('a drain of virtual machines', () => {
  const mirroredFleet = (count: number, sketch = {}): World =>
    azureFleet(count, { ...sketch, attachments: upTo(count).map(mirrored) });

  it('interrupts as many at a time as may be, and one of an availability set', async () => {
    const h = harness(within({ inFlight: 4 }), mirroredFleet(12, { group: (at: number) => (at < 6 ? 'set' : null) }));
    const underWay = new Set<number>();
    const peak = { all: 0, set: 0 };
    h.cloud.duration = async ({ source }) => {
      const at = Number(/nic-(\d+)/.exec(source)?.[1]);
      underWay.add(at);
      peak.all = Math.max(peak.all, underWay.size);
      peak.set = Math.max(peak.set, [...underWay].filter((one) => one < 6).length);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      underWay.delete(at);
    };

    const drained = await drainAll(h);

    expect(leftIn(drained)?.kind).toBe('none');
    expect(peak).toEqual({ all: 3, set: 1 });
    expect(drained.report.counts['interrupted']).toBe(12);
  });

  it('waits for a turn that somebody else has', async () => {
    const h = harness(AZURE_CONFIG, mirroredFleet(3));
    const { scope } = h.cloud.world();
    const answer = await h.deps.interruptions.take({ scope, unit: vmId(1), limit: 5 });

    const drained = await drainAll(h, {
      meanwhile: (nth) => {
        if (nth === 2 && answer.kind === 'taken') void answer.turn.release();
      },
    });

    expect(leftIn(drained)?.kind).toBe('none');
    expect([drained.report.counts['done'], drained.pauses]).toEqual([3, 2]);
  });

  it('takes away outside a window what interrupts nobody, and waits for no window', async () => {
    const nightly = within({ windows: [{ cron: '0 5 * * *', durationMinutes: 60, timeZone: 'UTC' }] });
    const state = (at: number) => (at < 2 ? 'running' : 'stopped');
    const h = harness(nightly, mirroredFleet(4, { state }));

    const drained = await drainAll(h);

    expect(mirroredIn(h.cloud.world())).toEqual([0, 1]);
    const said = drained.report.holds.map(({ code, detail }) => `${code}: ${detail}`);
    expect(said).toHaveLength(2);
    for (const one of said) expect(one).toMatch(/^outside-window: .*opens at 2026-01-02T05:00:00.000Z/);
    expect([leftIn(drained)?.attachments.length, drained.pauses]).toEqual([2, 0]);
  });

  it('settles nothing: a person means it', async () => {
    const h = harness(within({ settleSeconds: 300 }), mirroredFleet(1));
    await h.deps.interruptions.stir(h.cloud.world().scope, vmId(0), NOW);

    expect(leftIn(await drainAll(h))?.kind).toBe('none');
  });
});
