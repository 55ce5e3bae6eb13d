import { describe, expect, it } from 'vitest';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { rememberDisruptions } from '../../../shared/reconcile/recent.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import { resync } from '../../../shared/reconcile/resync.ts';
import type { Digest } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, fleet, machineAt, ours, retagged, upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';

const EAST = fleet(1, []).scope;
const digests = (count: number): readonly Digest[] => upTo(count).map((at) => `digest-${at}` as Digest);
const WEST = toWorld({ region: 'us-west-2' }).scope;

describe('the memory of disruptions', () => {
  it('forgets after ten minutes, and tells scopes apart', () => {
    const recent = rememberDisruptions();
    recent.add(EAST, 'batch', digests(1), NOW_MS);
    recent.add(EAST, 'batch', digests(3), NOW_MS + 300_000);
    recent.add(EAST, 'scope', digests(1), NOW_MS);

    const sizes = [599_999, 600_000, 900_000].map((afterMs) => recent.of(EAST, 'batch', NOW_MS + afterMs).size);
    expect(sizes).toEqual([3, 3, 0]);
    expect(recent.of(EAST, 'scope', NOW_MS)).toEqual(new Set(digests(1)));
    expect(recent.of(WEST, 'batch', NOW_MS).size).toBe(0);
  });

  it('forgets each by itself', () => {
    const recent = rememberDisruptions();
    recent.add(EAST, 'batch', digests(2), NOW_MS);
    recent.add(EAST, 'batch', digests(1), NOW_MS + 1);

    expect(recent.of(EAST, 'batch', NOW_MS + 600_000)).toEqual(new Set(digests(1)));
  });
});

describe('a storm of untags that comes in small batches', () => {
  /** A fleet of `size` that is mirrored, of which the first `untagged` machines have lost their tag. */
  const stormed = (size: number, untagged: number) =>
    retagged(
      fleet(
        size,
        [],
        upTo(size).map((at) => ours(at, 'tcp')),
      ),
      (at) => (at < untagged ? [] : ['tcp']),
    );

  const deliver = async (h: Harness, at: number): Promise<void> => {
    const work = look(h.cloud.world(), [machineAt(at)]);
    expect(await handleWork(h.deps, [{ id: `m-${at}`, work }], null)).toEqual({ failed: [] });
  };

  it('goes through one by one up to the limit of the scope; the next one asks for a sweep, which judges the whole', async () => {
    const h = harness(CONFIG, stormed(500, 100));

    for (const at of upTo(21)) await deliver(h, at);

    expect(h.cloud.world().attachments).toHaveLength(480);
    const trips = h.journal.flatMap((entry) => (entry.kind === 'guard-tripped' ? entry.trips : []));
    expect(trips).toEqual([{ name: 'batch', detail: '1 would go after 20 in the last ten minutes, the limit is 20' }]);
    expect(h.sent).toMatchObject([{ queue: 'bulk', work: { kind: 'sweep' } }]);
    await handleWork(h.deps, h.take('bulk'), null);
    expect(h.sent).toEqual([]);
    expect(h.cloud.world().attachments).toHaveLength(480);
  });

  it('is let go by the sweep when it is small in a large scope, and does not count what the sweep let go', async () => {
    const h = harness(CONFIG, stormed(500, 40));

    for (const at of upTo(21)) await deliver(h, at);
    await handleWork(h.deps, h.take('bulk'), null);
    await handleWork(h.deps, h.take('bulk'), null);

    expect(h.cloud.world().attachments).toHaveLength(460);
    expect(h.deps.recent.of(EAST, 'batch', NOW_MS).size).toBe(20);
  });

  it('is not let go in slices by sweeps that each see a little of it', async () => {
    const h = harness(CONFIG, stormed(500, 40));
    const sweepAll = async (): Promise<void> => {
      await sweepScope(h.deps, EAST, { correlation: 's', since: NOW });
      await handleWork(h.deps, h.take('bulk'), null);
    };
    await sweepAll();
    expect(h.cloud.world().attachments).toHaveLength(460);

    h.cloud.edit((world) => retagged(world, (at) => (at < 80 ? [] : ['tcp'])));
    await sweepAll();
    expect(h.cloud.world().attachments).toHaveLength(460);
    const trips = h.journal.flatMap((entry) => (entry.kind === 'guard-tripped' ? entry.trips : []));
    expect(trips).toEqual([
      { name: 'limit', detail: '40 of 460 would go after 40 in the last ten minutes, the limit is 46' },
    ]);

    h.nowMs += 600_000;
    await sweepAll();
    expect(h.cloud.world().attachments).toHaveLength(420);
  });

  it('is no storm when the same few are swept again before they are gone', async () => {
    const h = harness(CONFIG, stormed(500, 40));
    for (const _twice of upTo(2)) await sweepScope(h.deps, EAST, { correlation: 's', since: NOW });

    expect(h.journal.filter(({ kind }) => kind === 'guard-tripped')).toEqual([]);
    await handleWork(h.deps, h.take('bulk'), null);
    expect(h.cloud.world().attachments).toHaveLength(460);
  });

  it('asks for one sweep at once and for one after all that asked meanwhile', async () => {
    const h = harness(CONFIG, stormed(500, 100));
    for (const at of upTo(30)) await deliver(h, at);
    expect(h.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([0, 30]);

    h.nowMs += 10_000;
    for (const at of upTo(5)) await deliver(h, 30 + at);
    expect(h.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([0, 30]);

    h.nowMs += 21_000;
    await deliver(h, 40);
    expect(h.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([0, 30, 29]);
  });

  it('lets through as many as a batch may, however low the count of the scope is', async () => {
    const h = harness({ ...CONFIG, guard: { count: 0, percent: 0 } }, stormed(50, 10));

    for (const at of upTo(6)) await deliver(h, at);

    expect(h.cloud.world().attachments).toHaveLength(45);
  });

  it('is nothing that a person has to answer for who takes something away meanwhile', async () => {
    const h = harness(CONFIG, stormed(500, 100));
    for (const at of upTo(20)) await deliver(h, at);
    const body = JSON.stringify({ scope: { machines: [machineAt(20).id] }, mode: 'apply' });

    await resync(h.deps, { body, mayLift: 'no', correlation: 'call-1', endsAtMs: null });

    expect(h.cloud.world().attachments).toHaveLength(479);
    expect(h.deps.recent.of(EAST, 'batch', NOW_MS).size).toBe(20);
  });

  it('trips nothing where nothing would go', async () => {
    const h = harness(CONFIG, stormed(3, 0));
    h.deps.recent.add(EAST, 'batch', digests(30), NOW_MS);

    await deliver(h, 0);

    expect(h.journal.map(({ kind }) => kind)).toEqual(['finished']);
    expect(h.sent).toEqual([]);
  });

  it('is over ten minutes later', async () => {
    const h = harness(CONFIG, stormed(500, 100));
    for (const at of upTo(21)) await deliver(h, at);

    h.nowMs += 600_000;
    await deliver(h, 20);

    expect(h.cloud.world().attachments).toHaveLength(479);
  });

  it('is no reason to withhold attaches, or detaches from machines that do not run', async () => {
    const h = harness(CONFIG, stormed(500, 100));
    h.cloud.edit((world) => ({
      ...world,
      machines: world.machines.map((machine, at) => (at < 30 ? { ...machine, state: 'stopped' as const } : machine)),
    }));
    for (const at of upTo(30)) await deliver(h, at);
    expect(h.cloud.world().attachments).toHaveLength(470);

    for (const at of upTo(51)) await deliver(h, 30 + at);
    expect(h.cloud.world().attachments).toHaveLength(450);
    h.cloud.edit((world) => retagged(world, (at) => (at === 0 ? ['tcp'] : [])));
    await deliver(h, 0);
    expect(h.cloud.world().attachments).toHaveLength(451);
  });
});
