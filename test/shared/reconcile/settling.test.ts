import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/ids.ts';
import type { Item } from '../../../shared/reconcile/batch/look-group.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { resync } from '../../../shared/reconcile/resync.ts';
import { sweepScope } from '../../../shared/reconcile/sweep.ts';
import type { NonEmpty, Subject, World } from '../../../shared/words.ts';
import { azureFleet, mirrored, mirroredIn, nicAt, nicId, taggedOnly, vmAt, within } from './azure-fleets.ts';
import { upTo } from './fleets.ts';
import { type Harness, harness, look, NOW, NOW_MS } from './harness.ts';
import { unreachable } from './house.ts';
import { watch } from './watch.ts';

const SETTLING = within({ settleSeconds: 30 });
const ago = (seconds: number) => toInstant(NOW_MS - seconds * 1000);
const eventAt = (world: World, seconds: number, ...subjects: NonEmpty<Subject>): Item => ({
  id: `e-${seconds}-${subjects.length}`,
  work: look(world, subjects, ago(seconds)),
});

interface Waiting {
  readonly dueMs: number;
  readonly item: Item;
}
const onTheWay = new WeakMap<Harness, Waiting[]>();

/** Lets so much time go by, and delivers what waits as it falls due, one message at a time. */
async function goOn(h: Harness, seconds: number): Promise<void> {
  const endMs = h.nowMs + seconds * 1000;
  const waiting = onTheWay.get(h) ?? [];
  onTheWay.set(h, waiting);
  for (let round = 0; round < 10_000; round += 1) {
    const sent = h.sent.map(({ work, delaySeconds }, at) => ({
      dueMs: h.nowMs + delaySeconds * 1000,
      item: { id: `w-${round}-${at}`, work },
    }));
    h.take('event');
    h.take('bulk');
    waiting.push(...sent);
    waiting.sort((one, other) => one.dueMs - other.dueMs);
    if ((waiting[0]?.dueMs ?? Infinity) > endMs) break;
    const [next] = waiting.splice(0, 1);
    if (next === undefined) break;
    h.nowMs = Math.max(h.nowMs, next.dueMs);
    expect(await handleWork(h.deps, [next.item], null)).toEqual({ failed: [] });
  }
  h.nowMs = endMs;
}

const held = (h: Harness) => h.journal.filter((entry) => entry.kind === 'held');

describe('settling', () => {
  it('keeps an event about a running machine until its time is over', async () => {
    const world = azureFleet(1);
    const h = harness(SETTLING, world);

    expect(await handleWork(h.deps, [eventAt(world, 10, vmAt(0))], null)).toEqual({ failed: [] });

    expect(h.cloud.tried).toEqual([]);
    expect(h.sent).toMatchObject([
      { queue: 'event', delaySeconds: 20, work: { subjects: [vmAt(0)], run: null, since: ago(10), isRestart: false } },
    ]);
    expect(held(h)).toMatchObject([{ hold: { code: 'settling', machine: vmAt(0).id } }]);
    expect(h.journal.at(-1)).toMatchObject({ kind: 'finished', counts: { held: 1, 'held.settling': 1 } });

    await goOn(h, 20);
    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it.each([
    [29.999, []],
    [30, [0]],
  ])('is over or not %d s after the event', async (seconds, done) => {
    const world = azureFleet(1);
    const h = harness(SETTLING, world);

    await handleWork(h.deps, [eventAt(world, seconds, vmAt(0))], null);

    expect(mirroredIn(h.cloud.world())).toEqual(done);
  });

  it('delays nothing that does not run, and nothing that waits for another machine', async () => {
    const world = azureFleet(3, { state: (at) => (at === 1 ? 'stopped' : 'running') });
    const h = harness(SETTLING, world);

    await handleWork(
      h.deps,
      [eventAt(world, 0, vmAt(0)), eventAt(world, 1, vmAt(1)), eventAt(world, 60, vmAt(2))],
      null,
    );

    expect(mirroredIn(h.cloud.world())).toEqual([1, 2]);
  });

  it('delays neither what a sweep alone found nor people', async () => {
    const world = azureFleet(1);
    const [swept, asked] = [harness(SETTLING, world), harness(SETTLING, world)];
    await handleWork(asked.deps, [eventAt(world, 0, vmAt(0))], null);

    await sweepScope(swept.deps, world.scope, { correlation: 'sweep-1', since: NOW });
    await handleWork(swept.deps, swept.take('bulk'), null);
    const body = JSON.stringify({ scope: { machines: [vmAt(0).id] }, mode: 'apply' });
    await resync(asked.deps, { body, mayLift: 'no', correlation: 'call-1', endsAtMs: null });

    expect(mirroredIn(swept.cloud.world())).toEqual([0]);
    expect(mirroredIn(asked.cloud.world())).toEqual([0]);
  });

  it('is not got around by a sweep that comes by in between', async () => {
    const tagged = azureFleet(1);
    const h = harness(SETTLING, tagged);
    const seen = watch(h.cloud);
    await handleWork(h.deps, [eventAt(tagged, 0, vmAt(0))], null);
    h.nowMs += 5_000;

    await sweepScope(h.deps, tagged.scope, { correlation: 'sweep-1', since: toInstant(h.nowMs) });
    await handleWork(h.deps, h.take('bulk'), null);

    expect(h.cloud.tried).toEqual([]);
    expect(h.sent).toMatchObject([
      { queue: 'event' },
      { queue: 'bulk', delaySeconds: 25, work: { subjects: [nicAt(0)], run: { kind: 'enforce' }, askedBy: 'sweep' } },
    ]);
    h.cloud.edit(({ attachments }) => ({ ...taggedOnly(tagged, () => false), attachments }));
    await handleWork(h.deps, [{ id: 'off', work: look(tagged, [vmAt(0)], toInstant(h.nowMs)) }], null);
    await goOn(h, 120);
    expect([...seen.times]).toEqual([]);
    expect(h.sent).toEqual([]);
  });

  it('is not got around by the sweep that judges what is too much for a batch', async () => {
    const world = azureFleet(40, { attachments: upTo(40).map(mirrored) });
    const untagged = taggedOnly(world, (at) => at >= 7);
    const h = harness(SETTLING, untagged);
    const seven = upTo(7).map(vmAt) as unknown as NonEmpty<Subject>;

    await handleWork(h.deps, [{ id: 'off', work: look(world, seven) }], null);
    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 30, work: { kind: 'sweep' } }]);
    // The tags come back, and go again.
    h.nowMs += 20_000;
    await handleWork(h.deps, [{ id: 'again', work: look(world, seven, toInstant(h.nowMs)) }], null);
    await goOn(h, 29);
    expect(h.cloud.tried).toEqual([]);
    await goOn(h, 31);

    expect(mirroredIn(h.cloud.world())).toEqual(upTo(33).map((at) => at + 7));
  });

  it('delays no sweep where it does not tell of any running machine', async () => {
    const sketch = azureFleet(40, { attachments: upTo(40).map(mirrored) });
    const h = harness(
      within({ settleSeconds: 0 }),
      taggedOnly(sketch, (at) => at >= 7),
    );

    const seven = upTo(7).map(vmAt) as unknown as NonEmpty<Subject>;
    await handleWork(h.deps, [{ id: 'off', work: look(sketch, seven) }], null);

    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 0, work: { kind: 'sweep' } }]);
  });

  it('that others cannot be told of is journaled, and the sweep comes all the same', async () => {
    const world = azureFleet(40, { attachments: upTo(40).map(mirrored) });
    const h = harness(
      SETTLING,
      taggedOnly(world, (at) => at >= 7),
    );
    const stir = async (): Promise<never> => Promise.reject(unreachable());
    const seven = upTo(7).map(vmAt) as unknown as NonEmpty<Subject>;

    const deps = { ...h.deps, interruptions: { ...h.deps.interruptions, stir } };
    expect(await handleWork(deps, [{ id: 'off', work: look(world, seven) }], null)).toEqual({ failed: [] });

    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 30, work: { kind: 'sweep' } }]);
    expect(h.journal).toContainEqual(expect.objectContaining({ kind: 'fault', code: 'unreachable' }));
  });

  it('goes by the latest of the events about a machine, in whatever order they come in one batch', async () => {
    const world = azureFleet(1);
    for (const order of [
      [40, 5, 20],
      [5, 40, 5],
      [20, 40, 5],
    ]) {
      const h = harness(SETTLING, world);
      const items = order.map((seconds, at) => ({ ...eventAt(world, seconds, vmAt(0)), id: `${at}` }));

      await handleWork(h.deps, items, null);

      expect(h.cloud.tried).toEqual([]);
      expect(h.sent).toMatchObject([{ delaySeconds: 25, work: { subjects: [vmAt(0)], since: ago(5) } }]);
    }
  });

  it('goes by events about any interface of the machine that is to be changed', async () => {
    const world = azureFleet(1, { interfaces: 2 });
    const h = harness(SETTLING, world);

    await handleWork(h.deps, [eventAt(world, 50, nicAt(0, 0)), eventAt(world, 5, nicAt(0, 1))], null);

    expect(h.cloud.tried).toEqual([]);
    expect(h.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([25, 25]);
    await goOn(h, 25);
    expect(mirroredIn(h.cloud.world())).toEqual([0, 0]);
  });

  it('goes by events that other batches brought, also earlier ones that come late', async () => {
    const world = azureFleet(1);
    const h = harness(SETTLING, world);

    await handleWork(h.deps, [eventAt(world, 5, vmAt(0))], null);
    await handleWork(h.deps, [eventAt(world, 3600, vmAt(0))], null);

    expect(h.cloud.tried).toEqual([]);
    await goOn(h, 25);
    expect(mirroredIn(h.cloud.world())).toEqual([0]);
    expect(h.cloud.tried).toHaveLength(1);
  });

  it('is over with the events themselves: what comes late is done at once', async () => {
    const world = azureFleet(1);
    const h = harness(SETTLING, world);

    await handleWork(h.deps, [eventAt(world, 3600, vmAt(0))], null);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it('starts again with an event that comes meanwhile', async () => {
    const world = azureFleet(1);
    const h = harness(SETTLING, world);
    await handleWork(h.deps, [eventAt(world, 0, vmAt(0))], null);
    const first = h.take('event');

    h.nowMs += 20_000;
    await handleWork(h.deps, [{ id: 'late', work: look(world, [vmAt(0)], toInstant(h.nowMs)) }], null);
    const second = h.take('event');
    h.nowMs += 10_000;
    await handleWork(h.deps, first, null);

    expect(h.cloud.tried).toEqual([]);
    expect(h.sent).toMatchObject([{ delaySeconds: 20 }]);
    h.nowMs += 20_000;
    await handleWork(h.deps, second, null);
    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it.each([
    ['on', [0]],
    ['off', []],
  ] as const)('lets a tag that flaps and ends %s interrupt its machine once at most', async (end, wished) => {
    const tagged = azureFleet(1);
    const h = harness(SETTLING, tagged);
    const seen = watch(h.cloud);
    for (const at of upTo(12)) {
      const isOn = at % 2 === (end === 'on' ? 1 : 0);
      h.cloud.edit(({ attachments }) => ({ ...taggedOnly(tagged, () => isOn), attachments }));
      const item: Item = { id: `flap-${at}`, work: look(tagged, [vmAt(0)], toInstant(h.nowMs)) };
      await handleWork(h.deps, [item, { ...item, id: `again-${at}` }], null);
      await goOn(h, 7);
    }

    await goOn(h, 120);

    expect(mirroredIn(h.cloud.world())).toEqual(wished);
    expect([...seen.times.values()].reduce((sum, one) => sum + one, 0)).toBe(wished.length);
    expect(h.sent).toEqual([]);
    // A line for each event, and not for each quarter of a minute.
    expect(held(h).length).toBeLessThanOrEqual(30);
  });

  it('is told by what wants a change only: a tag that is put back settles nothing', async () => {
    const world = azureFleet(1, { attachments: [mirrored(0)] });
    const h = harness(SETTLING, world);
    await handleWork(h.deps, [eventAt(world, 0, vmAt(0))], null);
    h.cloud.edit(({ scope, ...rest }) => ({ ...rest, scope, attachments: [] }));

    await handleWork(h.deps, [eventAt(world, 40, vmAt(0))], null);

    expect(mirroredIn(h.cloud.world())).toEqual([0]);
  });

  it('keeps what settles out of the way of its unit', async () => {
    const world = azureFleet(2, { group: () => 'set' });
    const h = harness(SETTLING, world);

    await handleWork(h.deps, [eventAt(world, 0, vmAt(0)), eventAt(world, 40, vmAt(1))], null);

    expect(mirroredIn(h.cloud.world())).toEqual([1]);
    expect(h.sent).toMatchObject([{ delaySeconds: 30, work: { subjects: [vmAt(0)] } }]);
    expect(h.cloud.tried.map(({ source }) => source)).toEqual([nicId(1)]);
  });
});
