import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpHeaders } from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createExchange, type HttpClient } from '../../functions/arm/traffic/exchange.ts';
import { CALLS } from '../../functions/arm/permissions.ts';
import { createManagedIdentity } from '../../functions/managed-identity.ts';

const asked: { url: string | undefined; secret: unknown }[] = [];
let answer = { status: 200, body: '' };
let server: Server;
let endpoint: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url, secret: request.headers['x-identity-header'] });
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const SCOPE = 'https://management.azure.com/.default';
const NOW_MS = Date.parse('2026-01-02T00:00:00Z');
let nowMs = NOW_MS;
const clock = { now: () => nowMs };
const newIdentity = () => createManagedIdentity(env(), clock);
const tokenFor = (name: string, seconds: number) => ({
  status: 200,
  body: JSON.stringify({ access_token: name, expires_on: String(nowMs / 1000 + seconds) }),
});
beforeEach(() => {
  asked.length = 0;
  nowMs = NOW_MS;
});

const env = () => ({ IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: 'header', AZURE_CLIENT_ID: 'client' });

test('one request gets a token', async () => {
  answer = { status: 200, body: JSON.stringify({ access_token: 'abc', expires_on: '1800000000' }) };
  expect(await newIdentity().getToken([SCOPE])).toEqual({
    token: 'abc',
    expiresOnTimestamp: 1_800_000_000_000,
  });
  expect(asked).toEqual([
    {
      url: '/msi/token?resource=https%3A%2F%2Fmanagement.azure.com&api-version=2019-08-01&client_id=client',
      secret: 'header',
    },
  ]);
});

test.each([
  [400, '{"statusCode":400,"message":"private"}'],
  [200, 'not JSON, private'],
])('%s %s is denied, and not repeated', async (status, body) => {
  answer = { status, body };
  const thrown = await newIdentity()
    .getToken(SCOPE)
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'denied', message: expect.not.stringContaining('private') as string });
});

test.each([
  [429, 'throttled'],
  [500, 'unreachable'],
  [503, 'unreachable'],
])('%s is %s: the identity is there, and the next try may get a token', async (status, code) => {
  answer = { status, body: 'private' };
  const thrown = await newIdentity()
    .getToken(SCOPE)
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code, message: expect.stringContaining(`status ${status}`) as string });
  expect(thrown).toMatchObject({ message: expect.not.stringMatching(/private|assign/) as string });
});

test('an endpoint that does not answer is unreachable', async () => {
  const gone = { ...env(), IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token' };
  await expect(createManagedIdentity(gone, clock).getToken(SCOPE)).rejects.toMatchObject({ code: 'unreachable' });
});

test('an app without an identity is told to have one', async () => {
  await expect(createManagedIdentity({}, clock).getToken(SCOPE)).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('assign it one') as string,
  });
});

const tokensOf = async (identity: ReturnType<typeof newIdentity>, ...options: { claims: string }[]) =>
  (await identity.getToken(SCOPE, options[0]))?.token;

test('a token is kept until shortly before it expires, and shared by all who ask at once', async () => {
  const identity = newIdentity();
  answer = tokenFor('first', 3600);
  expect(await Promise.all([tokensOf(identity), tokensOf(identity)])).toEqual(['first', 'first']);
  answer = tokenFor('second', 7200);
  nowMs += 3_299_000;
  expect(await tokensOf(identity)).toBe('first');
  nowMs += 1_000;
  expect(await tokensOf(identity)).toBe('second');
  expect(asked).toHaveLength(2);
});

test('a token that was refused is asked for again, and each resource has its own', async () => {
  const identity = newIdentity();
  answer = tokenFor('first', 3600);
  await tokensOf(identity);
  answer = tokenFor('second', 3600);
  expect(await tokensOf(identity, { claims: 'revoked' })).toBe('second');
  expect(await tokensOf(identity)).toBe('second');
  await identity.getToken('https://storage.azure.com/.default');
  expect(asked).toHaveLength(3);
});

test('a failure is not kept', async () => {
  const identity = newIdentity();
  answer = { status: 500, body: '' };
  await expect(tokensOf(identity)).rejects.toMatchObject({ code: 'unreachable' });
  answer = tokenFor('first', 3600);
  expect(await tokensOf(identity)).toBe('first');
});

test("the SDK's clients send it, ask once for all their requests, and again when it has expired", async () => {
  nowMs = Date.now();
  const bearers: (string | undefined)[] = [];
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      bearers.push(request.headers.get('authorization'));
      return {
        request,
        status: 200,
        headers: createHttpHeaders({ 'content-type': 'application/json' }),
        bodyAsText: '{}',
      };
    },
  };
  const exchange = createExchange({ credential: newIdentity(), endpoint: 'https://management.azure.com', httpClient });
  const address = '/subscriptions/s/providers/Microsoft.Network/networkInterfaces';
  const send = () =>
    Promise.all([CALLS.listInterfaces, CALLS.listMachines].map((call) => exchange({ call, address, body: null })));
  answer = tokenFor('expired', 0);
  await send();
  answer = tokenFor('fresh', 3600);
  asked.length = 0;
  await send();
  await send();
  expect(bearers).toEqual([...Array<string>(2).fill('Bearer expired'), ...Array<string>(4).fill('Bearer fresh')]);
  expect(asked).toHaveLength(1);
});

test('an endpoint that does not answer is unreachable, and asked again by the next who needs a token', async () => {
  let asks = 0;
  const silent = createServer(() => void (asks += 1));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const identity = createManagedIdentity({ IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token` }, clock, 50);

  await expect(identity.getToken(SCOPE)).rejects.toMatchObject({ code: 'unreachable' });
  await expect(identity.getToken(SCOPE)).rejects.toMatchObject({ code: 'unreachable' });

  expect(asks).toBe(2);
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});
