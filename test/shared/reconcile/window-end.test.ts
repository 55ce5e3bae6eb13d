import { describe, expect, it } from 'vitest';
import type { Item } from '../../../shared/reconcile/batch/look-group.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import { azureFleet, mirroredIn, vmAt, within } from './azure-fleets.ts';
import { upTo } from './fleets.ts';
import { type Harness, harness, look, NOW } from './harness.ts';
import { house } from './house.ts';

/** Open from 03:00 to 04:00; it is 03:04:05. */
const NIGHTLY = within({ inFlight: 1, windows: [{ cron: '0 3 * * *', durationMinutes: 60, timeZone: 'UTC' }] });
const eventsOf = (h: Harness, count: number): readonly Item[] =>
  upTo(count).map((at) => ({ id: `m-${at}`, work: look(h.cloud.world(), [vmAt(at)]) }));
const codes = (h: Harness) => h.journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold.code] : []));

describe('a window', () => {
  it('that is open lets running machines be changed', async () => {
    const h = harness(NIGHTLY, azureFleet(3));

    await handleWork(h.deps, eventsOf(h, 3), null);

    expect(mirroredIn(h.cloud.world())).toEqual(upTo(3));
  });

  it('that is closed keeps them as they are, and nothing that does not run', async () => {
    const h = harness(NIGHTLY, azureFleet(4, { state: (at) => (at < 2 ? 'running' : 'stopped') }));
    h.nowMs = Date.parse('2026-01-02T03:59:00.001Z');

    await handleWork(h.deps, eventsOf(h, 4), null);
    await sweepScope(h.deps, h.cloud.world().scope, { correlation: 'sweep', since: NOW });

    expect(mirroredIn(h.cloud.world())).toEqual([2, 3]);
    expect(h.sent).toEqual([]);
    expect(codes(h)).toEqual(['outside-window', 'outside-window', 'outside-window', 'outside-window']);
  });

  it('that ends in the middle of a run ends the run, before the minute that an interruption may take', async () => {
    const h = harness(NIGHTLY, azureFleet(6, { state: (at) => (at < 4 ? 'running' : 'stopped') }));
    const rooms = house(() => h.nowMs);
    h.nowMs = Date.parse('2026-01-02T03:58:20Z');
    h.cloud.onApply = (change) => {
      if (h.cloud.world().machines.some(({ id, state }) => id === change.machine && state === 'running'))
        h.nowMs += 20_000;
      return null;
    };

    const handled = await handleWork({ ...h.deps, interruptions: rooms.as('a') }, eventsOf(h, 6), null);

    // Begun at 58:20, 58:40 and 59:00; the next one would at 59:20.
    expect(handled).toEqual({ failed: [] });
    expect(mirroredIn(h.cloud.world())).toEqual([0, 1, 2, 4, 5]);
    expect(codes(h)).toEqual(['outside-window']);
    expect(h.sent).toEqual([]);
    expect(rooms.taken).toHaveLength(3);
    expect(h.journal.at(-1)).toMatchObject({
      counts: { 'held.outside-window': 1, 'held-by-cloud': 0, interrupted: 3 },
    });
  });

  it('that ends between two interfaces of a machine keeps the second as it is', async () => {
    const h = harness(NIGHTLY, azureFleet(1, { interfaces: 2 }));
    h.cloud.onApply = () => {
      h.nowMs = Date.parse('2026-01-02T03:59:30Z');
      return null;
    };

    await handleWork(h.deps, eventsOf(h, 1), null);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
    expect(codes(h)).toEqual(['outside-window']);
  });
});
