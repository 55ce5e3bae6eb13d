import { describe, expect, it } from 'vitest';
import type { Change } from '../../../shared/plan/change.ts';
import type { Outcome } from '../../../shared/ports.ts';
import { converge } from '../../../shared/reconcile/converge.ts';
import type { Order } from '../../../shared/reconcile/order.ts';
import type { World } from '../../../shared/words.ts';
import type { AttachmentSketch } from '../../world.ts';
import { CONFIG, fleet, ours, sourceAt, theirs, upTo } from './fleets.ts';
import { harness, NOW } from './harness.ts';

const everything = ({ scope }: World): Order => ({
  scope,
  selection: { kind: 'everything' },
  run: null,
  basis: 'scope',
  correlation: 'c-1',
  since: NOW,
  trigger: 'sweep',
  lane: 'bulk',
});

/** A fleet that is to be mirrored, whose machines have types in turn. */
const typed = (count: number, types: readonly (string | null)[], ...attached: readonly AttachmentSketch[]): World => {
  const world = fleet(count, ['tcp'], attached);
  const machines = world.machines.map((machine, at) => ({ ...machine, type: types[at % types.length] ?? null }));
  return { ...world, machines };
};

const unfit = (change: Change): Outcome => ({
  kind: 'held',
  change,
  hold: {
    source: change.source,
    machine: change.machine,
    code: 'unfit',
    destination: null,
    rules: [],
    keeps: null,
    blockedBy: [],
    detail: 'NetworkInterfaceNotSupported',
  },
});

/** Refuses every machine of these types, as the cloud does. */
const refusing = (world: World, ...types: readonly string[]) => {
  const typeOf = new Map(world.machines.map(({ id, type }) => [id, type]));
  return (change: Change): Outcome | null =>
    types.includes((change.machine === null ? null : typeOf.get(change.machine)) ?? 'none') ? unfit(change) : null;
};

describe('a machine type that the cloud refuses', () => {
  it('is asked about once, and the refusal stands for all of its machines', async () => {
    const world = typed(60, ['t2.micro', 'm5.large', 'm8g.large']);
    const { deps, cloud, journal } = harness(CONFIG, world);
    cloud.onApply = refusing(world, 't2.micro', 'm8g.large');

    const report = await converge(deps, everything(world));

    expect(cloud.tried).toHaveLength(22);
    expect(cloud.world().attachments).toHaveLength(20);
    expect(report.counts).toMatchObject({ done: 20, 'held-by-cloud': 40 });
    const holds = journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold] : []));
    expect(new Set(holds.map(({ code }) => code))).toEqual(new Set(['unfit']));
    expect(new Set(holds.map(({ source }) => source)).size).toBe(40);
    expect(holds.find(({ source }) => source === sourceAt(3).id)).toMatchObject({
      destination: 'tcp',
      rules: ['tcp'],
      detail: `machines of type t2.micro are refused, as ${sourceAt(0).id} was: NetworkInterfaceNotSupported`,
    });
  });

  it('holds up only its own machines, and only until the first answer', async () => {
    const world = typed(40, ['m5.large']);
    const { deps, cloud } = harness(CONFIG, world);
    const underWayAtFirst: number[] = [];
    cloud.onApply = () => {
      if (underWayAtFirst.length === 0) underWayAtFirst.push(cloud.tried.length);
      return null;
    };

    await converge(deps, everything(world));

    expect(underWayAtFirst).toEqual([1]);
    expect(cloud.peak.all).toBeGreaterThan(1);
    expect(cloud.world().attachments).toHaveLength(40);
  });

  it.each(['throttled', 'unreachable'] as const)('is not told by an answer of %s', async (code) => {
    const world = typed(20, ['m5.large']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) =>
      change.source === sourceAt(0).id ? { kind: 'failed', change, code, detail: 'not now' } : null;

    await converge(deps, everything(world));

    expect(cloud.world().attachments).toHaveLength(19);
  });

  it.each([
    ['ours', ours(19, 'udp')],
    ['others', theirs(19, 7)],
  ])('is not told by one interface when %s is mirrored on another of its machines', async (_whose, attached) => {
    const world = typed(20, ['m5.large'], attached);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) => (change.source === sourceAt(0).id ? unfit(change) : null);

    await converge(deps, everything(world));

    const mirrored = cloud.world().attachments.filter(({ settings }) => settings.target === 'tmt-tcp');
    expect(mirrored).toHaveLength(19);
  });

  it('is not told by one interface when another of its machines was accepted in this run', async () => {
    const world = typed(20, ['m5.large']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) => (change.source === sourceAt(1).id ? unfit(change) : null);

    await converge({ ...deps, parallelism: 3 }, everything(world));

    expect(cloud.world().attachments).toHaveLength(19);
  });

  it('is not told by what is withheld for another reason', async () => {
    const world = typed(20, ['m5.large']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) => {
      const outcome = unfit(change);
      if (outcome.kind !== 'held' || change.source !== sourceAt(0).id) return null;
      return { ...outcome, hold: { ...outcome.hold, code: 'destination-full' } };
    };

    await converge(deps, everything(world));

    expect(cloud.world().attachments).toHaveLength(19);
  });

  it('is not told by a machine that does not run', async () => {
    const whole = typed(20, ['m5.large']);
    const machines = whole.machines.map((one, at) => (at === 0 ? { ...one, state: 'stopped' as const } : one));
    const world = { ...whole, machines };
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = (change) => (change.source === sourceAt(0).id ? unfit(change) : null);

    await converge(deps, everything(world));

    expect(cloud.world().attachments).toHaveLength(19);
  });

  it('is asked about again by the next run', async () => {
    const world = typed(20, ['t2.micro']);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = refusing(world, 't2.micro');
    await converge(deps, everything(world));
    cloud.onApply = () => null;

    await converge(deps, everything(world));

    expect(cloud.world().attachments).toHaveLength(20);
    expect(cloud.tried).toHaveLength(21);
  });

  it('means nothing for machines whose type is not known', async () => {
    const world = typed(upTo(9).length, [null]);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onApply = unfit;

    await converge(deps, everything(world));

    expect(cloud.tried).toHaveLength(9);
  });
});
