import { expect, test } from 'vitest';
import { jsonJournal } from '../../lambdas/journal.ts';
import {
  parseAttachmentId,
  parseDestinationName,
  parseMachineId,
  parseRuleName,
  parseSourceId,
  parseTargetId,
  toInstant,
} from '../../shared/ids.ts';
import type { JournalEntry } from '../../shared/journal.ts';
import type { Attach } from '../../shared/plan/change.ts';
import { HERE } from './samples.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 12);

function written(entry: JournalEntry): Record<string, unknown> {
  const lines: string[] = [];
  jsonJournal({ now: () => NOW_MS }, 'tapkeeper/soc', (line) => lines.push(line)).write(entry);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

const line = { correlation: 'c1', scope: HERE, rulesVersion: null };
const attach: Attach = {
  kind: 'attach',
  source: parseSourceId('eni-0a'),
  machine: null,
  destination: parseDestinationName('sensor'),
  rules: [parseRuleName('tagged')],
  to: { target: parseTargetId('tmt-0a'), filter: null, number: 1, packetLength: null, virtualNetworkId: null },
};

test('an attachment is counted, with the time since its event', () => {
  const since = toInstant(NOW_MS - 1500);
  const entry = {
    ...line,
    kind: 'applied',
    change: attach,
    attachment: parseAttachmentId('tms-0a'),
    since,
    tookMs: 20,
  } as const;
  expect(written(entry)).toEqual({
    level: 'info',
    time: '2026-01-01T12:00:00.000Z',
    kind: 'applied',
    correlation: 'c1',
    entry: JSON.parse(JSON.stringify(entry)) as unknown,
    applied: 1,
    change: 'attach',
    eventToAttachment: 1500,
    _aws: {
      Timestamp: NOW_MS,
      CloudWatchMetrics: [
        { Namespace: 'tapkeeper/soc', Dimensions: [[], ['change']], Metrics: [{ Name: 'applied', Unit: 'Count' }] },
        {
          Namespace: 'tapkeeper/soc',
          Dimensions: [[]],
          Metrics: [{ Name: 'eventToAttachment', Unit: 'Milliseconds' }],
        },
      ],
    },
  });
});

test.each<[JournalEntry, string, Record<string, unknown>]>([
  [
    {
      ...line,
      kind: 'held',
      hold: {
        source: attach.source,
        machine: null,
        code: 'no-room',
        destination: null,
        rules: [],
        keeps: null,
        blockedBy: [],
        detail: '',
      },
    },
    'warn',
    { held: 1, reason: 'no-room', needsPerson: 1 },
  ],
  [{ ...line, kind: 'refused', change: attach, code: 'denied', detail: '' }, 'error', { failed: 1, code: 'denied' }],
  [{ ...line, kind: 'fault', code: 'config-invalid', detail: '' }, 'error', { fault: 1, code: 'config-invalid' }],
  [
    { ...line, kind: 'refused', change: attach, code: 'throttled', detail: '' },
    'warn',
    { failed: 1, code: 'throttled' },
  ],
  [{ ...line, kind: 'refused', change: attach, code: 'unreachable', detail: '' }, 'warn', { code: 'unreachable' }],
  [{ ...line, kind: 'refused', change: attach, code: 'conflict', detail: '' }, 'warn', { code: 'conflict' }],
  [{ ...line, kind: 'refused', change: attach, code: 'gone', detail: '' }, 'warn', { code: 'gone' }],
  [{ ...line, kind: 'refused', change: attach, code: 'quota', detail: '' }, 'error', { code: 'quota' }],
  [{ ...line, kind: 'fault', code: 'throttled', detail: '' }, 'warn', { fault: 1, code: 'throttled' }],
  [{ ...line, kind: 'fault', code: 'unreachable', detail: '' }, 'error', { fault: 1, code: 'unreachable' }],
  [{ ...line, kind: 'continued', sources: 7 }, 'info', { continued: 7 }],
  [{ ...line, kind: 'released', machine: parseMachineId('i-0a'), group: 'my-asg' }, 'info', { released: 1 }],
  [{ ...line, kind: 'guard-tripped', trips: [] }, 'error', { guardTripped: 1 }],
  [{ ...line, kind: 'incomplete', why: [] }, 'warn', { incomplete: 1 }],
  [
    { ...line, kind: 'finished', trigger: 'sweep', mode: 'enforce', counts: { keeps: 7, attach: 0 }, tookMs: 9 },
    'info',
    { 'sweep.keeps': 7, 'sweep.attach': 0, finished: 1, trigger: 'sweep' },
  ],
])('%j', (entry, level, counted) => {
  const found = written(entry);
  expect(found).toMatchObject({ level, ...counted });
  const metrics = (found['_aws'] as { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] })
    .CloudWatchMetrics;
  // CloudWatch drops a line whose directive names a field that is not there.
  for (const { Dimensions, Metrics } of metrics) {
    for (const name of [...Dimensions.flat(), ...Metrics.map(({ Name }) => Name)]) expect(found).toHaveProperty([name]);
  }
});
