import { inspect } from 'node:util';
import { createHttpHeaders, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import { afterEach, expect, test, vi } from 'vitest';
import { CALLS } from '../../../../functions/arm/permissions.ts';
import { createExchange } from '../../../../functions/arm/traffic/exchange.ts';
import { carryOut } from '../../../../functions/arm/write/operation.ts';
import { Fault } from '../../../../shared/fault.ts';

// What the SDKs log is decided when they are loaded.
vi.hoisted(() => {
  process.env['AZURE_LOG_LEVEL'] = 'verbose';
});

const ENDPOINT = 'https://management.azure.com';
const OPERATION = `${ENDPOINT}/subscriptions/s/providers/Microsoft.Network/locations/eastus/operations/1`;
const SIGNED = `${OPERATION}?api-version=2025-05-01&t=1&c=certificate-text&s=signature-text&h=hash-text`;
const SECRETS = ['certificate-text', 'signature-text', 'hash-text', 'token-text'];

const credential = { getToken: async () => ({ token: 'token-text', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const put = { call: CALLS.putTapConfiguration, address: '/subscriptions/s/nic/x', body: {} };
const poll = { call: CALLS.getOperation, address: SIGNED, body: null };

const over = (sendRequest: HttpClient['sendRequest']) =>
  createExchange({ credential, endpoint: ENDPOINT, httpClient: { sendRequest } });

const reveals = (text: string): readonly string[] => SECRETS.filter((secret) => text.includes(secret));

const told: string[] = [];
const listen = (): void => {
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told.push(String(text));
    return true;
  });
};
afterEach(() => {
  vi.restoreAllMocks();
  told.length = 0;
});

test('the most talkative log of the SDK tells nothing of the signature of an operation or of the token', async () => {
  listen();
  const exchange = over(async (request) => {
    const isPoll = request.url.includes('/operations/');
    const headers = createHttpHeaders({
      'content-type': 'application/json',
      ...(isPoll ? {} : { 'azure-asyncoperation': SIGNED, location: SIGNED }),
    });
    return { request, status: isPoll ? 200 : 202, headers, bodyAsText: isPoll ? '{"status":"Succeeded"}' : '' };
  });
  const hand = { exchange, pause: async () => undefined, clock: { now: () => 0 }, endsAtMs: null };
  expect(await carryOut(hand, put)).toEqual({ kind: 'succeeded' });
  expect(reveals(told.join(''))).toEqual([]);
});

test.each([
  ['a connection that breaks', { code: 'ECONNRESET' }, 'unreachable'],
  ['an answer that is no JSON', { code: 'PARSE_ERROR' }, 'unreachable'],
  ['nobody who can sign in', { name: 'AuthenticationError' }, 'denied'],
])(
  'a fault of %s shows nothing of it, nor does anything behind it',
  async (_, { name, code }: { name?: string; code?: string }, fault) => {
    listen();
    const exchange = over(async (request) => {
      const error = new RestError(`sending ${SIGNED} with token-text`, {
        ...(code === undefined ? {} : { code }),
        request,
      });
      throw name === undefined ? error : Object.assign(error, { name });
    });
    const thrown: unknown = await exchange(poll).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: fault });
    expect(thrown instanceof Fault ? thrown.message : '').toContain('/locations/eastus/operations/1');
    expect(reveals(inspect(thrown, { depth: 20, showHidden: true }))).toEqual([]);
  },
);
