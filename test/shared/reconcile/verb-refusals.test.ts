import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../shared/fault.ts';
import type { Change } from '../../../shared/plan/change.ts';
import type { Outcome } from '../../../shared/ports.ts';
import { converge } from '../../../shared/reconcile/converge.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import type { Order } from '../../../shared/reconcile/order.ts';
import { sweep } from '../../../shared/reconcile/sweep.ts';
import type { World } from '../../../shared/words.ts';
import { AZURE_CONFIG, azureFleet, nicId } from './azure-fleets.ts';
import { CONFIG, fleet, ours, retagged, upTo } from './fleets.ts';
import { type Harness, harness, NOW } from './harness.ts';

const everything = ({ scope }: World): Order => ({
  scope,
  selection: { kind: 'everything' },
  run: { kind: 'enforce', seen: null, lift: ['limit', 'all'] },
  basis: 'scope',
  correlation: 'c-1',
  since: NOW,
  trigger: 'sweep',
  lane: 'bulk',
});

const refused = (change: Change, code: FaultCode = 'denied'): Outcome => ({
  kind: 'failed',
  change,
  code,
  detail: `${change.kind} on ${change.source} is not allowed; allow it`,
});

const refusalsOf = ({ journal }: Harness) => journal.filter(({ kind }) => kind === 'refused');
const faultsOf = ({ journal }: Harness) => journal.flatMap((entry) => (entry.kind === 'fault' ? [entry] : []));

/** As many as are under way when the third refusal comes. */
const FEW = 3 + 3;

describe('a verb that the cloud refuses', () => {
  it.each(['denied', 'quota'] as const)('is given up after three times (%s), and told in one line', async (code) => {
    const world = fleet(200, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => refused(change, code);

    const report = await converge(h.deps, everything(world));

    const { length: tried } = h.cloud.tried;
    expect(tried).toBeGreaterThanOrEqual(3);
    expect(tried).toBeLessThanOrEqual(FEW);
    expect(report.counts).toMatchObject({ refused: 200, done: 0 });
    expect(report.failed).toHaveLength(200);
    expect(report.left).toEqual([]);
    expect(refusalsOf(h)).toHaveLength(tried);
    expect(faultsOf(h)).toMatchObject([{ code, correlation: 'c-1', scope: world.scope }]);
    const [line] = faultsOf(h);
    expect(line?.detail).toContain(`attach: ${200 - tried} were not tried`);
    expect(line?.detail).toContain('is not allowed; allow it');
  });

  it('does not come back before the next sweep, which tries it again', async () => {
    const h = harness(CONFIG, fleet(50, ['tcp']));
    h.cloud.onApply = (change) => refused(change);

    await sweep(h.deps);
    expect(await handleWork(h.deps, h.take('bulk'), null)).toEqual({ failed: [] });
    expect(h.sent).toEqual([]);
    h.cloud.onApply = () => null;
    await sweep(h.deps);
    await handleWork(h.deps, h.take('bulk'), null);

    expect(h.cloud.tried.length).toBeLessThanOrEqual(FEW + 50);
    expect(h.cloud.world().attachments).toHaveLength(50);
  });

  it('stops no other verb', async () => {
    const sessions = upTo(40).map((at) => ours(at + 40, 'tcp'));
    const world = retagged(fleet(80, [], sessions), (at) => (at < 40 ? ['tcp'] : []));
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => (change.kind === 'attach' ? refused(change) : null);

    const { counts } = await converge(h.deps, everything(world));

    expect(counts).toMatchObject({ done: 40, refused: 40 });
    expect(h.cloud.world().attachments).toEqual([]);
  });

  it('is one when attachments are moved and when they are changed', async () => {
    const sessions = upTo(10).map((at) =>
      at % 2 === 0 ? { ...ours(at, 'tcp'), number: 77 } : { ...ours(at, 'tcp'), target: 'tmt-udp' },
    );
    const world = fleet(10, ['tcp'], sessions);
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => refused(change);

    const report = await converge({ ...h.deps, parallelism: 1 }, everything(world));

    expect(h.cloud.tried.map(({ kind }) => kind)).toEqual(['modify', 'retarget', 'modify']);
    expect(report.counts).toMatchObject({ refused: 10 });
    expect(faultsOf(h).map(({ detail }) => detail.split(' after')[0])).toEqual(['modify: 7 were not tried']);
  });

  it('is tried on while it is not refused three times in a row', async () => {
    const world = fleet(30, ['tcp']);
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => (h.cloud.tried.length % 3 === 0 ? null : refused(change));

    await converge({ ...h.deps, parallelism: 1 }, everything(world));

    expect(h.cloud.tried).toHaveLength(30);
    expect(faultsOf(h)).toEqual([]);
  });

  it('is given up whatever becomes of what is under way', async () => {
    const world = fleet(40, ['tcp']);
    const h = harness(CONFIG, world);
    let answered = 0;
    h.cloud.onApply = (change) => ((answered += 1) <= 3 ? refused(change) : null);

    await converge(h.deps, everything(world));

    expect(h.cloud.tried.length).toBeLessThanOrEqual(FEW);
  });

  it.each(['unsupported', 'needs-restart', 'unexpected', 'unreachable'] as const)(
    'is tried on where a refusal may be about one source (%s)',
    async (code) => {
      const world = fleet(30, ['tcp']);
      const h = harness(CONFIG, world);
      h.cloud.onApply = (change) => refused(change, code);

      await converge(h.deps, everything(world));

      expect(h.cloud.tried).toHaveLength(30);
      expect(faultsOf(h)).toEqual([]);
    },
  );

  it('is tried on where roles and locks hold for a part of a scope: a locked group keeps no other from its turn', async () => {
    const world = azureFleet(30, { state: () => 'stopped' });
    const h = harness(AZURE_CONFIG, world);
    const locked = new Set(upTo(10).map((at) => nicId(at)));
    h.cloud.onApply = (change) => (locked.has(change.source) ? refused(change) : null);

    const report = await converge(h.deps, everything(world));

    expect(report.counts).toMatchObject({ refused: 10, done: 20 });
    expect(faultsOf(h)).toEqual([]);
  });
});
