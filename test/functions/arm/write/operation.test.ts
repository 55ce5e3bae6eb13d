import { describe, expect, test } from 'vitest';
import { CALLS } from '../../../../functions/arm/permissions.ts';
import type { Answer, Exchange, Request } from '../../../../functions/arm/traffic/wire.ts';
import { carryOut } from '../../../../functions/arm/write/operation.ts';
import { findAt } from '../../../../functions/json.ts';
import { Fault } from '../../../../shared/fault.ts';
import { operationAddressOf, pollsOf, recorded, toAnswer } from '../recorded.ts';

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
  return { hand: { exchange, pause, clock: { now: () => 0 }, endsAtMs: null }, addresses, pauses };
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
    const { hand, addresses } = scripted(response('tapconfig-put-create'), ...pollsOf('tapconfig-put-create'));
    expect(await carryOut(hand, PUT)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', operationAddressOf('tapconfig-put-create')]);
  });

  test('a PUT that changes nothing is followed, although it is answered with its final state', async () => {
    const { hand, addresses } = scripted(response('tapconfig-put-noop'), answer(200, { status: 'Succeeded' }));
    expect(await carryOut(hand, PUT)).toEqual({ kind: 'succeeded' });
    expect(addresses).toHaveLength(2);
  });

  test('a DELETE with both addresses follows that of the operation', async () => {
    const { hand, addresses } = scripted(response('tapconfig-delete'), ...pollsOf('tapconfig-delete'));
    expect(await carryOut(hand, DELETE)).toEqual({ kind: 'succeeded' });
    expect(addresses[1]).toBe(operationAddressOf('tapconfig-delete'));
  });

  test.each(['tapconfig-get-404', 'resource-404-gateway'])('%s is a refusal', async (name) => {
    const { hand } = scripted(response(name));
    expect(await carryOut(hand, PUT)).toMatchObject({ kind: 'refused', refusal: { status: 404 } });
  });
});

describe('waiting', () => {
  const started = (headers: Record<string, string> = {}) =>
    answer(202, null, { 'azure-asyncoperation': '/op', ...headers });

  test('backs off up to five seconds where nothing is said', async () => {
    const { hand, pauses } = scripted(
      started(),
      ...Array.from({ length: 5 }, () => running()),
      answer(200, { status: 'Succeeded' }),
    );
    await carryOut(hand, DELETE);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
  });

  test('honours Retry-After', async () => {
    const { hand, pauses } = scripted(
      started({ 'retry-after': '10' }),
      running({ 'retry-after': '3' }),
      answer(200, { status: 'succeeded' }),
    );
    await carryOut(hand, DELETE);
    expect(pauses).toEqual([10_000, 3_000]);
  });

  test('ends, though the operation does not', async () => {
    const { hand, pauses } = scripted(started(), running());
    expect(await carryOut(hand, DELETE)).toEqual({ kind: 'unfinished' });
    const waitedMs = pauses.reduce((sum, delayMs) => sum + delayMs, 0);
    expect(waitedMs).toBeGreaterThan(170_000);
    expect(waitedMs).toBeLessThan(190_000);
  });

  test('ends before the process does, and leaves it time for what follows', async () => {
    const { hand, pauses } = scripted(started(), running());
    expect(await carryOut({ ...hand, endsAtMs: 60_000 }, DELETE)).toEqual({ kind: 'unfinished' });
    const waitedMs = pauses.reduce((sum, delayMs) => sum + delayMs, 0);
    expect(waitedMs).toBeGreaterThan(40_000);
    expect(waitedMs).toBeLessThanOrEqual(50_000);
  });

  const tap = { properties: { provisioningState: 'Succeeded', virtualNetworkTap: { id: '/Tap' } } };
  const wished: Request = { ...PUT, body: { properties: { virtualNetworkTap: { id: '/tap' } } } };
  const forgotten = answer(404, { error: { code: 'NotFound' } });

  test.each([
    ['written', wished, answer(200, tap), 'succeeded'],
    ['written by another', wished, answer(200, { properties: { virtualNetworkTap: { id: '/other' } } }), 'unfinished'],
    ['written and deleted', wished, forgotten, 'unfinished'],
    ['not to be seen', wished, answer(403, null), 'unfinished'],
    ['half written', wished, answer(200, { properties: { provisioningState: 'Failed' } }), 'refused'],
    ['deleted', DELETE, forgotten, 'succeeded'],
    ['not deleted', DELETE, answer(200, tap), 'unfinished'],
  ])('the resource says what became of an operation that is forgotten: %s', async (_, request, resource, kind) => {
    const { hand, addresses } = scripted(started(), forgotten, resource);
    expect(await carryOut(hand, request)).toMatchObject({ kind });
    expect(addresses).toEqual(['/x', '/op', '/x']);
  });

  test('a permission to ask for operations is not needed', async () => {
    const { hand } = scripted(started(), answer(403, { error: { code: 'AuthorizationFailed' } }), answer(200, tap));
    expect(await carryOut(hand, wished)).toEqual({ kind: 'succeeded' });
  });

  test.each([408, 429, 500, 503])('%s says nothing of the operation: it is asked for again', async (status) => {
    const { hand, addresses } = scripted(started(), answer(status, null), answer(200, { status: 'Succeeded' }));
    expect(await carryOut(hand, PUT)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', '/op', '/op']);
  });

  test('what was accepted goes on although nobody answers', async () => {
    let calls = 0;
    const exchange: Exchange = async () => {
      calls += 1;
      if (calls === 1) return started();
      if (calls < 4) throw new Fault(calls === 2 ? 'unreachable' : 'throttled', 'nobody answers');
      return answer(200, { status: 'Succeeded' });
    };
    const hand = { exchange, pause: async () => undefined, clock: { now: () => 0 }, endsAtMs: null };
    expect(await carryOut(hand, PUT)).toEqual({ kind: 'succeeded' });
  });

  test('an address of another host is not followed, but the resource is asked', async () => {
    const asked: string[] = [];
    const exchange: Exchange = async ({ address }) => {
      asked.push(address);
      if (address === '/op') throw new Fault('unexpected', 'another host');
      return asked.length === 1 ? started() : answer(200, tap);
    };
    const hand = { exchange, pause: async () => undefined, clock: { now: () => 0 }, endsAtMs: null };
    expect(await carryOut(hand, wished)).toEqual({ kind: 'succeeded' });
    expect(asked).toEqual(['/x', '/op', '/x']);
  });

  test('a date is waited for as long as it is after the answer', async () => {
    const headers = { date: 'Wed, 01 Jan 2025 00:00:00 GMT', 'retry-after': 'Wed, 01 Jan 2025 00:00:07 GMT' };
    const { hand, pauses } = scripted(started(headers), answer(200, { status: 'Succeeded' }));
    await carryOut(hand, PUT);
    expect(pauses).toEqual([7_000]);
  });

  test('no wait is begun that would last too long', async () => {
    const { hand, pauses } = scripted(started({ 'retry-after': '600' }));
    expect(await carryOut(hand, PUT)).toEqual({ kind: 'unfinished' });
    expect(pauses).toEqual([]);
  });

  test('the time that answers take counts', async () => {
    let nowMs = 0;
    const { hand, addresses } = scripted(started(), running());
    const exchange: Exchange = async (request) => {
      nowMs += 60_000;
      return hand.exchange(request);
    };
    expect(await carryOut({ ...hand, exchange, clock: { now: () => nowMs } }, PUT)).toEqual({ kind: 'unfinished' });
    expect(addresses.length).toBeLessThan(6);
  });

  test.each([
    [
      'failed with details',
      { status: 'Failed', error: { code: 'A', message: 'a', details: [{ code: 'B' }] } },
      ['A', 'B'],
    ],
    ['failed without an error', { status: 'Failed' }, ['Failed']],
    ['cancelled', { status: 'Canceled' }, ['Canceled']],
    ['cancelled, in English', { status: 'Cancelled' }, ['Canceled']],
    ['failed with an error within', { status: 'Failed', properties: { error: { code: 'C' } } }, ['C']],
  ])('one that %s keeps its codes', async (_, body, codes) => {
    const { hand } = scripted(started(), answer(200, body));
    expect(await carryOut(hand, PUT)).toMatchObject({
      kind: 'refused',
      refusal: { phase: 'operation', status: null, codes },
    });
  });
});

describe('without an operation', () => {
  const state = (provisioningState: string) => ({ properties: { provisioningState } });

  test.each([200, 204])('a DELETE is over when it is answered with %s', async (status) => {
    const { hand, addresses } = scripted(answer(status, null));
    expect(await carryOut(hand, DELETE)).toEqual({ kind: status === 204 ? 'absent' : 'succeeded' });
    expect(addresses).toEqual(['/x']);
  });

  test('a DELETE that is accepted and no more is over when there is nothing', async () => {
    const { hand } = scripted(answer(202, null), answer(200, state('Deleting')), answer(404, null));
    expect(await carryOut(hand, DELETE)).toEqual({ kind: 'succeeded' });
  });

  test('a PUT that is accepted and no more is over when the resource says so', async () => {
    const { hand, addresses } = scripted(
      answer(202, null),
      answer(200, state('Updating')),
      answer(200, state('Succeeded')),
    );
    expect(await carryOut(hand, { ...PUT, body: state('') })).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', '/x', '/x']);
  });

  test('Location is the address of a result only where there is none yet', async () => {
    const { hand, addresses } = scripted(answer(201, state('Succeeded'), { location: '/resource' }));
    expect(await carryOut(hand, PUT)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x']);
  });

  test.each([
    ['an error', answer(400, { error: { code: 'A', details: [{ code: 'B' }] } }), ['A', 'B']],
    ['a state', answer(200, { status: 'Failed', error: { code: 'C' } }), ['C']],
    ['a resource', answer(200, state('Failed')), ['Failed']],
  ])('a result that is %s keeps its codes', async (_, result, codes) => {
    const { hand } = scripted(answer(202, null, { location: '/result' }), result);
    const ending = await carryOut(hand, PUT);
    expect(ending).toMatchObject({ kind: 'refused', refusal: { phase: 'operation', codes } });
  });

  test('a DELETE is followed by Location, and 204 says that there was nothing', async () => {
    const accepted = answer(202, null, { location: '/result' });
    const { hand, addresses } = scripted(accepted, answer(202, null), answer(204, null));
    expect(await carryOut(hand, DELETE)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', '/result', '/result']);
    const nothing = scripted(answer(204, null));
    expect(await carryOut(nothing.hand, DELETE)).toEqual({ kind: 'absent' });
  });

  test('a PUT is followed by the state of the resource', async () => {
    const { hand, addresses } = scripted(answer(201, state('Updating')), answer(200, state('Succeeded')));
    expect(await carryOut(hand, PUT)).toEqual({ kind: 'succeeded' });
    expect(addresses).toEqual(['/x', '/x']);
    const failed = scripted(answer(200, state('Updating')), answer(200, state('Failed')));
    expect(await carryOut(failed.hand, PUT)).toMatchObject({ kind: 'refused' });
    const done = scripted(answer(200, state('Succeeded')));
    expect(await carryOut(done.hand, PUT)).toEqual({ kind: 'succeeded' });
  });
});
