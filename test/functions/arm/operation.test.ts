import { describe, expect, test } from 'vitest';
import type { Answer, Exchange, Request } from '../../../functions/arm/exchange.ts';
import { carryOut } from '../../../functions/arm/operation.ts';
import { CALLS } from '../../../functions/arm/permissions.ts';
import { operationAddressOf, pollsOf, recorded, toAnswer } from './recorded.ts';
import { findAt } from '../../../functions/json.ts';

const PUT: Request = { call: CALLS.putTapConfiguration, address: '/x', body: {} };
const DELETE: Request = { call: CALLS.deleteTapConfiguration, address: '/x', body: null };

/** An exchange that gives these answers in turn, and the last one for ever. */
function scripted(...answers: readonly Answer[]) {
  const addresses: string[] = [];
  const pauses: number[] = [];
  const exchange: Exchange = async ({ address }) => {
    const answer = answers[Math.min(addresses.length, answers.length - 1)];
    addresses.push(address);
    if (answer === undefined) throw new Error('nothing is scripted');
    return answer;
  };
  const pause = async (delayMs: number): Promise<void> => void pauses.push(delayMs);
  return { exchange, pause, addresses, pauses };
}

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body,
});
const running = (headers: Record<string, string> = {}): Answer => answer(200, { status: 'InProgress' }, headers);
const response = (name: string): Answer => toAnswer(findAt(recorded(name), 'response'));

describe('recorded operations', () => {
  test('a PUT that creates follows the signed address as it is', async () => {
    const { exchange, pause, addresses } = scripted(
      response('tapconfig-put-create'),
      ...pollsOf('tapconfig-put-create'),
    );
    expect(await carryOut(exchange, PUT, pause)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', operationAddressOf('tapconfig-put-create')]);
  });

  test('a PUT that changes nothing is followed, although it is answered with its final state', async () => {
    const { exchange, pause, addresses } = scripted(
      response('tapconfig-put-noop'),
      answer(200, { status: 'Succeeded' }),
    );
    expect(await carryOut(exchange, PUT, pause)).toEqual({ kind: 'succeeded' });
    expect(addresses).toHaveLength(2);
  });

  test('a DELETE with both addresses follows that of the operation', async () => {
    const { exchange, pause, addresses } = scripted(response('tapconfig-delete'), ...pollsOf('tapconfig-delete'));
    expect(await carryOut(exchange, DELETE, pause)).toEqual({ kind: 'succeeded' });
    expect(addresses[1]).toBe(operationAddressOf('tapconfig-delete'));
  });

  test.each(['tapconfig-get-404', 'resource-404-gateway'])('%s is a refusal', async (name) => {
    const { exchange, pause } = scripted(response(name));
    expect(await carryOut(exchange, PUT, pause)).toMatchObject({ kind: 'refused', refusal: { status: 404 } });
  });
});

describe('waiting', () => {
  const started = (headers: Record<string, string> = {}) =>
    answer(202, null, { 'azure-asyncoperation': '/op', ...headers });

  test('backs off up to five seconds where nothing is said', async () => {
    const { exchange, pause, pauses } = scripted(
      started(),
      ...Array.from({ length: 5 }, () => running()),
      answer(200, { status: 'Succeeded' }),
    );
    await carryOut(exchange, DELETE, pause);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
  });

  test('honours Retry-After', async () => {
    const { exchange, pause, pauses } = scripted(
      started({ 'retry-after': '10' }),
      running({ 'retry-after': '3' }),
      answer(200, { status: 'succeeded' }),
    );
    await carryOut(exchange, DELETE, pause);
    expect(pauses).toEqual([10_000, 3_000]);
  });

  test('ends, though the operation does not', async () => {
    const { exchange, pause, pauses } = scripted(started(), running());
    expect(await carryOut(exchange, DELETE, pause)).toEqual({ kind: 'unfinished' });
    const waitedMs = pauses.reduce((sum, delayMs) => sum + delayMs, 0);
    expect(waitedMs).toBeGreaterThan(170_000);
    expect(waitedMs).toBeLessThan(190_000);
  });

  test('an operation that is forgotten says nothing about how it ended', async () => {
    const { exchange, pause } = scripted(started(), answer(404, { error: { code: 'NotFound' } }));
    expect(await carryOut(exchange, DELETE, pause)).toEqual({ kind: 'unfinished' });
  });

  test.each([
    [
      'failed with details',
      { status: 'Failed', error: { code: 'A', message: 'a', details: [{ code: 'B' }] } },
      ['A', 'B'],
    ],
    ['failed without an error', { status: 'Failed' }, ['Failed']],
    ['cancelled', { status: 'Canceled' }, ['Canceled']],
  ])('one that %s keeps its codes', async (_, body, codes) => {
    const { exchange, pause } = scripted(started(), answer(200, body));
    expect(await carryOut(exchange, PUT, pause)).toMatchObject({ kind: 'refused', refusal: { status: null, codes } });
  });
});

describe('without an operation', () => {
  const state = (provisioningState: string) => ({ properties: { provisioningState } });

  test('a DELETE is followed by Location, and 204 says that there was nothing', async () => {
    const accepted = answer(202, null, { location: '/result' });
    const { exchange, pause, addresses } = scripted(accepted, answer(202, null), answer(204, null));
    expect(await carryOut(exchange, DELETE, pause)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', '/result', '/result']);
    const nothing = scripted(answer(204, null));
    expect(await carryOut(nothing.exchange, DELETE, pause)).toEqual({ kind: 'absent' });
  });

  test('a PUT is followed by the state of the resource', async () => {
    const { exchange, pause, addresses } = scripted(answer(201, state('Updating')), answer(200, state('Succeeded')));
    expect(await carryOut(exchange, PUT, pause)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', '/x']);
    const failed = scripted(answer(200, state('Updating')), answer(200, state('Failed')));
    expect(await carryOut(failed.exchange, PUT, pause)).toMatchObject({ kind: 'refused' });
    const done = scripted(answer(200, state('Succeeded')));
    expect(await carryOut(done.exchange, PUT, pause)).toEqual({ kind: 'succeeded' });
  });
});
