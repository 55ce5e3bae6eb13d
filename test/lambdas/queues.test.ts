import { describe, expect, test } from 'vitest';
import { toBatches, workQueues, type QueueEntry } from '../../lambdas/queues.ts';
import { toInstant } from '../../shared/ids.ts';
import type { NonEmpty } from '../../shared/words.ts';
import type { Work } from '../../shared/work.ts';
import { HERE } from './samples.ts';

const sweeps = (count: number): NonEmpty<Work> => {
  const work = (at: number): Work => ({
    kind: 'sweep',
    scope: HERE,
    correlation: `c${at}`,
    since: toInstant(0),
    follows: null,
  });
  return [work(0), ...Array.from({ length: count - 1 }, (_, at) => work(at + 1))];
};

const URLS = { event: 'https://sqs/event', bulk: 'https://sqs/bulk' };

describe('sending', () => {
  test('goes to the queue that is named, ten messages at a time, each with an id of its own', async () => {
    const sent: (readonly [string, readonly QueueEntry[]])[] = [];
    const queues = workQueues(URLS, async (url, entries) => {
      sent.push([url, entries]);
      return { refused: [], code: null };
    });
    await queues.send('bulk', sweeps(23), 15);
    expect(sent.map(([url, { length }]) => [url, length])).toEqual([
      [URLS.bulk, 10],
      [URLS.bulk, 10],
      [URLS.bulk, 3],
    ]);
    for (const [, entries] of sent) expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    const bodies = sent.flatMap(([, entries]) => entries.map(({ body }) => JSON.parse(body) as Work));
    expect(bodies).toEqual(sweeps(23));
  });

  test.each([
    [-1, 0],
    [0.2, 1],
    [15, 15],
    [100_000, 900],
  ])('a delay of %d s is one of %d s', async (asked, given) => {
    const delays: number[] = [];
    const queues = workQueues(URLS, async (_, entries) => {
      delays.push(...entries.map(({ delaySeconds }) => delaySeconds));
      return { refused: [], code: null };
    });
    await queues.send('event', sweeps(1), asked);
    expect(delays).toEqual([given]);
  });

  test('a message that is refused is a fault', async () => {
    const queues = workQueues(URLS, async () => ({ refused: ['1'], code: 'InternalError' }));
    await expect(queues.send('event', sweeps(3), 0)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('1 of 3 messages were refused (InternalError)') as string,
    });
  });

  test('a queue that is not set is a fault that names the setting', async () => {
    const queues = workQueues({ event: null, bulk: null }, async () => ({ refused: [], code: null }));
    await expect(queues.send('bulk', sweeps(1), 0)).rejects.toThrow(/TAPKEEPER_BULK_QUEUE_URL is not set/);
  });
});

test('batches hold what the queue takes by bytes, not characters', () => {
  const long = 'ü'.repeat(60 * 1024);
  expect(toBatches([long, long, long, 'short']).map(({ length }) => length)).toEqual([2, 2]);
  expect(toBatches(['x'.repeat(1024 * 1024), 'short']).map(({ length }) => length)).toEqual([1, 1]);
  expect(toBatches([])).toEqual([]);
});
