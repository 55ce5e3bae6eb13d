import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/ids.ts';
import type { Interruptions } from '../../../shared/ports.ts';
import type { Item } from '../../../shared/reconcile/batch/look-group.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import type { Invocation } from '../../../shared/reconcile/invocation.ts';
import { rememberInterruptions } from '../../../shared/reconcile/interruptions.ts';
import { resync } from '../../../shared/reconcile/resync.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import type { World } from '../../../shared/words.ts';
import { findWork } from '../../../shared/work.ts';
import { azureFleet, mirrored, mirroredIn, nicAt, taggedOnly, vmAt, vmId, within } from './azure-fleets.ts';
import { upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';
import { house } from './house.ts';

const eventAt = (world: World, at: number): Item => ({ id: `m-${at}`, work: look(world, [vmAt(at)], NOW) });

/** The same deployment, of whose turns all are taken by another process until `isOpen` says otherwise. */
function crowd(h: Harness, isOpen: () => boolean = () => false): Invocation {
  const memory = rememberInterruptions(h.deps.clock);
  const interruptions: Interruptions = {
    ...memory,
    take: async (request) => (isOpen() ? memory.take(request) : { kind: 'full' }),
    isFull: async () => !isOpen(),
  };
  return { ...h.deps, interruptions };
}

interface Round {
  readonly atSeconds: number;
  readonly delays: readonly number[];
}

const onTheWay = new WeakMap<Harness, { dueMs: number; item: Item }[]>();

/** Delivers each message when it is due, one by one, until so much time is over. */
async function goOn(h: Harness, deps: Invocation, seconds: number): Promise<readonly Round[]> {
  const endMs = h.nowMs + seconds * 1000;
  const waiting = onTheWay.get(h) ?? [];
  onTheWay.set(h, waiting);
  const rounds: Round[] = [];
  for (;;) {
    const sent = [...h.sent];
    h.take('event');
    h.take('bulk');
    rounds.push({ atSeconds: (h.nowMs - NOW_MS) / 1000, delays: sent.map(({ delaySeconds }) => delaySeconds) });
    waiting.push(
      ...sent.map(({ work, delaySeconds }, at) => ({
        dueMs: h.nowMs + delaySeconds * 1000,
        item: { id: `${at}`, work },
      })),
    );
    waiting.sort((one, other) => one.dueMs - other.dueMs);
    const [next] = waiting;
    if (next === undefined || next.dueMs > endMs) return rounds;
    waiting.shift();
    h.nowMs = Math.max(h.nowMs, next.dueMs);
    expect(await handleWork(deps, [next.item], null)).toEqual({ failed: [] });
  }
}

const lines = (h: Harness) =>
  h.journal.flatMap((entry) =>
    entry.kind === 'held' ? [`held ${entry.hold.code}`] : entry.kind === 'planned' ? ['planned'] : [],
  );

const lastDetail = (h: Harness) =>
  h.journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold.detail] : [])).at(-1);

describe('what waits for its turn', () => {
  it('asks less and less often, and is read only when there may be a turn', async () => {
    const world = azureFleet(300);
    const h = harness(within({ inFlight: 5 }), world);
    const deps = crowd(h);
    await handleWork(
      deps,
      upTo(300).map((at) => eventAt(world, at)),
      null,
    );
    const reads = h.cloud.reads.length;
    const written = h.journal.length;

    const rounds = await goOn(h, deps, 880);

    expect(h.cloud.reads).toHaveLength(reads);
    expect(h.journal).toHaveLength(written);
    const delays = rounds.flatMap(({ atSeconds, delays: some }) => some.map((delay) => `${delay} after ${atSeconds}`));
    expect(new Set(delays)).toEqual(
      new Set([
        ...[0, 15, 30, 45].map((at) => `15 after ${at}`),
        ...[60, 90, 120, 150].map((at) => `30 after ${at}`),
        ...[180, 240, 300, 360].map((at) => `60 after ${at}`),
        ...[420, 540, 660, 780].map((at) => `120 after ${at}`),
      ]),
    );
  });

  it('is told when it begins to wait, when it differs, and when it is given up, and not in between', async () => {
    const world = azureFleet(1);
    const h = harness(within({ inFlight: 1 }), world);
    // Somebody is in the house whenever a turn is taken, and gone again when it is asked whether it is full.
    const deps = {
      ...crowd(h),
      interruptions: { ...crowd(h).interruptions, isFull: async () => false },
      // No sweep for the new rules tells of it, too.
      rules: { ...h.deps.rules, followedBy: 'watcher' as const },
    };
    await handleWork(deps, [eventAt(world, 0)], null);
    expect(lines(h)).toEqual(['planned', 'held interrupting-enough']);

    await goOn(h, deps, 300);
    expect(h.cloud.reads.length).toBeGreaterThan(5);
    expect(lines(h)).toEqual(['planned', 'held interrupting-enough']);

    h.config = {
      ...h.config,
      rules: h.config.rules.map((rule) => ({ ...rule, name: `${rule.name}2` as typeof rule.name })),
    };
    await goOn(h, deps, 100);
    expect(lines(h).slice(2)).toEqual(['planned', 'held interrupting-enough']);

    await goOn(h, deps, 900);
    expect(lines(h).slice(4)).toEqual(['held interrupting-enough']);
    expect(lastDetail(h)).toContain('the next sweep finds it again');
    expect(h.sent).toEqual([]);
    expect(h.journal.at(-1)?.kind).not.toBe('continued');
  });

  it('keeps nothing waiting that does not wait for a turn', async () => {
    const world = azureFleet(2, { state: (at) => (at === 0 ? 'running' : 'stopped') });
    const h = harness(within({ inFlight: 1 }), world);
    const deps = crowd(h);
    await handleWork(deps, [eventAt(world, 0)], null);

    await handleWork(deps, [...h.take('event'), eventAt(world, 1)], null);

    expect(mirroredIn(h.cloud.world())).toEqual([1]);
    expect(h.sent).toMatchObject([{ queue: 'event', work: { subjects: [nicAt(0)] } }]);
  });

  it('is read when it cannot be told whether there is a turn', async () => {
    const world = azureFleet(1);
    const h = harness(within({ inFlight: 1 }), world);
    await handleWork(crowd(h), [eventAt(world, 0)], null);
    const isFull = async (): Promise<never> => {
      throw new Error('storage does not answer');
    };

    const deps = { ...h.deps, interruptions: { ...h.deps.interruptions, isFull } };
    expect(await handleWork(deps, h.take('event'), null)).toEqual({ failed: [] });

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it('is delivered again when the queue does not take it', async () => {
    const world = azureFleet(1);
    const h = harness(within({ inFlight: 1 }), world);
    const deps = crowd(h);
    await handleWork(deps, [eventAt(world, 0)], null);
    const [item] = h.take('event');
    h.onSend = () => {
      throw new Error('the queue is gone');
    };

    expect(await handleWork(deps, item === undefined ? [] : [item], null)).toEqual({ failed: ['event-0'] });
  });

  it('asks nothing where nothing waits', async () => {
    const world = azureFleet(1);
    const h = harness(within({}), world);
    const isFull = async (): Promise<never> => Promise.reject(new Error('asked'));
    let asked = 0;
    const counting = () => {
      asked += 1;
      return isFull();
    };

    await handleWork(
      { ...h.deps, interruptions: { ...h.deps.interruptions, isFull: counting } },
      [eventAt(world, 0)],
      null,
    );

    expect(asked).toBe(0);
  });
});

describe('what a person allowed', () => {
  const applyAll = (h: Harness, lift: readonly string[] = []) => {
    const body = JSON.stringify({ scope: 'everything', mode: 'apply', lift });
    return resync(h.deps, { body, mayLift: 'yes', correlation: 'call-1', endsAtMs: null });
  };

  it('is done in the end, though no sweep may do what is lifted and turns come slowly', async () => {
    const world = azureFleet(100, { attachments: upTo(100).map(mirrored) });
    const rules = { ...within({ inFlight: 5 }), guard: { count: 20, percent: 10 } };
    const h = harness(
      rules,
      taggedOnly(world, () => false),
    );
    await applyAll(h, ['limit', 'all']);
    // Four machines get their turn in each minute.
    let budget = 0;
    const memory = h.deps.interruptions;
    const take: Interruptions['take'] = async (request) => {
      if (budget === 0) return { kind: 'full' };
      budget -= 1;
      return memory.take(request);
    };
    const deps = { ...h.deps, interruptions: { ...memory, take } };

    for (const _minute of upTo(120)) {
      budget = 4;
      await goOnOnce(h, deps);
      h.nowMs += 60_000;
    }

    expect(mirroredIn(h.cloud.world())).toEqual([]);
    expect(h.sent).toEqual([]);
  });

  async function goOnOnce(h: Harness, deps: Invocation): Promise<void> {
    for (const one of h.take('bulk')) await handleWork(deps, [one], null);
  }

  it.each([
    [21_600_000, 1],
    [21_600_001, 0],
  ])('waits for %i ms at most: then it is told that it is given up', async (ageMs, left) => {
    const world = azureFleet(10, { attachments: upTo(10).map(mirrored) });
    const h = harness(
      within({ inFlight: 2 }),
      taggedOnly(world, () => false),
    );
    await applyAll(h, ['all']);
    const deps = crowd(h);
    await handleWork(deps, h.take('bulk'), null);
    const [item] = h.take('bulk');
    h.nowMs = NOW_MS + ageMs;

    await handleWork(deps, item === undefined ? [] : [item], null);

    expect(h.sent).toHaveLength(left);
    if (left === 1) expect(h.sent).toMatchObject([{ delaySeconds: 120, work: { askedBy: 'person' } }]);
    else {
      expect(lastDetail(h)).toContain('ask for it again');
    }
  });

  it('waits for the next window when the one in which it was allowed is over', async () => {
    const world = azureFleet(10, { attachments: upTo(10).map(mirrored) });
    const windows = [{ cron: '0 3,5 * * *', durationMinutes: 10, timeZone: 'UTC' }];
    const h = harness(
      within({ inFlight: 2, windows }),
      taggedOnly(world, () => false),
    );
    await applyAll(h, ['all']);
    h.nowMs = Date.parse('2026-01-02T03:30:00Z');
    await handleWork(h.deps, h.take('bulk'), null);
    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 900, work: { askedBy: 'person' } }]);

    h.nowMs = Date.parse('2026-01-02T05:01:00Z');
    await handleWork(h.deps, h.take('bulk'), null);

    expect(mirroredIn(h.cloud.world())).toEqual([]);
    expect(h.sent).toEqual([]);
  });

  it('is apart from what a sweep found, though both may do the same', async () => {
    const world = azureFleet(10);
    const h = harness(within({ inFlight: 2 }), world);
    await applyAll(h);
    await sweepScope(h.deps, world.scope, { correlation: 'sweep-1', since: NOW });
    const rooms = house(() => h.nowMs);
    await rooms.as('b').take({ scope: world.scope, unit: vmId(99), limit: 1 });

    await handleWork({ ...h.deps, interruptions: rooms.as('a') }, h.take('bulk'), null);

    expect(h.sent.map(({ work }) => (work.kind === 'look' ? work.askedBy : ''))).toEqual(['person', 'sweep']);
  });
});

describe('a message of an earlier version', () => {
  it.each([
    [null, 'event'],
    [{ kind: 'enforce', seen: [], lift: [] }, 'sweep'],
  ])('says by its permission who asked: %j', (run, askedBy) => {
    const {
      askedBy: _asker,
      waiting: _waiting,
      ...old
    } = { ...look(azureFleet(1), [vmAt(0)], toInstant(NOW_MS)), run };
    expect(findWork(old)).toMatchObject({ askedBy, waiting: [] });
  });
});
