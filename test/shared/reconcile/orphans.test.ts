import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/ids.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import type { InventoryKind, Machine, World } from '../../../shared/words.ts';
import { CONFIG, fleet, machineAt, ours, sessionsOf, sourceAt, theirs, upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';

const HOUR_MS = 3_600_000;
const ORIGIN = { correlation: 'sweep-1', since: NOW };

/** A fleet that is mirrored as it is wished, with one of others' sessions on each interface. */
const mirrored = (count: number): World =>
  fleet(
    count,
    ['tcp'],
    upTo(count).flatMap((at) => [ours(at, 'tcp'), theirs(at, 7)]),
  );

const withMachines = (world: World, edit: (machine: Machine, at: number) => Partial<Machine>): World => ({
  ...world,
  machines: world.machines.map((machine, at) => ({ ...machine, ...edit(machine, at) })),
});

const stoppedFor = (hours: number): Partial<Machine> => ({
  state: 'stopped',
  stoppedAt: toInstant(NOW_MS - hours * HOUR_MS),
});

async function sweepAndApply(h: Harness): Promise<readonly string[]> {
  await sweepScope(h.deps, h.cloud.world().scope, ORIGIN);
  await handleWork(h.deps, h.take('bulk'), null);
  return sessionsOf(h.cloud.world()).filter((session) => session.endsWith('tmt-tcp'));
}

describe('orphans', () => {
  it('of machines that were stopped for longer than the grace are removed; the others stay', async () => {
    const states: readonly Partial<Machine>[] = [
      stoppedFor(73),
      stoppedFor(71),
      { state: 'stopped', stoppedAt: null },
      { state: 'gone' },
      { state: 'changing' },
    ];
    const h = harness(
      CONFIG,
      withMachines(mirrored(6), (_machine, at) => states[at] ?? {}),
    );

    expect(await sweepAndApply(h)).toEqual([1, 2, 4, 5].map((at) => `${at}: 100 tmt-tcp`));
    expect(h.cloud.world().attachments.filter(({ mark }) => mark === null)).toHaveLength(6);
  });

  it('of interfaces that are detached are removed, tagged as they may be', async () => {
    const world = mirrored(2);
    const sources = world.sources.map((source, at) =>
      at === 0 ? { ...source, machine: null, state: 'detached' as const, tags: { tcp: '' } } : source,
    );
    expect(await sweepAndApply(harness(CONFIG, { ...world, sources }))).toEqual(['1: 100 tmt-tcp']);
  });

  it('of interfaces that are not in the list stay, and are told', async () => {
    const world = mirrored(2);
    const h = harness(CONFIG, { ...world, sources: world.sources.slice(1) });
    expect(await sweepAndApply(h)).toHaveLength(2);
    const codes = h.journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold.code] : []));
    expect(codes).toEqual(['inventory-incomplete']);
  });

  it('of interfaces whose machine is not in the list stay: it is unread, not untagged', async () => {
    const world = mirrored(2);
    const h = harness(CONFIG, { ...world, machines: world.machines.slice(1) });
    expect(await sweepAndApply(h)).toHaveLength(2);
  });

  it('are no mass detach, however many they are: nobody is blinded', async () => {
    const h = harness(
      CONFIG,
      withMachines(mirrored(60), () => stoppedFor(1000)),
    );
    expect(await sweepAndApply(h)).toEqual([]);
    expect(h.journal.filter(({ kind }) => kind === 'guard-tripped')).toEqual([]);
  });

  it('stay under attach-only', async () => {
    const world = withMachines(mirrored(2), () => stoppedFor(1000));
    expect(await sweepAndApply(harness({ ...CONFIG, policy: 'attach-only' }, world))).toHaveLength(2);
  });
});

describe('a read that fails in the middle', () => {
  const PARTS: readonly InventoryKind[] = ['machines', 'sources', 'attachments'];
  /** Every session of ours could go: nobody wishes it, its machine is stopped or gone, its interface detached. */
  const doomed = (kind: InventoryKind): World => {
    const world = withMachines(mirrored(5), (_machine, at) =>
      at === 0 ? { tags: {} } : at === 1 ? { state: 'gone' } : stoppedFor(1000),
    );
    const sources = world.sources.map((one, at) =>
      at === 4 ? { ...one, machine: null, state: 'detached' as const } : one,
    );
    return { ...world, sources, incomplete: [{ kind, why: 'page 2 was refused' }] };
  };

  it.each(PARTS)('of %s detaches nothing, neither as a sweep nor as an event', async (kind) => {
    const h = harness(CONFIG, doomed(kind));
    expect(await sweepAndApply(h)).toHaveLength(5);

    await handleWork(
      h.deps,
      upTo(5).map((at) => ({ id: `m-${at}`, work: look(h.cloud.world(), [machineAt(at), sourceAt(at)]) })),
      null,
    );
    expect(h.cloud.world()).toEqual(doomed(kind));

    h.cloud.edit((world) => ({ ...world, incomplete: [] }));
    expect(await sweepAndApply(h)).toEqual([]);
  });

  it.each(['machines', 'sources'] as const)('of %s detaches nothing from what was on the other pages', async (kind) => {
    const world = mirrored(40);
    const missing: Partial<World> =
      kind === 'machines' ? { machines: world.machines.slice(0, 3) } : { sources: world.sources.slice(0, 3) };
    const h = harness(CONFIG, { ...world, ...missing, incomplete: [{ kind, why: 'page 2 was refused' }] });
    expect(await sweepAndApply(h)).toHaveLength(40);
  });

  it.each<InventoryKind>(['targets', 'filters'])('of %s takes away nothing that is wished', async (kind) => {
    const world = mirrored(10);
    const h = harness(CONFIG, { ...world, [kind]: [], incomplete: [{ kind, why: 'page 1 was refused' }] });
    expect(await sweepAndApply(h)).toHaveLength(10);
    expect(h.cloud.tried).toEqual([]);
  });
});
