import { afterEach, describe, expect, it, vi } from 'vitest';
import { toInstant } from '../../../shared/ids.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { openingNow } from '../../../shared/reconcile/opening.ts';
import { loadRules } from '../../../shared/reconcile/rules.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import * as windows from '../../../shared/windows.ts';
import { azureFleet, mirroredIn, within } from './azure-fleets.ts';
import { upTo } from './fleets.ts';
import { type Harness, harness } from './harness.ts';

vi.mock('../../../shared/windows.ts', { spy: true });
afterEach(() => vi.clearAllMocks());

const QUARTER_MS = 900_000;
const nightly = (cron: string, durationMinutes: number) =>
  within({ windows: [{ cron, durationMinutes, timeZone: 'UTC' }] });

async function sweepAt(h: Harness, at: string) {
  h.nowMs = Date.parse(at);
  await sweepScope(h.deps, h.cloud.world().scope, { correlation: `sweep-${at}`, since: toInstant(h.nowMs) });
}

describe('a window that opens between two sweeps', () => {
  it('has a sweep of its own', async () => {
    const h = harness(nightly('3 2 * * *', 10), azureFleet(1));
    await sweepAt(h, '2026-01-03T01:30:00Z');
    await sweepAt(h, '2026-01-03T01:45:00Z');
    expect(h.sent).toEqual([]);

    await sweepAt(h, '2026-01-03T02:00:00Z');
    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 182, work: { kind: 'sweep' } }]);
    h.nowMs += 182_000;
    await handleWork(h.deps, h.take('bulk'), null);
    await handleWork(h.deps, h.take('bulk'), null);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it('has one, however many sweeps find it closed', async () => {
    const h = harness(nightly('3 2 * * *', 10), azureFleet(1));
    for (const second of upTo(5)) await sweepAt(h, `2026-01-03T02:00:0${second}Z`);

    expect(h.sent).toHaveLength(1);
  });

  it('has another, when the one that it has comes too early', async () => {
    const h = harness(nightly('3 2 * * *', 10), azureFleet(1));
    await sweepAt(h, '2026-01-03T02:00:00Z');
    h.take('bulk');

    await sweepAt(h, '2026-01-03T02:02:58Z');

    expect(h.sent).toMatchObject([{ delaySeconds: 4, work: { kind: 'sweep' } }]);
  });

  it('has none where nothing waits for it, or nothing may be changed', async () => {
    const idle = harness(nightly('3 2 * * *', 10), azureFleet(1, { state: () => 'stopped' }));
    const observed = harness(nightly('3 2 * * *', 10), azureFleet(1));
    observed.mode = 'observe';

    for (const h of [idle, observed]) await sweepAt(h, '2026-01-03T02:00:00Z');

    expect([...idle.sent, ...observed.sent].filter(({ work }) => work.kind === 'sweep')).toEqual([]);
  });

  it('is asked for again when the queue did not take it', async () => {
    const h = harness(nightly('3 2 * * *', 10), azureFleet(1));
    h.onSend = () => {
      throw new Error('the queue is gone');
    };
    await expect(sweepAt(h, '2026-01-03T02:00:00Z')).rejects.toThrow('the queue is gone');
    h.onSend = () => {};

    await sweepAt(h, '2026-01-03T02:00:01Z');

    expect(h.sent).toHaveLength(1);
  });
});

describe('what windows say', () => {
  it('is asked of cron when it may have changed, and not for each read', async () => {
    const h = harness(nightly('0 2 * * *', 60), azureFleet(0));
    const rules = await loadRules(h.deps);
    const kinds: string[] = [];
    h.nowMs = Date.parse('2026-01-03T00:00:00Z');
    for (const _quarter of upTo(96)) {
      kinds.push((await openingNow(h.deps, rules)).kind);
      h.nowMs += QUARTER_MS;
    }

    expect(kinds.map((kind, at) => (kind === 'open' ? at : -1)).filter((at) => at >= 0)).toEqual([8, 9, 10, 11]);
    expect(windows.openingAt).toHaveBeenCalledTimes(3);
    h.config = nightly('0 3 * * *', 60);
    await openingNow(h.deps, await loadRules(h.deps));
    expect(windows.openingAt).toHaveBeenCalledTimes(4);
  });

  it('is closed in the last minute, also when it was asked for before', async () => {
    const h = harness(nightly('0 2 * * *', 60), azureFleet(0));
    const rules = await loadRules(h.deps);
    const kindAt = async (at: string) => {
      h.nowMs = Date.parse(at);
      return (await openingNow(h.deps, rules)).kind;
    };

    expect(await kindAt('2026-01-03T02:30:00Z')).toBe('open');
    expect(await kindAt('2026-01-03T02:59:00Z')).toBe('open');
    expect(await kindAt('2026-01-03T02:59:01Z')).toBe('closed');
    expect(await kindAt('2026-01-03T02:30:00Z')).toBe('open');
  });
});
