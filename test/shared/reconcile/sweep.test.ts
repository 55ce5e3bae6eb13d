import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { sweep, sweepScope } from '../../../shared/reconcile/sweep.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, fleet, ours, retagged, sessionsOf, upTo } from './fleets.ts';
import { harness, NOW } from './harness.ts';

const ORIGIN = { correlation: 'sweep-1', since: NOW };

describe('sweep', () => {
  it('hands several scopes to the bulk queue, one message each', async () => {
    const east = fleet(1, ['tcp']);
    const west = toWorld({ region: 'us-west-2' });
    const h = harness(CONFIG, east, west);

    const report = await sweep(h.deps);

    expect(report).toEqual({ kind: 'queued', correlation: 'id-1', scopes: [east.scope, west.scope] });
    expect(h.sent.map(({ queue, work }) => [queue, work.kind, work.scope])).toEqual([
      ['bulk', 'sweep', east.scope],
      ['bulk', 'sweep', west.scope],
    ]);
    expect(h.cloud.reads).toEqual([]);
  });

  it('sweeps a single scope straight', async () => {
    const h = harness(CONFIG, fleet(2, ['tcp']));

    const report = await sweep(h.deps);

    expect(report).toMatchObject({ kind: 'swept', sweep: { queued: 1 } });
    expect(h.cloud.tried).toEqual([]);
  });

  it('does nothing while paused, and says so', async () => {
    const h = harness(CONFIG, fleet(2, ['tcp']));
    h.mode = 'paused';

    expect(await sweep(h.deps)).toMatchObject({ kind: 'paused' });

    expect(h.cloud.reads).toEqual([]);
    expect(h.journal).toMatchObject([{ kind: 'finished', trigger: 'sweep', mode: 'paused', scope: null }]);
  });

  it('fails as a whole when it cannot read, so that the schedule shows it', async () => {
    const h = harness(CONFIG, fleet(1, []));
    h.cloud.onRead = () => {
      throw new Fault('denied', 'ec2:DescribeInstances is not allowed');
    };

    await expect(sweep(h.deps)).rejects.toMatchObject({ code: 'denied' });
    expect(h.journal).toMatchObject([{ kind: 'fault', code: 'denied' }]);
  });
});

describe('sweepScope', () => {
  it('writes nothing itself: what differs goes to the bulk queue, in chunks of sixty-six interfaces', async () => {
    const world = fleet(120, ['tcp', 'udp']);
    const h = harness(CONFIG, world);

    const { queued } = await sweepScope(h.deps, world.scope, ORIGIN);

    expect(queued).toBe(2);
    expect(h.cloud.world()).toEqual(world);
    const sizes = h.sent.map(({ work }) => (work.kind === 'look' ? work.subjects.length : 0));
    expect(sizes).toEqual([66, 54]);
    const items = h.take('bulk');
    expect(await handleWork(h.deps, items, null)).toEqual({ failed: [] });
    expect(h.cloud.world().attachments).toHaveLength(240);
  });

  it('mends whatever was missing, changed or left over', async () => {
    const moved = { ...ours(1, 'tcp'), number: 77 };
    const world = retagged(fleet(4, [], [moved, ours(2, 'udp'), ours(3, 'tcp')]), (at) => (at === 2 ? [] : ['tcp']));
    const h = harness(CONFIG, world);

    await sweepScope(h.deps, world.scope, ORIGIN);
    await handleWork(h.deps, h.take('bulk'), null);

    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp', '1: 100 tmt-tcp', '3: 100 tmt-tcp']);
    expect((await sweepScope(h.deps, world.scope, ORIGIN)).queued).toBe(0);
  });

  it('sends no message when nothing differs', async () => {
    const world = fleet(
      3,
      ['tcp'],
      upTo(3).map((at) => ours(at, 'tcp')),
    );
    const h = harness(CONFIG, world);

    expect((await sweepScope(h.deps, world.scope, ORIGIN)).queued).toBe(0);

    expect(h.sent).toEqual([]);
    expect(h.journal).toMatchObject([{ kind: 'finished', trigger: 'sweep', counts: { kept: 3, attach: 0 } }]);
  });

  it('sends no message in mode observe, and journals what it would do', async () => {
    const world = fleet(3, ['tcp']);
    const h = harness(CONFIG, world);
    h.mode = 'observe';

    const { plan } = await sweepScope(h.deps, world.scope, ORIGIN);

    expect(plan?.changes).toHaveLength(3);
    expect(h.sent).toEqual([]);
    expect(h.journal.filter(({ kind }) => kind === 'planned')).toHaveLength(3);
  });

  it('lets a chunk disrupt what it saw there, more than a batch of events may', async () => {
    const world = retagged(
      fleet(
        100,
        [],
        upTo(100).map((at) => ours(at, 'tcp')),
      ),
      (at) => (at < 15 ? [] : ['tcp']),
    );
    const h = harness(CONFIG, world);

    await sweepScope(h.deps, world.scope, ORIGIN);
    await handleWork(h.deps, h.take('bulk'), null);

    expect(h.cloud.world().attachments).toHaveLength(85);
  });

  it('gives each chunk the permission for what it saw in that chunk', async () => {
    const config = { ...CONFIG, guard: { count: 200, percent: 0 } };
    const all = fleet(
      120,
      [],
      upTo(120).map((at) => ours(at, 'tcp')),
    );
    const world = retagged(all, (at) => (at < 100 ? [] : ['tcp']));
    const h = harness(config, world);

    await sweepScope(h.deps, world.scope, ORIGIN);
    const chunks = h.take('bulk');
    // One by one: chunks of one permission would be read as one.
    for (const chunk of chunks) await handleWork(h.deps, [chunk], null);

    expect(chunks).toHaveLength(2);
    expect(h.cloud.world().attachments).toHaveLength(20);
  });
});
