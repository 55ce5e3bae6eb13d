import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
const env = () => ({ IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: 'header', AZURE_CLIENT_ID: 'client' });

test('one request gets a token', async () => {
  answer = { status: 200, body: JSON.stringify({ access_token: 'abc', expires_on: '1800000000' }) };
  expect(await createManagedIdentity(env()).getToken([SCOPE])).toEqual({
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
  const thrown = await createManagedIdentity(env())
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
  const thrown = await createManagedIdentity(env())
    .getToken(SCOPE)
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code, message: expect.stringContaining(`status ${status}`) as string });
  expect(thrown).toMatchObject({ message: expect.not.stringMatching(/private|assign/) as string });
});

test('an endpoint that does not answer is unreachable', async () => {
  const gone = { ...env(), IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token' };
  await expect(createManagedIdentity(gone).getToken(SCOPE)).rejects.toMatchObject({ code: 'unreachable' });
});

test('an app without an identity is told to have one', async () => {
  await expect(createManagedIdentity({}).getToken(SCOPE)).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('assign it one') as string,
  });
});
