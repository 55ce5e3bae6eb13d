import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/ids.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import type { SourceId } from '../../../shared/words.ts';
import { AZURE_CONFIG, azureFleet, mirrored, mirroredIn, nicId, taggedOnly, vmId, within } from './azure-fleets.ts';
import { upTo } from './fleets.ts';
import { type Harness, harness, NOW } from './harness.ts';

const sweepAs = (h: Harness, correlation: string) =>
  sweepScope(h.deps, h.cloud.world().scope, { correlation, since: NOW });

/** The sources of each message on the bulk queue. */
const chunks = (h: Harness): readonly (readonly SourceId[])[] =>
  h.sent.map(({ work }) => (work.kind === 'look' ? work.subjects.map(({ id }) => id as SourceId) : []));

describe('what a sweep hands on', () => {
  it('is what interrupts in pieces of ten, and what does not in pieces of a hundred, before', async () => {
    const world = azureFleet(275, { state: (at) => (at < 25 ? 'running' : 'stopped') });
    const h = harness(AZURE_CONFIG, world);

    const { queued } = await sweepAs(h, 'sweep-1');

    expect(queued).toBe(6);
    expect(chunks(h).map(({ length }) => length)).toEqual([100, 100, 50, 10, 10, 5]);
    const running = new Set(upTo(25).map((at) => nicId(at)));
    expect(chunks(h).map((some) => some.filter((id) => running.has(id)).length)).toEqual([0, 0, 0, 10, 10, 5]);
  });

  it('is of what interrupts as much as has a turn until the next sweep; the rest is counted', async () => {
    const world = azureFleet(300, { state: (at) => (at < 200 ? 'running' : 'stopped') });
    const h = harness(within({ inFlight: 2 }), world);

    await sweepAs(h, 'sweep-1');

    const handedOn = chunks(h).flat();
    // One of the two turns is left to events.
    expect(handedOn).toHaveLength(190);
    expect(h.journal.at(-1)).toMatchObject({
      kind: 'finished',
      counts: { attach: 300, held: 110, 'held.interrupting-enough': 110, interrupted: 0 },
    });
    const held = h.journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold] : []));
    expect(new Set(held.map(({ code }) => code))).toEqual(new Set(['interrupting-enough']));
    expect(new Set([...handedOn, ...held.map(({ source }) => source)]).size).toBe(300);
  });

  it('is another part in each sweep, until each has been in one', async () => {
    const seen = new Set<SourceId>();
    let sweeps = 0;
    for (; seen.size < 200 && sweeps < 20; sweeps += 1) {
      // Each in a process of its own: nothing is known of the sweeps before.
      const h = harness(within({ inFlight: 1 }), azureFleet(200));
      await sweepAs(h, `sweep-${sweeps}`);
      const handedOn = chunks(h).flat();
      expect(handedOn).toHaveLength(90);
      for (const id of handedOn) seen.add(id);
    }

    expect(seen.size).toBe(200);
  });

  it('is no more of one unit than has a turn, so that others are not kept waiting', async () => {
    const world = azureFleet(200, { group: (at) => (at < 150 ? 'scale-set' : null) });
    const h = harness(within({ inFlight: 5 }), world);

    await sweepAs(h, 'sweep-1');

    const ofSet = new Set(upTo(150).map((at) => nicId(at)));
    const handedOn = chunks(h).flat();
    expect(handedOn.filter((id) => ofSet.has(id))).toHaveLength(90);
    expect(handedOn).toHaveLength(140);
  });

  it('is all interfaces of a machine or none, in one message where there is room', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(60, { interfaces: 2 }));

    await sweepAs(h, 'sweep-1');

    expect(chunks(h).flat()).toHaveLength(90);
    for (const chunk of chunks(h)) {
      const machines = chunk.map((id) => /nic-(\d+)/.exec(id)?.[1]);
      expect(new Set(machines).size).toBe(chunk.length / 2);
    }
  });

  it('is not handed on again while it waits for its turn', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(120));
    await sweepAs(h, 'sweep-1');
    const first = chunks(h).flat();
    expect(first).toHaveLength(90);

    for (const at of upTo(25)) {
      h.nowMs += 30_000;
      await sweepAs(h, `storm-${at}`);
    }
    expect(chunks(h).flat()).toHaveLength(90);
    expect(h.journal.at(-1)).toMatchObject({ counts: { 'held.interrupting-enough': 120 } });

    h.take('bulk');
    h.nowMs += 30_000;
    await sweepAs(h, 'sweep-2');
    expect(chunks(h).flat()).toHaveLength(90);
  });

  it('is handed on when something else is to be done there now', async () => {
    const world = azureFleet(40, { attachments: upTo(40).map(mirrored) });
    const h = harness(AZURE_CONFIG, azureFleet(40, { attachments: upTo(33).map(mirrored) }));
    await sweepAs(h, 'sweep-1');
    // Another process did it, of which this one knows nothing; then the tags went.
    h.take('bulk');
    h.cloud.edit(() => taggedOnly(world, (at) => at < 33));

    await sweepAs(h, 'sweep-2');

    expect(new Set(chunks(h).flat())).toEqual(new Set(upTo(7).map((at) => nicId(at + 33))));
  });

  it('is handed on again when it was done and undone', async () => {
    const h = harness(AZURE_CONFIG, azureFleet(1));
    await sweepAs(h, 'sweep-1');
    await handleWork(h.deps, h.take('bulk'), null);
    expect(mirroredIn(h.cloud.world())).toEqual([0]);
    h.cloud.edit((world) => ({ ...world, attachments: [] }));

    await sweepAs(h, 'sweep-2');

    expect(chunks(h).flat()).toEqual([nicId(0)]);
  });

  it('is not handed on again while its message comes back for its turn', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(1));
    await h.deps.interruptions.take({ scope: h.cloud.world().scope, unit: vmId(900), limit: 1 });
    await sweepAs(h, 'sweep-1');
    await handleWork(h.deps, h.take('bulk'), null);
    expect(h.take('bulk')).toHaveLength(1);

    await sweepAs(h, 'sweep-2');

    expect(chunks(h)).toEqual([]);
  });

  it('is handed on again by other rules, for those before are not allowed the same', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(5));
    await sweepAs(h, 'sweep-1');
    h.take('bulk');
    h.config = { ...h.config, slots: 2 };

    await sweepAs(h, 'sweep-2');

    expect(chunks(h).flat()).toHaveLength(5);
  });

  it('is handed on again when the queue did not take it', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(5));
    h.onSend = () => {
      throw new Error('the queue is gone');
    };
    await expect(sweepAs(h, 'sweep-1')).rejects.toThrow('the queue is gone');
    h.onSend = () => {};

    await sweepAs(h, 'sweep-2');

    expect(chunks(h).flat()).toHaveLength(5);
  });

  it('does not multiply from sweep to sweep, however long turns are all taken', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(100));
    await h.deps.interruptions.take({ scope: h.cloud.world().scope, unit: vmId(900), limit: 1 });
    let most = 0;
    // An hour of sweeps, and of messages that come back each half minute.
    for (const half of upTo(120)) {
      if (half % 30 === 0) {
        await sweepScope(h.deps, h.cloud.world().scope, {
          correlation: `sweep-${half}`,
          since: new Date(h.nowMs).toISOString() as typeof NOW,
        });
      }
      const items = h.take('bulk');
      most = Math.max(most, items.length);
      for (const item of items) await handleWork(h.deps, [item], null);
      h.nowMs += 30_000;
    }

    // Those of two sweeps, at the moment at which the earlier ones are given up.
    expect(most).toBeLessThanOrEqual(18);
    expect(h.cloud.tried).toEqual([]);
  });

  it('waits since the sweep, however long ago the event was that asked for it', async () => {
    const world = azureFleet(1);
    const h = harness(AZURE_CONFIG, world);
    const old = toInstant(h.nowMs - 1_800_000);
    const work = { kind: 'sweep', scope: world.scope, correlation: 'event-1', since: old, follows: null } as const;

    await handleWork(h.deps, [{ id: 'sweep', work }], null);

    expect(h.sent).toMatchObject([{ work: { kind: 'look', correlation: 'event-1', since: toInstant(h.nowMs) } }]);
  });

  it('is all that is to be done, in as many sweeps as it takes', async () => {
    const h = harness(within({ inFlight: 1 }), azureFleet(200));
    let sweeps = 0;
    for (; mirroredIn(h.cloud.world()).length < 200 && sweeps < 10; sweeps += 1) {
      await sweepAs(h, `sweep-${sweeps}`);
      for (const item of h.take('bulk')) await handleWork(h.deps, [item], null);
      h.nowMs += 900_000;
    }

    expect(mirroredIn(h.cloud.world())).toEqual(upTo(200));
    expect(sweeps).toBe(3);
  });
});
