import { describe, expect, it } from 'vitest';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { parseAccountId } from '../../../shared/ids.ts';
import { resync } from '../../../shared/reconcile/resync.ts';
import type { ResyncBody } from '../../../shared/reconcile/resync/answer.ts';
import { azureFleet, mirroredIn, nicId, vmId, within } from './azure-fleets.ts';
import { upTo } from './fleets.ts';
import { type Harness, harness } from './harness.ts';
import { house } from './house.ts';
import { watch } from './watch.ts';

async function post(h: Harness, body: object): Promise<{ readonly status: number; readonly json: ResyncBody }> {
  const text = JSON.stringify({ scope: 'everything', ...body });
  const answer = await resync(h.deps, { body: text, mayLift: 'no', correlation: 'call-1', endsAtMs: null });
  return { status: answer.status, json: JSON.parse(answer.body) as ResyncBody };
}

describe('resync, where it interrupts', () => {
  it('says whom, page by page', async () => {
    const h = harness(within({}), azureFleet(3, { interfaces: 2, state: (at) => (at === 1 ? 'stopped' : 'running') }));

    const { json } = await post(h, { mode: 'plan', limit: 3 });

    expect(json.plans[0]?.interruptions).toEqual([{ machine: vmId(0), sources: [nicId(0, 0), nicId(0, 1)], times: 2 }]);
    expect(json.plans[0]?.summary).toMatchObject({ interrupted: 2, interruptions: 4 });
  });

  it('does as much before it answers as may be interrupted at a time', async () => {
    const h = harness(within({ inFlight: 3 }), azureFleet(20, { state: (at) => (at < 3 ? 'running' : 'stopped') }));

    const { status, json } = await post(h, { mode: 'apply' });

    expect([status, json.did]).toEqual([200, 'applied']);
    expect(mirroredIn(h.cloud.world())).toEqual(upTo(20));
    expect(h.journal.at(-1)).toMatchObject({ counts: { done: 20, interrupted: 3 } });
  });

  it('leaves more to the queue, in pieces that keep nothing else waiting', async () => {
    const h = harness(within({ inFlight: 3 }), azureFleet(20, { state: (at) => (at < 4 ? 'running' : 'stopped') }));
    const seen = watch(h.cloud);

    const { status, json } = await post(h, { mode: 'apply' });

    expect([status, json.did, json.messages, json.outcomes]).toEqual([202, 'queued', 2, []]);
    expect(h.cloud.tried).toEqual([]);
    expect(h.sent.map(({ work }) => (work.kind === 'look' ? work.subjects.length : 0))).toEqual([16, 4]);
    await handleWork(h.deps, h.take('bulk'), null);
    expect(mirroredIn(h.cloud.world())).toEqual(upTo(20));
    expect(seen.most).toBeLessThanOrEqual(2);
  });

  it('queues all that gets its turn before it is forgotten, and tells what does not', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(2170));

    const { status, json } = await post(h, { mode: 'apply' });

    expect([status, json.messages]).toEqual([202, 216]);
    expect(h.sent).toMatchObject(upTo(216).map(() => ({ work: { askedBy: 'person' } })));
    expect(json.outcomes).toHaveLength(10);
    expect(json.outcomes).toContainEqual(expect.objectContaining({ outcome: 'held', code: 'interrupting-enough' }));
    expect(h.journal.at(-1)).toMatchObject({ kind: 'finished', counts: { 'held.interrupting-enough': 10 } });
  });

  it('leaves to the queue what would be done one after the other while the caller waits', async () => {
    const set = harness(within({ inFlight: 5 }), azureFleet(3, { group: () => 'set' }));
    const spread = harness(within({ inFlight: 5 }), azureFleet(3, { group: (at) => `set-${at}` }));

    expect((await post(set, { mode: 'apply' })).status).toBe(202);
    expect((await post(spread, { mode: 'apply' })).status).toBe(200);
  });

  it('leaves to the queue what all subscriptions together interrupt beyond what may be at a time', async () => {
    const account = parseAccountId('11111111-1111-1111-1111-111111111111');
    const world = azureFleet(3);
    const other = { ...world, scope: { ...world.scope, account } };
    const few = harness(within({ inFlight: 6 }), world, other);
    const many = harness(within({ inFlight: 5 }), world, other);

    expect((await post(few, { mode: 'apply' })).status).toBe(200);
    expect((await post(many, { mode: 'apply' })).status).toBe(202);
    expect(many.cloud.tried).toEqual([]);
  });

  it('does several subscriptions side by side while the caller waits', async () => {
    const account = parseAccountId('11111111-1111-1111-1111-111111111111');
    const world = azureFleet(2);
    const h = harness(within({ inFlight: 4 }), world, { ...world, scope: { ...world.scope, account } });
    watch(h.cloud);

    await post(h, { mode: 'apply' });

    expect(h.cloud.tried).toHaveLength(4);
    expect(h.cloud.peak.all).toBe(4);
  });

  it('leaves what gets no turn while the caller waits to the queue', async () => {
    const h = harness(within({ inFlight: 2 }), azureFleet(3, { state: (at) => (at < 2 ? 'running' : 'stopped') }));
    const rooms = house(() => h.nowMs);
    await rooms.as('b').take({ scope: h.cloud.world().scope, unit: vmId(1), limit: 2 });
    const crowded: Harness = { ...h, deps: { ...h.deps, interruptions: rooms.as('a') } };

    const { status, json } = await post(crowded, { mode: 'apply' });

    expect([status, json.did, json.messages]).toEqual([202, 'queued', 1]);
    expect(json.outcomes.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['done', null],
      ['held', 'interrupting-enough'],
      ['done', null],
    ]);
    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 30, work: { subjects: [{ id: nicId(1) }] } }]);
  });
});
