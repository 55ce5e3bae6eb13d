import { createHttpHeaders, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import { expect, test } from 'vitest';
import { CALLS, needsOf, permissionsOn } from '../../../../functions/arm/permissions.ts';
import { readAll } from '../../../../functions/arm/read/pages.ts';
import { createExchange } from '../../../../functions/arm/traffic/exchange.ts';
import { withPatience } from '../../../../functions/arm/traffic/patience.ts';
import type { Request } from '../../../../functions/arm/traffic/wire.ts';
import { Fault } from '../../../../shared/fault.ts';

const ENDPOINT = 'https://management.azure.com';
const credential = { getToken: async () => ({ token: 'secret-token', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const LIST: Request = { call: CALLS.listInterfaces, address: '/subscriptions/s/list', body: null };

/** The pipeline over a wire that answers as told, and the addresses that it sent to. */
function wired(answer: (url: string) => { status: number; body: string }) {
  const urls: string[] = [];
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      urls.push(request.url);
      const { status, body } = answer(request.url);
      return { request, status, headers: createHttpHeaders({ 'content-type': 'application/json' }), bodyAsText: body };
    },
  };
  return { urls, exchange: createExchange({ credential, endpoint: ENDPOINT, httpClient }) };
}

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const thrown: unknown = await work.catch((error: unknown) => error);
  if (!(thrown instanceof Fault)) throw new Error('it threw no fault', { cause: thrown });
  return thrown;
};

test('sends the pinned API version, and follows an address as it is', async () => {
  const next = `${ENDPOINT}/subscriptions/s/list?api-version=1&$skipToken=a%2Fb+c&sig=Zm9v/=`;
  const { urls, exchange } = wired((url) => ({
    status: 200,
    body: JSON.stringify(url === next ? { value: [2] } : { value: [1], nextLink: next }),
  }));
  expect(await readAll(exchange, LIST.call, LIST.address)).toEqual({ kind: 'found', bodies: [1, 2] });
  expect(urls).toEqual([`${ENDPOINT}/subscriptions/s/list?api-version=2025-05-01`, next]);
});

test.each(['https://evil.example.com/x?y', 'http://management.azure.com/x', 'https://management.azure.com.evil.com/'])(
  'a token is not taken to %s',
  async (nextLink) => {
    const { urls, exchange } = wired(() => ({ status: 200, body: JSON.stringify({ value: [], nextLink }) }));
    expect(await readAll(exchange, LIST.call, LIST.address)).toMatchObject({ kind: 'unread' });
    expect(urls).toHaveLength(1);
  },
);

test('pages that lead in a circle are not read for ever', async () => {
  const nextLink = `${ENDPOINT}/again`;
  const { urls, exchange } = wired(() => ({ status: 200, body: JSON.stringify({ value: [1], nextLink }) }));
  expect(await readAll(exchange, LIST.call, LIST.address)).toMatchObject({ kind: 'unread' });
  expect(urls).toHaveLength(2);
});

test('an answer that is no JSON is not repeated in the message', async () => {
  const { exchange } = wired(() => ({ status: 200, body: '<html>private</html>' }));
  const fault = await faultOf(exchange(LIST));
  expect(fault.message).not.toContain('private');
});

test('the query of an operation, which is signed, is in no message', async () => {
  const address = `${ENDPOINT}/subscriptions/s/operations/1?t=1&c=certificate&s=signature`;
  const { exchange } = wired((url) => {
    throw new RestError(`connect ECONNREFUSED ${url}`, { code: 'ECONNREFUSED' });
  });
  const fault = await faultOf(exchange({ call: CALLS.getOperation, address, body: null }));
  expect(fault).toMatchObject({ code: 'unreachable' });
  expect(fault.message).toContain('/subscriptions/s/operations/1: ECONNREFUSED');
  expect(fault.message).not.toContain('signature');
});

test('no request waits for ever', async () => {
  const timeouts: number[] = [];
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      timeouts.push(request.timeout);
      return { request, status: 200, headers: createHttpHeaders(), bodyAsText: '{}' };
    },
  };
  const exchange = createExchange({ credential, endpoint: ENDPOINT, httpClient });
  await exchange(LIST);
  await exchange({ call: CALLS.putTapConfiguration, address: '/x', body: {} });
  expect(timeouts).toEqual([30_000, 30_000]);
});

test('nobody signed in is denied, with what to do', async () => {
  const error = Object.assign(new Error('tenant and secrets'), { name: 'CredentialUnavailableError' });
  const nobody = { getToken: () => Promise.reject(error) };
  const fault = await faultOf(createExchange({ credential: nobody, endpoint: ENDPOINT, httpClient: null })(LIST));
  expect(fault.code).toBe('denied');
  expect(fault.message).toMatch(/listing the interfaces of \/subscriptions\/s\/list.*az login/);
  expect(fault.message).not.toContain('secrets');
});

test('no answer is asked for again three times', async () => {
  let times = 0;
  const pauses: number[] = [];
  const { exchange } = wired(() => {
    times += 1;
    throw new RestError('reset', { code: 'ECONNRESET' });
  });
  const patient = withPatience(exchange, async (delayMs) => void pauses.push(delayMs));
  expect((await faultOf(patient(LIST))).code).toBe('unreachable');
  expect(times).toBe(4);
  expect(pauses).toEqual([500, 1000, 2000]);
});

test('every call names its permissions, and writes are on TAP configurations only', () => {
  for (const call of Object.values(CALLS)) expect(needsOf(call).length).toBeGreaterThan(0);
  const isWrite = (permission: string): boolean => /\/(write|delete|action)$/.test(permission);
  expect(permissionsOn('source').filter(isWrite)).toEqual([
    'Microsoft.Network/networkInterfaces/tapConfigurations/delete',
    'Microsoft.Network/networkInterfaces/tapConfigurations/write',
  ]);
  expect(permissionsOn('tap').filter(isWrite)).toEqual(['Microsoft.Network/virtualNetworkTaps/join/action']);
});
