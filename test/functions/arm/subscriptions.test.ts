import { describe, expect, test } from 'vitest';
import { createSubscriptions } from '../../../functions/arm/subscriptions.ts';
import { parseAccountId, parseRegion } from '../../../shared/ids.ts';
import type { Scope } from '../../../shared/words.ts';
import { denied, fakeExchange, listOf, type Said } from './fake-exchange.ts';

const [A = '', B = '', C = ''] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
const scopeOf = (id: string): Scope => ({ cloud: 'azure', account: parseAccountId(id), region: null });
const AWS: Scope = { cloud: 'aws', account: parseAccountId('123456789012'), region: parseRegion('us-east-1') };

function over(wanted: readonly Scope[] | 'all', said: Said = {}) {
  let nowMs = 0;
  const { exchange, asked } = fakeExchange(said);
  const told: string[] = [];
  const tell = (why: readonly string[]): void => void told.push(...why);
  const subscriptions = createSubscriptions(wanted, { exchange, clock: { now: () => nowMs }, tell });
  return { subscriptions, asked, said, told, pass: (ms: number) => void (nowMs += ms) };
}

test('those that are named are kept, and nothing is asked', async () => {
  const { subscriptions, asked } = over([scopeOf(A), scopeOf(B)]);
  expect(await subscriptions.scopes()).toEqual([scopeOf(A), scopeOf(B)]);
  expect([A, B, C].map((id) => subscriptions.keeps(scopeOf(id)))).toEqual([true, true, false]);
  expect(subscriptions.keeps(AWS)).toBe(false);
  expect(asked).toEqual([]);
});

describe('all that are seen', () => {
  const seen = (id: string, state: string) => ({ id: `/subscriptions/${id}`, subscriptionId: id.toUpperCase(), state });

  test('are those that can be written to, page by page, each once', async () => {
    const next = 'https://management.azure.com/subscriptions?$skiptoken=2';
    const { subscriptions } = over('all', {
      '/subscriptions': {
        body: { value: [seen(C, 'enabled'), seen(B, 'Disabled'), { state: 'Enabled' }], nextLink: next },
      },
      [next]: listOf(seen(A, 'PastDue'), seen(C, 'Enabled'), seen('d'.repeat(8), 'Warned')),
    });
    expect(await subscriptions.scopes()).toEqual([scopeOf(A), scopeOf(C)]);
  });

  test('those that are left out are told of once, until another is', async () => {
    const { subscriptions, said, told, pass } = over('all', {
      '/subscriptions': listOf(seen(A, 'Enabled'), seen(B, 'Disabled')),
    });
    for (let read = 0; read < 3; read += 1) {
      await subscriptions.scopes();
      pass(600_000);
    }
    expect(told).toEqual([expect.stringContaining(`subscription ${B} is in state Disabled`)]);
    said['/subscriptions'] = listOf(seen(A, 'Enabled'), seen(B, 'Disabled'), seen(C, 'Warned'));
    await subscriptions.scopes();
    expect(told).toHaveLength(2);
    expect(told[1]).toContain(`subscription ${C} is in state Warned`);
  });

  test.each([
    ['none is seen', [], 'sees none'],
    ['none can be written to', [seen(B, 'Disabled')], 'of the 1 that it sees none can be written to'],
  ])('when %s it is a fault that says what to do, and it is asked again', async (_, list, words) => {
    const { subscriptions, said } = over('all', { '/subscriptions': listOf(...list) });
    const fault = await subscriptions.scopes().catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: 'denied', message: expect.stringContaining(words) as string });
    expect(fault).toMatchObject({ message: expect.stringContaining('grant it a role') as string });
    said['/subscriptions'] = listOf(seen(A, 'Enabled'));
    expect(await subscriptions.scopes()).toEqual([scopeOf(A)]);
  });

  test('are remembered for ten minutes', async () => {
    const { subscriptions, asked, said, pass } = over('all', { '/subscriptions': listOf(seen(A, 'Enabled')) });
    await subscriptions.scopes();
    said['/subscriptions'] = listOf(seen(A, 'Enabled'), seen(B, 'Enabled'));
    pass(599_999);
    expect(await subscriptions.scopes()).toHaveLength(1);
    pass(1);
    expect(await subscriptions.scopes()).toHaveLength(2);
    expect(asked).toHaveLength(2);
  });

  test('an event of any subscription is kept without a call', () => {
    const { subscriptions, asked } = over('all');
    expect([subscriptions.keeps(scopeOf(C)), subscriptions.keeps(AWS)]).toEqual([true, false]);
    expect(asked).toEqual([]);
  });

  test('when Azure does not say, it is a fault and no empty list, and it is asked again', async () => {
    const { subscriptions, said } = over('all', { '/subscriptions': denied });
    await expect(subscriptions.scopes()).rejects.toMatchObject({ code: 'denied' });
    said['/subscriptions'] = listOf(seen(A, 'Enabled'));
    expect(await subscriptions.scopes()).toEqual([scopeOf(A)]);
  });
});
