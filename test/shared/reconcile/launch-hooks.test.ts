import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { parseMachineId, toInstant } from '../../../shared/ids.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import type { LookItem } from '../../../shared/reconcile/batch/look-group.ts';
import type { World } from '../../../shared/words.ts';
import type { LaunchHook } from '../../../shared/work.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, fleet, machineAt, ours, sessionsOf, sourceAt, upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';

const hookOf = (at: number, name = 'attach-first'): LaunchHook => ({
  group: 'web',
  name,
  token: `token-${at}`,
  machine: parseMachineId(machineAt(at).id),
});

const launch = (world: World, at: number, ageMs = 0, name?: string): LookItem => ({
  id: `launch-${at}`,
  work: { ...look(world, [machineAt(at)], toInstant(NOW_MS - ageMs)), hook: hookOf(at, name) },
});

const changing = (world: World): World => ({
  ...world,
  sources: world.sources.map((source) => ({ ...source, state: 'changing' as const })),
});
const settle = (h: Harness): void =>
  h.cloud.edit((world) => ({ ...world, sources: world.sources.map((one) => ({ ...one, state: 'attached' })) }));
const released = ({ journal }: Harness): readonly string[] =>
  journal.flatMap((entry) => (entry.kind === 'released' ? [`${entry.machine} of ${entry.group}`] : []));

describe('a machine that a launch hook holds back', () => {
  it('is mirrored before it is let go, and it is journaled', async () => {
    const world = fleet(3, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onRelease = () => expect(h.cloud.world().attachments).toHaveLength(3);

    const items = upTo(3).map((at) => launch(world, at));
    expect(await handleWork(h.deps, items, null)).toEqual({ failed: [] });

    expect(h.cloud.released).toEqual(upTo(3).map((at) => hookOf(at)));
    expect(released(h)).toEqual(upTo(3).map((at) => `${machineAt(at).id} of web`));
    expect(h.sent).toEqual([]);
  });

  it('is let go once per batch, for each of its hooks', async () => {
    const world = fleet(1, ['tcp']);
    const h = harness(CONFIG, world);

    await handleWork(h.deps, [launch(world, 0), launch(world, 0), launch(world, 0, 0, 'warm-up')], null);

    expect(h.cloud.released).toEqual([hookOf(0), hookOf(0, 'warm-up')]);
  });

  it.each(['observe', 'paused'] as const)('is let go in mode %s, also when it is changing', async (mode) => {
    const world = changing(fleet(1, ['tcp']));
    const h = harness(CONFIG, world);
    h.mode = mode;

    await handleWork(h.deps, [launch(world, 0)], null);

    expect(h.cloud.released).toEqual([hookOf(0)]);
    expect(h.sent.filter(({ work }) => work.kind === 'look' && work.hook !== null)).toEqual([]);
    expect(h.cloud.tried).toEqual([]);
  });

  it.each(['throttled', 'denied'] as const)('is let go when attaching fails as %s', async (code) => {
    const world = fleet(1, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => ({ kind: 'failed', change, code, detail: 'no' });

    const { failed } = await handleWork(h.deps, [launch(world, 0)], null);

    expect(failed).toEqual(code === 'throttled' ? ['launch-0'] : []);
    expect(h.cloud.released).toEqual([hookOf(0)]);
  });

  it('is let go when attaching is held', async () => {
    const world = { ...fleet(1, ['tcp']), targets: [] };
    const h = harness(CONFIG, world);

    await handleWork(h.deps, [launch(world, 0)], null);

    expect(h.cloud.released).toEqual([hookOf(0)]);
  });

  it.each(['nothing can be read', 'the rules are not valid', 'sessions are read in part', 'the queue is closed'])(
    'is let go when %s, and comes back to be mirrored',
    async (what) => {
      const world = what === 'the queue is closed' ? changing(fleet(1, ['tcp'])) : fleet(1, ['tcp']);
      const h = harness(CONFIG, world);
      const fail = (): never => {
        throw new Fault('unreachable', 'no answer');
      };
      if (what === 'nothing can be read') h.cloud.onRead = fail;
      if (what === 'the rules are not valid') h.onLoad = fail;
      if (what === 'the queue is closed') h.onSend = fail;
      const incomplete = [{ kind: 'attachments', why: 'page 2 was refused' }] as const;
      if (what === 'sessions are read in part') h.cloud.edit((now) => ({ ...now, incomplete }));

      expect(await handleWork(h.deps, [launch(world, 0)], null)).toEqual({ failed: ['launch-0'] });

      expect(h.cloud.released).toEqual([hookOf(0)]);
    },
  );

  it('is let go where this deployment keeps nothing, as far as it may', async () => {
    const elsewhere = toWorld({ region: 'eu-north-1' });
    const h = harness(CONFIG, fleet(1, []));

    expect(await handleWork(h.deps, [launch(elsewhere, 0)], null)).toEqual({ failed: [] });
    expect(h.cloud.released).toEqual([hookOf(0)]);

    h.cloud.onRelease = () => {
      throw new Fault('denied', 'autoscaling:CompleteLifecycleAction is not allowed');
    };
    expect(await handleWork(h.deps, [launch(elsewhere, 0)], null)).toEqual({ failed: [] });
    expect(h.journal.at(-1)).toMatchObject({ kind: 'fault', code: 'denied', scope: { region: 'eu-north-1' } });
  });

  it.each([
    ['unreachable', ['launch-1']],
    ['throttled', ['launch-1']],
    ['denied', []],
  ] as const)('after %s as it is let go asks for exactly %j again', async (code, expected) => {
    const world = fleet(3, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onRelease = ({ machine }) => {
      if (machine === machineAt(1).id) throw new Fault(code, 'completing a lifecycle action was refused');
    };

    const items = upTo(3).map((at) => launch(world, at));
    expect(await handleWork(h.deps, items, null)).toEqual({ failed: expected });

    expect(h.cloud.released).toEqual([hookOf(0), hookOf(2)]);
    expect(h.cloud.world().attachments).toHaveLength(3);
    expect(h.journal.filter(({ kind }) => kind === 'fault')).toMatchObject([{ code }]);
  });
});

describe('a machine that a launch hook holds back and that is changing', () => {
  it('is looked at once more, and then mirrored and let go', async () => {
    const world = changing(fleet(1, ['tcp']));
    const h = harness(CONFIG, world);
    const item = launch(world, 0, 2000);

    await handleWork(h.deps, [item], null);
    expect(h.cloud.released).toEqual([]);
    expect(h.sent).toEqual([{ queue: 'event', work: item.work, delaySeconds: 15 }]);

    settle(h);
    h.nowMs += 15_000;
    await handleWork(h.deps, h.take('event'), null);
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp']);
    expect(h.cloud.released).toEqual([hookOf(0)]);
  });

  it.each([
    [14_999, 'held back'],
    [15_000, 'let go'],
  ])('is, %d ms after its launch, %s', async (ageMs, what) => {
    const world = changing(fleet(1, ['tcp']));
    const h = harness(CONFIG, world);

    await handleWork(h.deps, [launch(world, 0, ageMs)], null);

    expect(h.cloud.released).toHaveLength(what === 'let go' ? 1 : 0);
    const hooks = h.sent.map(({ work }) => (work.kind === 'look' ? work.hook : null));
    expect(hooks).toEqual([what === 'let go' ? null : hookOf(0)]);
  });

  it('is held back as well while the cloud does not list it, or its interfaces', async () => {
    const [none, alone] = [fleet(0, []), { ...fleet(1, ['tcp']), sources: [] }];
    for (const world of [none, alone]) {
      const h = harness(CONFIG, world);
      const item = launch(world, 0);
      await handleWork(h.deps, [item], null);
      expect(h.cloud.released).toEqual([]);
      expect(h.sent).toEqual([{ queue: 'event', work: item.work, delaySeconds: 15 }]);
    }
  });

  it('is let go when it may be missing only because the read is not whole', async () => {
    const incomplete = [{ kind: 'sources', why: 'page 2 was refused' }] as const;
    const h = harness(CONFIG, { ...fleet(0, []), incomplete });

    expect(await handleWork(h.deps, [launch(fleet(1, []), 0)], null)).toEqual({ failed: ['launch-0'] });

    expect(h.cloud.released).toEqual([hookOf(0)]);
    expect(h.sent).toEqual([]);
  });

  it('is let go when no rule wishes anything of it', async () => {
    const world = changing(fleet(1, []));
    const h = harness(CONFIG, world);

    await handleWork(h.deps, [launch(world, 0)], null);

    expect(h.cloud.released).toEqual([hookOf(0)]);
    expect(h.sent).toEqual([]);
  });

  it('holds no other machine back', async () => {
    const whole = fleet(2, ['tcp']);
    const world = {
      ...whole,
      sources: whole.sources.map((one, at) => ({ ...one, state: at === 0 ? 'changing' : one.state })),
    } as World;
    const h = harness(CONFIG, world);

    await handleWork(h.deps, [launch(world, 0), launch(world, 1)], null);

    expect(h.cloud.released).toEqual([hookOf(1)]);
    expect(sessionsOf(h.cloud.world())).toEqual(['1: 100 tmt-tcp']);
  });
});

describe('a machine that a launch hook holds back and that was not come to', () => {
  /** The read takes what time there is. */
  const late = (world: World): Harness => {
    const h = harness(CONFIG, world);
    h.cloud.onRead = () => (h.nowMs += 10_000);
    return h;
  };

  it('goes back to the queue with its hook while it is young', async () => {
    const world = fleet(3, ['tcp']);
    const h = late(world);
    const plain = { id: 'm-2', work: look(world, [machineAt(2)]) };

    const handled = await handleWork(h.deps, [launch(world, 0), launch(world, 1), plain], NOW_MS + 30_000);

    expect(handled).toEqual({ failed: [] });
    expect(h.cloud.released).toEqual([]);
    expect(h.sent).toEqual([
      { queue: 'event', work: launch(world, 0).work, delaySeconds: 0 },
      { queue: 'event', work: launch(world, 1).work, delaySeconds: 0 },
      { queue: 'event', work: look(world, [sourceAt(2)]), delaySeconds: 0 },
    ]);
    expect(h.journal.flatMap((entry) => (entry.kind === 'continued' ? [entry.sources] : []))).toEqual([3]);
  });

  it('goes back without its hook, and is let go, when it has waited long enough', async () => {
    const world = fleet(1, ['tcp']);
    const h = late(world);

    await handleWork(h.deps, [launch(world, 0, 20_000)], NOW_MS + 30_000);

    expect(h.cloud.released).toEqual([hookOf(0)]);
    expect(h.sent.map(({ work }) => work)).toEqual([look(world, [sourceAt(0)], toInstant(NOW_MS - 20_000))]);
  });

  it('waits a moment where the cloud throttles', async () => {
    const world = fleet(5, ['tcp'], [ours(4, 'tcp')]);
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => ({ kind: 'failed', change, code: 'throttled', detail: 'slow down' });

    const items = upTo(5).map((at) => launch(world, at));
    expect(await handleWork(h.deps, items, null)).toEqual({ failed: [] });

    expect(h.sent).toEqual(upTo(4).map((at) => ({ queue: 'event', work: items[at]?.work, delaySeconds: 5 })));
    expect(h.cloud.released).toEqual([hookOf(4)]);
    expect(h.sent.every(({ work }) => work.since === NOW)).toBe(true);
  });
});
