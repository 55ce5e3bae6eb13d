import { expect, test } from 'vitest';
import { rememberFull } from '../../../../functions/arm/destinations/full-targets.ts';
import {
  parseAttachmentId,
  parseDestinationName,
  parseEndpointId,
  parseRegion,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import type { Attach, Detach, Retarget } from '../../../../shared/plan/change.ts';
import { toHold } from '../../../../shared/plan/refused.ts';
import type { Outcome } from '../../../../shared/ports.ts';
import type { Target } from '../../../../shared/words.ts';

const VTAP = parseTargetId('/vtap');
const OTHER = parseTargetId('/other');
const settings = (target: Target['id']) => ({
  target,
  filter: null,
  number: null,
  packetLength: null,
  virtualNetworkId: null,
});
const about = { source: parseSourceId('/nic'), machine: null };
const attachment = parseAttachmentId('/nic/x');
const wished = { destination: parseDestinationName('sensor'), rules: [] };
const ATTACH: Attach = { kind: 'attach', ...about, ...wished, to: settings(VTAP) };
const MOVE: Retarget = { kind: 'retarget', ...about, ...wished, attachment, from: settings(OTHER), to: settings(VTAP) };
const LEAVE: Detach = { kind: 'detach', ...about, attachment, from: settings(VTAP), because: 'unwished' };

const target: Target = {
  id: VTAP,
  cloud: 'azure',
  region: parseRegion('eastus'),
  zone: null,
  reaches: parseEndpointId('/frontend'),
  unhealthy: null,
  unchecked: null,
  isChanging: false,
  capacity: 100,
  load: 7,
};
const held = (change: Attach | Retarget, code: 'destination-full' | 'needs-restart' = 'destination-full'): Outcome => ({
  kind: 'held',
  change,
  hold: toHold(change, code, 'full'),
});

function remembering() {
  let nowMs = 0;
  const full = rememberFull({ now: () => nowMs });
  return { ...full, pass: (ms: number) => void (nowMs += ms) };
}

test('an attach that finds no room is planned again, with the VTAP full', () => {
  const { learn, judge } = remembering();
  expect(learn(held(ATTACH))).toEqual({ kind: 'conflict', change: ATTACH, detail: 'full' });
  expect(judge(target)).toEqual({ ...target, capacity: 7 });
  expect(judge({ ...target, capacity: null })).toEqual({ ...target, capacity: 7 });
  expect(judge({ ...target, capacity: 5 })).toEqual({ ...target, capacity: 5 });
  expect(judge({ ...target, id: OTHER })).toMatchObject({ capacity: 100 });
});

test('a move that finds no room stays a hold, with what it keeps', () => {
  const { learn, judge } = remembering();
  expect(learn(held(MOVE))).toEqual(held(MOVE));
  expect(judge(target).capacity).toBe(7);
});

test('other holds say nothing of room', () => {
  const { learn, judge } = remembering();
  expect(learn(held(ATTACH, 'needs-restart'))).toEqual(held(ATTACH, 'needs-restart'));
  expect(judge(target)).toBe(target);
});

test('it is so for a minute', () => {
  const { learn, judge, pass } = remembering();
  learn(held(ATTACH));
  pass(59_999);
  expect(judge(target).capacity).toBe(7);
  pass(1);
  expect(judge(target).capacity).toBe(100);
});

test('or until something leaves it', () => {
  const { learn, judge } = remembering();
  learn(held(ATTACH));
  learn({ kind: 'done', change: MOVE, attachment });
  expect(judge(target).capacity).toBe(7);
  learn({ kind: 'done', change: LEAVE, attachment });
  expect(judge(target).capacity).toBe(100);
});
