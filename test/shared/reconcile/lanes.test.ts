import { describe, expect, it } from 'vitest';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { MOST_INLINE, resync } from '../../../shared/reconcile/resync.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import { CONFIG, fleet, machineAt } from './fleets.ts';
import { type Harness, harness, look, NOW } from './harness.ts';

const lanesOf = ({ cloud }: Harness): readonly string[] => [...new Set(cloud.lanes)];
const apply = (h: Harness) =>
  resync(h.deps, {
    body: '{"scope":"everything","mode":"apply"}',
    mayLift: 'no',
    correlation: 'call-1',
    endsAtMs: null,
  });

describe('the lane of a write', () => {
  it('is that of events for what an event names', async () => {
    const world = fleet(2, ['tcp']);
    const h = harness(CONFIG, world);
    await handleWork(h.deps, [{ id: 'm', work: look(world, [machineAt(0), machineAt(1)]) }], null);
    expect([h.cloud.lanes.length, lanesOf(h)]).toEqual([2, ['event']]);
  });

  it('is the bulk lane for what a sweep found', async () => {
    const world = fleet(2, ['tcp']);
    const h = harness(CONFIG, world);
    await sweepScope(h.deps, world.scope, { correlation: 'c', since: NOW });
    await handleWork(h.deps, h.take('bulk'), null);
    expect([h.cloud.lanes.length, lanesOf(h)]).toEqual([2, ['bulk']]);
  });

  it('is that of events while a person waits, who has the destination looked at closer as well', async () => {
    const h = harness(CONFIG, fleet(MOST_INLINE, ['tcp']));
    expect(await apply(h)).toMatchObject({ status: 200 });
    expect([h.cloud.lanes.length, lanesOf(h)]).toEqual([MOST_INLINE, ['event']]);
    expect(h.cloud.inspected).toEqual(['tmt-tcp']);
  });

  it('is the bulk lane for more than a person would wait for', async () => {
    const h = harness(CONFIG, fleet(MOST_INLINE + 1, ['tcp']));
    expect(await apply(h)).toMatchObject({ status: 202 });
    expect(h.cloud.lanes).toEqual([]);
    await handleWork(h.deps, h.take('bulk'), null);
    expect([h.cloud.lanes.length, lanesOf(h)]).toEqual([MOST_INLINE + 1, ['bulk']]);
  });
});
