import { describe, expect, test } from 'vitest';
import type { Answer, Exchange } from '../../../../functions/arm/traffic/wire.ts';
import { put, type Writing } from '../../../../functions/arm/write/put.ts';
import { Fault } from '../../../../shared/fault.ts';
import { parseAttachmentId, parseTargetId } from '../../../../shared/ids.ts';

const NETWORK = '/subscriptions/11111111-1111-4111-8111-111111111111/resourcegroups/g/providers/microsoft.network';
const WRITING: Writing = {
  attachment: parseAttachmentId(`${NETWORK}/networkinterfaces/n/tapconfigurations/tapkeeper-v1-soc`),
  target: parseTargetId(`${NETWORK}/virtualnetworktaps/t`),
  before: null,
};

const ABSENT: Answer = { status: 404, headers: {}, body: { error: { code: 'NotFound', message: '' } } };
const found = (provisioningState: string): Answer => ({
  status: 200,
  headers: {},
  body: { id: WRITING.attachment, properties: { provisioningState, virtualNetworkTap: { id: WRITING.target } } },
});
const refused = (status: number, code: string, retryAfter: string): Answer => ({
  status,
  headers: { 'retry-after': retryAfter },
  body: { error: { code, message: '' } },
});

type Said = Answer | 'unanswered';

/** A Resource Manager that gives these answers to PUTs and to looks, the last one of each for ever. */
function scripted(answers: { readonly puts: readonly Said[]; readonly looks: readonly Answer[] }) {
  const asked: string[] = [];
  let nowMs = 0;
  const exchange: Exchange = async ({ call: { method } }) => {
    const list: readonly Said[] = method === 'PUT' ? answers.puts : answers.looks;
    const said = list[Math.min(asked.filter((one) => one === method).length, list.length - 1)];
    asked.push(method);
    if (said === undefined || said === 'unanswered') throw new Fault('unreachable', 'nobody answers');
    return said;
  };
  const pause = async (delayMs: number): Promise<void> => void (nowMs += delayMs);
  const hand = { exchange, pause, clock: { now: () => nowMs }, endsAtMs: null };
  return { hand, asked: () => asked.join(' '), nowMs: () => nowMs };
}

describe('a PUT that was not answered', () => {
  test('is followed until nothing changes any more, although it took the first one', async () => {
    const looks = [...Array.from({ length: 4 }, () => found('Updating')), found('Succeeded')];
    const { hand, asked } = scripted({ puts: ['unanswered'], looks });
    expect(await put(hand, WRITING)).toEqual({ kind: 'succeeded' });
    expect(asked()).toBe('PUT GET GET GET GET GET');
  });

  test('is followed for a minute, and then left', async () => {
    const { hand, asked, nowMs } = scripted({ puts: ['unanswered'], looks: [found('Updating')] });
    expect(await put(hand, WRITING)).toEqual({ kind: 'unfinished' });
    expect(asked()).toMatch(/^PUT( GET)+$/);
    expect(nowMs()).toBeGreaterThan(30_000);
    expect(nowMs()).toBeLessThan(65_000);
  });

  test('is followed no longer than the process lives', async () => {
    const { hand, asked, nowMs } = scripted({ puts: ['unanswered'], looks: [found('Updating')] });
    expect(await put({ ...hand, endsAtMs: 25_000 }, WRITING)).toEqual({ kind: 'unfinished' });
    expect(asked()).toMatch(/^PUT( GET)+$/);
    expect(nowMs()).toBeLessThan(16_000);
  });

  test('is not sent again when the process has no time to look', async () => {
    const { hand, asked } = scripted({ puts: ['unanswered'], looks: [ABSENT] });
    await expect(put({ ...hand, endsAtMs: 10_000 }, WRITING)).rejects.toMatchObject({ code: 'unreachable' });
    expect(asked()).toBe('PUT');
  });

  test('is sent four times at most, and the last one is followed too', async () => {
    const looks = [ABSENT, ABSENT, ABSENT, found('Updating'), found('Succeeded')];
    const { hand, asked } = scripted({ puts: ['unanswered'], looks });
    expect(await put(hand, WRITING)).toEqual({ kind: 'succeeded' });
    expect(asked()).toBe('PUT GET PUT GET PUT GET PUT GET GET');
  });

  test('four times, of which nothing is to be seen, is a fault', async () => {
    const { hand, asked } = scripted({ puts: ['unanswered'], looks: [ABSENT] });
    await expect(put(hand, WRITING)).rejects.toMatchObject({ code: 'unreachable' });
    expect(asked()).toBe('PUT GET PUT GET PUT GET PUT GET');
  });

  test('and failed on the way is no more sent', async () => {
    const { hand, asked } = scripted({ puts: ['unanswered'], looks: [found('Updating'), found('Failed')] });
    expect(await put(hand, WRITING)).toMatchObject({ kind: 'refused', refusal: { phase: 'operation' } });
    expect(asked()).toBe('PUT GET GET');
  });
});

describe('a PUT that is refused in passing', () => {
  const LOCK = 'RetryableErrorDueToAnotherOperation';

  test.each([
    [429, LOCK],
    [503, 'ServerBusy'],
  ])('with %s %s for longer than anybody waits is not sent again', async (status, code) => {
    const { hand, asked, nowMs } = scripted({ puts: [refused(status, code, '21')], looks: [ABSENT] });
    expect(await put(hand, WRITING)).toMatchObject({ kind: 'refused', refusal: { retryAfterSeconds: 21 } });
    expect([asked(), nowMs()]).toEqual(['PUT', 0]);
  });

  test('is sent again when its time is over', async () => {
    const { hand, asked, nowMs } = scripted({ puts: [refused(429, LOCK, '20'), found('Succeeded')], looks: [ABSENT] });
    expect(await put(hand, WRITING)).toEqual({ kind: 'succeeded' });
    expect([asked(), nowMs()]).toEqual(['PUT GET PUT', 20_000]);
  });

  test('is not waited for longer than the process lives', async () => {
    const { hand, asked } = scripted({ puts: [refused(429, LOCK, '20')], looks: [ABSENT] });
    expect(await put({ ...hand, endsAtMs: 25_000 }, WRITING)).toMatchObject({ kind: 'refused' });
    expect(asked()).toBe('PUT');
  });
});
