import { describe, expect, test } from 'vitest';
import { createFeed } from '../../../local/page/feed.ts';
import { sayItem } from '../../../local/page/say-item.ts';
import { parseAttachmentId, parseMachineId, toInstant } from '../../../shared/ids.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import { AWS_PLAN } from '../../shared/print/fixed-plan.ts';

const LINE = { correlation: 'event-1', scope: AWS_PLAN.scope, rulesVersion: AWS_PLAN.rulesVersion };
const [ATTACH] = AWS_PLAN.changes;
const [HOLD] = AWS_PLAN.holds;
if (ATTACH === undefined || HOLD === undefined) throw new Error('the fixed plan has lost its first items');

const held = (detail: string): JournalEntry => ({ ...LINE, kind: 'held', hold: { ...HOLD, detail } });
const applied = (correlation: string, sinceMs: number): JournalEntry => ({
  ...LINE,
  correlation,
  kind: 'applied',
  change: ATTACH,
  attachment: parseAttachmentId('tms-1'),
  since: toInstant(sinceMs),
  tookMs: 3,
});

describe('the feed', () => {
  test('measures from the event to the attachment, exactly where it can', () => {
    const feed = createFeed({
      now: () => 10_500,
      findEventMs: (id) => (id === 'exact' ? 10_400 : null),
      findName: () => 'web-2',
    });
    expect(feed.latency()).toEqual({ lastMs: null, medianMs: null, count: 0 });
    feed.journal.write(applied('unknown', 10_000));
    feed.journal.write(applied('exact', 10_000));
    expect(feed.latency()).toEqual({ lastMs: 100, medianMs: 300, count: 2 });
    expect(feed.items()[0]).toMatchObject({
      tone: 'add',
      cloud: 'aws',
      afterMs: 100,
      text: 'attached web-2 to soc-aws, number 101',
    });
  });

  test('tells of a hold once, and again when it says something else', () => {
    const feed = createFeed({ now: () => 0, findEventMs: () => null, findName: () => null });
    for (const detail of ['full', 'full', 'still full', 'still full']) feed.journal.write(held(detail));
    expect(feed.items().map(({ text }) => text.includes('still'))).toEqual([true, false]);
  });

  test('tells of what went back to the queue, and of a machine that its launch hook let go', () => {
    const feed = createFeed({ now: () => 0, findEventMs: () => null, findName: () => 'web-7' });
    feed.journal.write({ ...LINE, kind: 'continued', sources: 40 });
    feed.journal.write({ ...LINE, kind: 'released', machine: parseMachineId('i-7'), group: 'web' });
    expect(feed.items().map(({ text }) => text)).toEqual([
      'web-7 of web goes into service: its launch hook is completed',
      'time ran short: 40 interfaces are back on the queue',
    ]);
  });

  test('does not grow without end', () => {
    const feed = createFeed({ now: () => 0, findEventMs: () => null, findName: () => null });
    for (let n = 0; n < 500; n += 1) feed.say('faint', null, `item ${n}`);
    expect([feed.items().length, feed.items()[0]?.text]).toEqual([120, 'item 499']);
  });

  test('is a line that a terminal does not obey', () => {
    const feed = createFeed({ now: () => 0, findEventMs: () => null, findName: () => null });
    feed.say('person', 'aws', 'a tag \u001b[2J');
    expect(feed.items().map(sayItem)).toEqual(['00:00:00.000 aws   a tag \\u001b[2J']);
  });
});
