import { describe, expect, it } from 'vitest';
import { parseAttachmentId, parseTargetId } from '../../../shared/ids.ts';
import type { Change } from '../../../shared/plan/change.ts';
import { ALWAYS_OPEN, findClosure, findInterruptions, isInterruptible } from '../../../shared/plan/interruption.ts';
import type { MachineId, SourceId } from '../../../shared/words.ts';
import { toWorld, type WorldSketch } from '../../world.ts';

const detach = (source: string, machine: string | null): Change => ({
  kind: 'detach',
  source: source as SourceId,
  machine: machine as MachineId | null,
  attachment: parseAttachmentId(`${source}/tap`),
  from: {
    target: parseTargetId('/taps/a'),
    filter: null,
    number: null,
    packetLength: null,
    virtualNetworkId: null,
  },
  because: 'unwished',
});

const sources = (...ids: readonly string[]): ReadonlySet<SourceId> => new Set(ids as readonly SourceId[]);

describe('whom changes interrupt', () => {
  it('is each machine once for every change, sorted whatever the order of the changes', () => {
    const changes = [detach('/n/3', '/m/b'), detach('/n/2', '/m/a'), detach('/n/1', '/m/a'), detach('/n/2', '/m/a')];
    expect(findInterruptions(changes, sources('/n/1', '/n/2', '/n/3'))).toEqual([
      { machine: '/m/a', sources: ['/n/1', '/n/2'], times: 3 },
      { machine: '/m/b', sources: ['/n/3'], times: 1 },
    ]);
  });

  it('is nobody where nothing runs, and no interface without a machine', () => {
    expect(findInterruptions([detach('/n/1', '/m/a')], sources('/n/2'))).toEqual([]);
    expect(findInterruptions([detach('/n/1', null)], sources('/n/1'))).toEqual([]);
    expect(findInterruptions([], sources('/n/1'))).toEqual([]);
  });
});

describe('a change interrupts', () => {
  const judged = (cloud: 'aws' | 'azure', more: Partial<WorldSketch>): boolean => {
    const world = toWorld({ cloud, sources: [{ id: 'n', machine: 'm' }], machines: [{ id: 'm' }], ...more });
    const [source] = world.sources;
    if (source === undefined) throw new Error('the world has no source');
    return isInterruptible(source, world.machines[0] ?? null);
  };

  it('on Azure, on an attached interface of a machine that runs', () => {
    expect(judged('azure', {})).toBe(true);
    expect(judged('aws', {})).toBe(false);
  });

  it.each(['stopped', 'changing', 'gone'] as const)('not where the machine is %s', (state) => {
    expect(judged('azure', { machines: [{ id: 'm', state }] })).toBe(false);
  });

  it('not on an interface that is not attached, or has no machine', () => {
    expect(judged('azure', { sources: [{ id: 'n', machine: 'm', state: 'detached' }] })).toBe(false);
    expect(judged('azure', { sources: [{ id: 'n' }], machines: [] })).toBe(false);
  });
});

describe('a closed window', () => {
  it('says when the next one opens, or that none does', () => {
    expect(findClosure(ALWAYS_OPEN)).toBeNull();
    expect(findClosure({ kind: 'open', endsAtMs: 0 })).toBeNull();
    const opensAtMs = Date.parse('2026-11-01T02:00:00Z');
    expect(findClosure({ kind: 'closed', opensAtMs })?.detail).toMatch(/opens at 2026-11-01T02:00:00/);
    expect(findClosure({ kind: 'closed', opensAtMs: null })?.detail).toMatch(/none ever opens/);
  });
});
