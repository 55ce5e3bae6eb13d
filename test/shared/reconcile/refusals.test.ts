import { describe, expect, it } from 'vitest';
import type { Config } from '../../../shared/config/config.ts';
import { parseTargetId, toInstant } from '../../../shared/ids.ts';
import type { Change } from '../../../shared/plan/change.ts';
import { toHold } from '../../../shared/plan/refused.ts';
import type { Interruptions, Outcome } from '../../../shared/ports.ts';
import type { Item } from '../../../shared/reconcile/batch/look-group.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { rememberInterruptions } from '../../../shared/reconcile/interruptions.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import type { TargetId, World } from '../../../shared/words.ts';
import { AZURE_CONFIG, azureFleet, mirrored, mirroredIn, nicId, taggedOnly, vmAt, vmId } from './azure-fleets.ts';
import { upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';
import { unreachable } from './house.ts';

const HOUR_MS = 3_600_000;

type Code = 'needs-restart' | 'operation-failed' | 'unfit';
const refuse =
  (code: Code) =>
  (change: Change): Outcome => ({ kind: 'held', change, hold: toHold(change, code, `Azure says ${code}`) });

const eventAt = (world: World, at: number): Item => ({ id: `m-${at}`, work: look(world, [vmAt(at)]) });
const restartOf = (world: World, at: number): Item => ({
  id: `r-${at}`,
  work: { ...look(world, [vmAt(at)], toInstant(NOW_MS + 1)), isRestart: true },
});
const remembered = (h: Harness) => h.deps.interruptions.refusals(h.cloud.world().scope, null);
const held = (h: Harness) =>
  h.journal.flatMap((entry) => (entry.kind === 'held' ? [`${entry.hold.code}: ${entry.hold.detail}`] : []));

const toOther = (id: TargetId): Config => ({
  ...AZURE_CONFIG,
  destinations: AZURE_CONFIG.destinations.map((one) =>
    one.cloud === 'azure' ? { ...one, entry: { kind: 'virtualNetworkTap', id } } : one,
  ),
});

async function sweepAll(h: Harness): Promise<void> {
  await sweepScope(h.deps, h.cloud.world().scope, { correlation: 'sweep', since: NOW });
  await handleWork(h.deps, h.take('bulk'), null);
}

describe('a refusal on a running machine', () => {
  it.each([
    ['needs-restart', 24],
    ['operation-failed', 1],
  ] as const)('with %s is remembered for %i h, and nobody asks again until then', async (code, hours) => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    h.cloud.onApply = refuse(code);

    await handleWork(h.deps, [eventAt(world, 0)], null);
    const until = toInstant(NOW_MS + hours * HOUR_MS);
    const target = world.targets[0]?.id;
    const refusal = { machine: vmId(0), target, code, detail: `Azure says ${code}`, at: NOW, until };
    expect(await remembered(h)).toEqual([refusal]);

    h.nowMs += hours * HOUR_MS - 1;
    await handleWork(h.deps, [eventAt(world, 0)], null);
    await sweepAll(h);
    expect(h.cloud.tried).toHaveLength(1);
    expect(held(h).at(-1)).toContain(`Azure says ${code}`);
    expect(h.journal.at(-1)).toMatchObject({ kind: 'finished', counts: { attach: 0, [`held.${code}`]: 1 } });

    h.nowMs += 1;
    await sweepAll(h);
    expect(h.cloud.tried).toHaveLength(2);
    expect((await remembered(h))[0]?.until).toBe(toInstant(h.nowMs + hours * HOUR_MS));
  });

  it('is tried in one sweep a day, however many there are', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    h.cloud.onApply = refuse('needs-restart');
    for (const _quarter of upTo(96 * 3)) {
      await sweepAll(h);
      h.nowMs += 900_000;
    }

    expect(h.cloud.tried).toHaveLength(3);
  });

  it('is over with the start of the machine, which is tried at once', async () => {
    const world = azureFleet(2);
    const h = harness(AZURE_CONFIG, world);
    h.cloud.onApply = refuse('needs-restart');
    await handleWork(h.deps, [eventAt(world, 0), eventAt(world, 1)], null);
    h.cloud.onApply = () => null;

    await handleWork(h.deps, [restartOf(world, 0), eventAt(world, 1)], null);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
    expect((await remembered(h)).map(({ machine }) => machine)).toEqual([vmId(1)]);
  });

  it('is forgotten when an attach succeeds', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    h.cloud.onApply = refuse('operation-failed');
    await handleWork(h.deps, [eventAt(world, 0)], null);
    h.cloud.onApply = () => null;
    h.nowMs += HOUR_MS;

    await handleWork(h.deps, [eventAt(world, 0)], null);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
    expect(await remembered(h)).toEqual([]);
  });

  it.each([
    ['on a machine that does not run', azureFleet(1, { state: () => 'stopped' }), 'needs-restart'],
    ['for another reason', azureFleet(1), 'unfit'],
  ] as const)('is not remembered %s', async (_, world, code) => {
    const h = harness(AZURE_CONFIG, world);
    h.cloud.onApply = refuse(code);

    await handleWork(h.deps, [eventAt(world, 0)], null);

    expect(h.cloud.tried).toHaveLength(1);
    expect(await remembered(h)).toEqual([]);
  });

  it('is what the other interfaces of the machine are spared in that run', async () => {
    for (const code of ['needs-restart', 'operation-failed'] as const) {
      const world = azureFleet(2, { interfaces: 2 });
      const h = harness(AZURE_CONFIG, world);
      h.cloud.onApply = (change) => (change.machine === vmId(0) ? refuse(code)(change) : null);

      await handleWork(h.deps, [eventAt(world, 0), eventAt(world, 1)], null);

      expect(h.cloud.tried.map(({ source }) => source)).toEqual([nicId(0, 0), nicId(1, 0), nicId(1, 1)]);
      expect(held(h)).toContain(`${code}: another of its interfaces was refused: Azure says ${code}`);
    }
  });

  it('is not over with a start that was before it, however late or often its event comes', async () => {
    const world = azureFleet(1, { interfaces: 2 });
    const h = harness(AZURE_CONFIG, world);
    h.cloud.onApply = refuse('needs-restart');
    const item = { ...restartOf(world, 0), work: { ...look(world, [vmAt(0)], NOW), isRestart: true } };

    await handleWork(h.deps, [item], null);
    for (const _time of upTo(5)) {
      h.nowMs += 600_000;
      await handleWork(h.deps, [item], null);
      const late = { ...look(world, [vmAt(0)], toInstant(NOW_MS - 3_600_000)), isRestart: true };
      await handleWork(h.deps, [{ id: 'late', work: late }], null);
    }

    expect(h.cloud.tried).toHaveLength(1);
  });

  it('of one target keeps nothing from another', async () => {
    for (const [code, mirroredThen] of [
      ['operation-failed', [0]],
      ['needs-restart', []],
    ] as const) {
      const world = azureFleet(1);
      const h = harness(AZURE_CONFIG, world);
      h.cloud.onApply = refuse(code);
      await handleWork(h.deps, [eventAt(world, 0)], null);
      h.cloud.onApply = () => null;
      const [target] = world.targets;
      const other = parseTargetId(`${target?.id}-2`);
      h.config = toOther(other);
      h.cloud.edit((now) => ({ ...now, targets: now.targets.flatMap((one) => [one, { ...one, id: other }]) }));

      await handleWork(h.deps, [eventAt(world, 0)], null);

      expect(mirroredIn(h.cloud.world())).toEqual(mirroredThen);
      // What was refused of the first is not disproved by the second.
      expect(await remembered(h)).toMatchObject([{ target: target?.id }]);
    }
  });

  it('to detach is remembered for an hour, and keeps nothing from being attached', async () => {
    const world = azureFleet(1, { interfaces: 2, attachments: [mirrored(0)] });
    const h = harness(
      AZURE_CONFIG,
      taggedOnly(world, () => false),
    );
    h.cloud.onApply = (change) => (change.kind === 'detach' ? refuse('operation-failed')(change) : null);
    for (const _quarter of upTo(94)) {
      await sweepAll(h);
      h.nowMs += 900_000;
    }
    expect(h.cloud.tried).toHaveLength(24);
    expect(held(h).at(-1)).toContain('while the machine runs it is not tried again before');

    h.cloud.edit(({ attachments }) => ({ ...world, attachments }));
    await sweepAll(h);
    expect(mirroredIn(h.cloud.world())).toEqual([0, 0]);
    expect(await remembered(h)).toHaveLength(1);
  });

  it('is over with the machine: another one under its name is tried', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    h.cloud.onApply = refuse('needs-restart');
    await handleWork(h.deps, [eventAt(world, 0)], null);
    h.nowMs += 60_000;
    h.cloud.edit((now) => ({ ...now, machines: now.machines.map((machine) => ({ ...machine, state: 'gone' })) }));
    await handleWork(h.deps, [eventAt(world, 0)], null);
    expect(await remembered(h)).toEqual([]);

    h.cloud.edit(() => world);
    h.cloud.onApply = () => null;
    await handleWork(h.deps, [eventAt(world, 0)], null);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it('keeps the other machines from nothing', async () => {
    const world = azureFleet(3);
    const h = harness(AZURE_CONFIG, world);
    const interruptions = h.deps.interruptions;
    const until = toInstant(NOW_MS + 1);
    await interruptions.refuse(world.scope, {
      machine: vmId(1),
      target: parseTargetId('any'),
      at: NOW,
      code: 'needs-restart',
      detail: 'not on fastpath',
      until,
    });

    await sweepAll(h);

    expect(mirroredIn(h.cloud.world())).toEqual([0, 2]);
  });
});

describe('what was refused', () => {
  /** Counts what is asked. */
  const counting = (): {
    readonly interruptions: Interruptions;
    readonly asked: unknown[];
    readonly forgiven: unknown[];
  } => {
    const memory = rememberInterruptions({ now: () => NOW_MS });
    const asked: unknown[] = [];
    const forgiven: unknown[] = [];
    const interruptions: Interruptions = {
      ...memory,
      refusals: async (scope, machines) => {
        asked.push(machines);
        return memory.refusals(scope, machines);
      },
      forgive: async (scope, machines, happened) => {
        forgiven.push(machines);
        return memory.forgive(scope, machines, happened);
      },
    };
    return { interruptions, asked, forgiven };
  };

  it('is asked for once, and only of running machines that are to be changed', async () => {
    const sketch = azureFleet(4, {
      state: (at) => (at === 1 ? 'stopped' : 'running'),
      attachments: [mirrored(2), mirrored(3)],
    });
    const world = taggedOnly(sketch, (at) => at !== 3);
    const h = harness(AZURE_CONFIG, world);
    const { interruptions, asked, forgiven } = counting();
    const deps = { ...h.deps, interruptions };

    await handleWork(
      deps,
      upTo(4).map((at) => eventAt(world, at)),
      null,
    );
    expect(asked).toEqual([[vmId(0), vmId(3)]]);
    expect(mirroredIn(h.cloud.world())).toEqual([0, 1, 2]);

    await handleWork(
      deps,
      upTo(4).map((at) => eventAt(world, at)),
      null,
    );
    expect(asked).toHaveLength(1);
    // Nothing is remembered of them, so nothing has to be forgotten.
    expect(forgiven).toEqual([]);
  });

  it('is asked for as a whole by a sweep', async () => {
    const world = azureFleet(3);
    const h = harness(AZURE_CONFIG, world);
    const { interruptions, asked } = counting();

    await sweepScope({ ...h.deps, interruptions }, world.scope, { correlation: 'sweep', since: NOW });

    expect(asked).toEqual([null]);
  });

  it('keeps everything that runs from being changed, when it cannot be asked for', async () => {
    const world = azureFleet(2, { state: (at) => (at === 0 ? 'running' : 'stopped') });
    const h = harness(AZURE_CONFIG, world);
    const refusals = async (): Promise<never> => {
      throw unreachable();
    };
    const deps = { ...h.deps, interruptions: { ...rememberInterruptions({ now: () => NOW_MS }), refusals } };

    expect(await handleWork(deps, [eventAt(world, 0), eventAt(world, 1)], null)).toEqual({ failed: ['m-0'] });

    expect(mirroredIn(h.cloud.world())).toEqual([1]);
    expect(h.journal).toContainEqual(expect.objectContaining({ kind: 'fault', code: 'unreachable' }));
  });

  it('keeps what is read again after a conflict from being changed, when it cannot be asked for then', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    const memory = rememberInterruptions({ now: () => NOW_MS });
    let asked = 0;
    const refusals: Interruptions['refusals'] = async (...given) => {
      asked += 1;
      if (asked > 1) throw unreachable();
      return memory.refusals(...given);
    };
    h.cloud.onApply = (change) =>
      h.cloud.tried.length > 1 ? null : { kind: 'conflict', change, detail: 'it is being written' };

    const deps = { ...h.deps, interruptions: { ...memory, refusals } };
    expect(await handleWork(deps, [eventAt(world, 0)], null)).toEqual({ failed: ['m-0'] });

    expect([asked, h.cloud.tried.length]).toEqual([2, 1]);
  });

  it('that cannot be remembered shows, and nothing else that runs is changed', async () => {
    const world = azureFleet(3);
    const h = harness({ ...AZURE_CONFIG, interruption: { inFlight: 1, settleSeconds: 0, windows: [] } }, world);
    h.cloud.onApply = refuse('needs-restart');
    const tell = async (): Promise<never> => {
      throw unreachable();
    };
    const deps = { ...h.deps, interruptions: { ...rememberInterruptions({ now: () => NOW_MS }), refuse: tell } };

    const handled = await handleWork(
      deps,
      upTo(3).map((at) => eventAt(world, at)),
      null,
    );

    expect(handled).toEqual({ failed: ['m-1', 'm-2'] });
    expect(h.cloud.tried).toHaveLength(1);
    expect(h.journal.filter(({ kind }) => kind === 'fault')).toMatchObject([{ code: 'unreachable' }]);
  });

  it('before a restart comes back with its event, when it cannot be forgotten', async () => {
    const world = azureFleet(2);
    const h = harness(AZURE_CONFIG, world);
    const tell = async (): Promise<never> => {
      throw unreachable();
    };
    const deps = { ...h.deps, interruptions: { ...rememberInterruptions({ now: () => NOW_MS }), forgive: tell } };

    expect(await handleWork(deps, [restartOf(world, 0), eventAt(world, 1)], null)).toEqual({ failed: ['r-0'] });

    expect(mirroredIn(h.cloud.world())).toEqual([0, 1]);
    h.mode = 'observe';
    expect(await handleWork(deps, [restartOf(world, 0)], null)).toEqual({ failed: [] });
  });
});
