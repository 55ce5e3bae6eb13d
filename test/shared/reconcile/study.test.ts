import { describe, expect, it } from 'vitest';
import type { Config } from '../../../shared/config/config.ts';
import { parseDestinationName, parsePoolName, parseTargetId } from '../../../shared/ids.ts';
import { converge } from '../../../shared/reconcile/converge.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import type { Order } from '../../../shared/reconcile/order.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import type { Subject, Target, World } from '../../../shared/words.ts';
import { toWorld, type AttachmentSketch } from '../../world.ts';
import { CONFIG, fleet, machineAt, ours, sessionsOf, sourceAt, upTo } from './fleets.ts';
import { harness, look, NOW } from './harness.ts';

const orderOf = ({ scope }: World, subject: Subject): Order => ({
  scope,
  selection: { kind: 'subjects', subjects: [subject] },
  run: null,
  basis: 'batch',
  correlation: 'c-1',
  since: NOW,
  trigger: 'change',
  lane: 'event',
});

describe('a destination whose target is missing', () => {
  const whole = fleet(1, ['tcp']);
  const without = { ...whole, targets: [] };
  const order = orderOf(whole, sourceAt(0));

  it('is looked for once more in what was only remembered', async () => {
    const { deps, cloud } = harness(CONFIG, without);
    cloud.onForget = () => {
      cloud.edit((world) => ({ ...world, targets: whole.targets }));
      return true;
    };
    await converge(deps, order);
    expect(sessionsOf(cloud.world())).toEqual(['0: 100 tmt-tcp']);
    expect(cloud.reads).toHaveLength(2);
  });

  it('is held after one read when nothing old was remembered, and journaled once', async () => {
    const { deps, cloud, journal } = harness(CONFIG, without);
    await converge(deps, order);
    expect(cloud.reads).toHaveLength(1);
    expect(journal.filter(({ kind }) => kind === 'held')).toMatchObject([{ hold: { code: 'destination-missing' } }]);
  });

  it('is not looked for again by who has just read everything', async () => {
    const { deps, cloud } = harness(CONFIG, without);
    cloud.onForget = () => true;
    await converge(deps, { ...order, selection: { kind: 'everything' } });
    expect(cloud.reads).toHaveLength(1);
  });

  it('is not looked for a third time', async () => {
    const { deps, cloud, journal } = harness(CONFIG, without);
    cloud.onForget = () => true;
    await converge(deps, order);
    expect(cloud.reads).toHaveLength(2);
    expect(journal.filter(({ kind }) => kind === 'held')).toHaveLength(1);
  });
});

describe('a filter that may just have been created', () => {
  it('is looked for once more in what was only remembered', async () => {
    // The map names no filter of this account until the rules do: what is forgotten is asked for all the same.
    const [tcp, ...others] = CONFIG.destinations;
    if (tcp?.cloud !== 'aws') throw new Error('a configuration without its destination');
    const nowhere = { ...tcp, filter: { kind: 'by-account', ids: new Map() } } as const;
    const { deps, cloud, journal } = harness({ ...CONFIG, destinations: [nowhere, ...others] }, fleet(1, ['tcp']));
    cloud.onForget = () => true;

    await converge(deps, orderOf(fleet(1, []), sourceAt(0)));

    expect(cloud.reads).toHaveLength(2);
    expect(journal.filter(({ kind }) => kind === 'held')).toMatchObject([{ hold: { code: 'no-filter-here' } }]);
  });
});

describe('a closer look at destinations', () => {
  const member = (name: string) => {
    const [tcp] = CONFIG.destinations;
    if (tcp?.cloud !== 'aws') throw new Error('a configuration without its destination');
    const entry = { kind: 'target', id: parseTargetId(`tmt-${name}`) } as const;
    return { ...tcp, name: parseDestinationName(name), entry };
  };
  /** The tag `tcp` asks for one of three sensors. */
  const POOLED: Config = {
    ...CONFIG,
    destinations: ['a', 'b', 'c'].map(member),
    pools: [
      {
        name: parsePoolName('soc'),
        members: [parseDestinationName('a'), parseDestinationName('b'), parseDestinationName('c')],
      },
    ],
    rules: CONFIG.rules.slice(0, 1).map((rule) => ({
      ...rule,
      effect: {
        kind: 'mirror',
        to: { kind: 'names', names: [parsePoolName('soc')] },
        isRequired: false,
        untilTag: null,
      },
    })),
  };
  const pooled = (count: number, ...attached: readonly AttachmentSketch[]): World => ({
    ...fleet(count, ['tcp'], attached),
    targets: toWorld({ targets: ['a', 'b', 'c'].map((name) => ({ id: `tmt-${name}` })) }).targets,
  });
  const isDead = (names: readonly string[]) => (target: Target) =>
    names.includes(target.id) ? { ...target, unhealthy: 'it has no listener on 4789' } : target;
  const targetsOf = (world: World): readonly string[] => world.attachments.map(({ settings }) => settings.target);

  it('is asked for exactly the targets that something is about to be attached to, once', async () => {
    const world = fleet(3, ['tcp']);
    const { deps, cloud } = harness(CONFIG, world);

    await converge(deps, { ...orderOf(world, sourceAt(0)), selection: { kind: 'everything' } });

    expect(cloud.inspected).toEqual(['tmt-tcp']);
    expect(cloud.world().attachments).toHaveLength(3);
  });

  it('costs no second plan when it finds nothing new', async () => {
    const world = fleet(3, ['tcp']);
    const { deps, cloud } = harness(CONFIG, world);
    let digests = 0;
    const hash = (text: string): string => {
      digests += 1;
      return deps.hash(text);
    };

    await converge({ ...deps, hash }, orderOf(world, sourceAt(0)));
    expect([cloud.inspected, digests]).toEqual([['tmt-tcp'], 1]);

    cloud.onInspect = (target) => ({ ...target, load: 1 });
    await converge({ ...deps, hash }, orderOf(world, sourceAt(1)));
    expect(digests).toBe(3);
  });

  it('is not asked for by a plan that attaches nothing', async () => {
    const world = fleet(2, ['tcp'], [ours(0, 'tcp'), { ...ours(1, 'tcp'), number: 7 }, ours(1, 'udp')]);
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onInspect = isDead(['tmt-tcp']);

    await converge(deps, { ...orderOf(world, sourceAt(0)), selection: { kind: 'everything' } });

    expect(cloud.inspected).toEqual([]);
    expect(sessionsOf(cloud.world())).toEqual(['0: 100 tmt-tcp', '1: 100 tmt-tcp']);
  });

  it('holds what would be attached to a destination that is found unhealthy, and journals the last plan only', async () => {
    const world = fleet(2, ['tcp', 'udp']);
    const { deps, cloud, journal } = harness(CONFIG, world);
    cloud.onInspect = isDead(['tmt-tcp']);

    await converge(deps, { ...orderOf(world, sourceAt(0)), selection: { kind: 'everything' } });

    expect(sessionsOf(cloud.world())).toEqual(['0: 200 tmt-udp', '1: 200 tmt-udp']);
    expect(journal.map(({ kind }) => kind).sort()).toEqual([
      'applied',
      'applied',
      'finished',
      'held',
      'held',
      'planned',
      'planned',
    ]);
    expect(cloud.reads).toHaveLength(1);
  });

  it('goes on to the next member of a pool, looking at each in its turn', async () => {
    const world = pooled(2);
    const { deps, cloud } = harness(POOLED, world);
    cloud.onInspect = isDead(['tmt-a', 'tmt-b']);

    await converge(deps, { ...orderOf(world, sourceAt(0)), selection: { kind: 'everything' } });

    expect(targetsOf(cloud.world())).toEqual(['tmt-c', 'tmt-c']);
    expect(new Set(cloud.inspected).size).toBe(cloud.inspected.length);
  });

  it('ends when no member is left', async () => {
    const world = pooled(2);
    const { deps, cloud, journal } = harness(POOLED, world);
    cloud.onInspect = isDead(['tmt-a', 'tmt-b', 'tmt-c']);

    await converge(deps, { ...orderOf(world, sourceAt(0)), selection: { kind: 'everything' } });

    expect(cloud.world().attachments).toEqual([]);
    expect(cloud.inspected).toEqual(['tmt-a', 'tmt-b', 'tmt-c']);
    const held = journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold.code] : []));
    expect(held).toEqual(['destination-unhealthy', 'destination-unhealthy']);
  });

  it('counts what the cloud counts: what is over the capacity goes to the next member', async () => {
    const world = pooled(4);
    const { deps, cloud } = harness(POOLED, world);
    cloud.onInspect = (target) => (target.id === 'tmt-a' ? { ...target, capacity: 10, load: 9 } : target);

    await converge(deps, { ...orderOf(world, sourceAt(0)), selection: { kind: 'everything' } });

    expect(targetsOf(cloud.world()).filter((target) => target === 'tmt-a').length).toBeLessThan(2);
    expect(new Set(cloud.inspected).size).toBe(cloud.inspected.length);
    expect(cloud.world().attachments).toHaveLength(4);
  });

  it('plans in the pieces of a sweep what the sweep planned: all leave a member of a pool that is found unwell', async () => {
    const attached = upTo(200).map((at) => ({ ...ours(at, 'tcp'), target: at < 100 ? 'tmt-a' : 'tmt-b' }));
    const world = pooled(201, ...attached);
    const h = harness({ ...POOLED, guard: { count: 1000, percent: 100 } }, world);
    h.cloud.onInspect = isDead(['tmt-a']);

    await sweepScope(h.deps, world.scope, { correlation: 's', since: NOW });
    for (const item of h.take('bulk')) await handleWork(h.deps, [item], null);

    expect(targetsOf(h.cloud.world()).filter((target) => target === 'tmt-a')).toEqual([]);
    expect(h.cloud.world().attachments).toHaveLength(201);
  });

  it('leaves a pool’s machine where an event alone would have moved it back', async () => {
    const world = pooled(2, { ...ours(0, 'tcp'), target: 'tmt-a' });
    const h = harness(POOLED, world);
    h.cloud.onInspect = isDead(['tmt-a']);

    for (const at of [1, 0, 1]) await handleWork(h.deps, [{ id: 'm', work: look(world, [machineAt(at)]) }], null);

    expect(targetsOf(h.cloud.world())).not.toContain('tmt-a');
    expect(h.cloud.world().attachments).toHaveLength(2);
  });

  it('keeps what would be moved to a destination that is found unhealthy where it is', async () => {
    const world = fleet(
      500,
      ['tcp'],
      upTo(500).map((at) => ({ ...ours(at, 'tcp'), target: 'tmt-old' })),
    );
    const lifted = { kind: 'enforce', seen: null, lift: ['limit', 'all'] } as const;
    const { deps, cloud } = harness(CONFIG, world);
    cloud.onInspect = isDead(['tmt-tcp']);
    const order = {
      ...orderOf(world, sourceAt(0)),
      selection: { kind: 'everything' },
      basis: 'scope',
      run: lifted,
    } as const;

    await converge(deps, order);
    expect([cloud.inspected, cloud.tried, cloud.world()]).toEqual([['tmt-tcp'], [], world]);

    cloud.onInspect = (target) => target;
    await converge(deps, order);
    expect(new Set(targetsOf(cloud.world()))).toEqual(new Set(['tmt-tcp']));
  });

  it('is not asked for by what the guard withholds', async () => {
    const world = fleet(
      100,
      ['tcp'],
      upTo(100).map((at) => ({ ...ours(at, 'tcp'), target: 'tmt-old' })),
    );
    const { deps, cloud } = harness(CONFIG, world);

    await converge(deps, { ...orderOf(world, sourceAt(0)), selection: { kind: 'everything' }, basis: 'scope' });

    expect(cloud.inspected).toEqual([]);
    expect(cloud.world()).toEqual(world);
  });
});
