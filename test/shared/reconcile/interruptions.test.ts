import { describe, expect, it } from 'vitest';
import { parseTargetId, toInstant } from '../../../shared/ids.ts';
import type { Refusal } from '../../../shared/ports.ts';
import { rememberInterruptions } from '../../../shared/reconcile/interruptions.ts';
import { toWorld } from '../../world.ts';
import { vmId } from './azure-fleets.ts';
import { NOW, NOW_MS } from './harness.ts';

const { scope } = toWorld({ cloud: 'azure' });
const HOUR_MS = 3_600_000;
const after = (hours: number) => toInstant(NOW_MS + hours * HOUR_MS);
const ask = (unit: string, limit = 2) => ({ scope, unit, limit });
const refusalOf = (at: number, hours: number): Refusal => ({
  machine: vmId(at),
  target: null,
  code: 'operation-failed',
  detail: 'InternalServerError',
  at: NOW,
  until: after(hours),
});

describe('the memory of one process', () => {
  it('gives as many turns as it may, one of each unit, and again what is given back', async () => {
    const memory = rememberInterruptions({ now: () => NOW_MS });
    const first = await memory.take(ask('a'));
    expect(first.kind).toBe('taken');
    expect(await memory.take(ask('a'))).toEqual({ kind: 'busy' });
    expect((await memory.take(ask('b'))).kind).toBe('taken');
    expect(await memory.take(ask('c'))).toEqual({ kind: 'full' });

    if (first.kind === 'taken') await first.turn.release();

    expect(first.kind === 'taken' && first.turn.isHeld()).toBe(false);
    expect((await memory.take(ask('c'))).kind).toBe('taken');
  });

  it('counts each scope for itself', async () => {
    const memory = rememberInterruptions({ now: () => NOW_MS });
    await memory.take(ask('a', 1));

    expect((await memory.take({ ...ask('b', 1), scope: toWorld({}).scope })).kind).toBe('taken');
  });

  it('knows the latest of what was told, in whatever order', async () => {
    const memory = rememberInterruptions({ now: () => NOW_MS });
    await memory.stir(scope, vmId(0), after(1));

    expect(await memory.stir(scope, vmId(0), NOW)).toBe(after(1));
    expect(await memory.stir(scope, vmId(0), after(2))).toBe(after(2));
    expect(await memory.stir(scope, vmId(1), NOW)).toBe(NOW);
  });

  it('knows what was refused until it is forgiven, machine by machine', async () => {
    const memory = rememberInterruptions({ now: () => NOW_MS });
    for (const at of [0, 1]) await memory.refuse(scope, refusalOf(at, 1));

    expect(await memory.refusals(scope, [vmId(1), vmId(2)])).toEqual([refusalOf(1, 1)]);
    expect(await memory.refusals(toWorld({}).scope, null)).toEqual([]);
    await memory.forgive(scope, [vmId(1)], NOW);
    expect(await memory.refusals(scope, null)).toHaveLength(2);
    await memory.forgive(scope, [vmId(1)], after(1));
    expect(await memory.refusals(scope, null)).toEqual([refusalOf(0, 1)]);
  });

  it('keeps what was refused of one target apart from what was of another', async () => {
    const memory = rememberInterruptions({ now: () => NOW_MS });
    const [one, other] = ['one', 'other'].map((name) => ({ ...refusalOf(0, 1), target: parseTargetId(name) }));
    if (one === undefined || other === undefined) throw new Error('there are two');
    for (const refusal of [one, other, one]) await memory.refuse(scope, refusal);

    expect(await memory.refusals(scope, [vmId(0)])).toEqual([one, other]);
  });

  it('does not grow for ever', async () => {
    const memory = rememberInterruptions({ now: () => NOW_MS });
    await memory.refuse(scope, refusalOf(0, 0));
    await memory.refuse(scope, refusalOf(1, 24));
    expect(await memory.refusals(scope, null)).toHaveLength(2);
    await memory.refuse(scope, refusalOf(2, 24.1));
    expect((await memory.refusals(scope, null)).map(({ machine }) => machine)).toEqual([vmId(1), vmId(2)]);

    await memory.stir(scope, vmId(0), NOW);
    await memory.stir(scope, vmId(1), after(25));
    expect(await memory.stir(scope, vmId(0), toInstant(NOW_MS - 1))).toBe(toInstant(NOW_MS - 1));
  });
});
