import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlobServiceClient, type ContainerClient, type RestError } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../../functions/compose.ts';
import type { Credential } from '../../../functions/arm/traffic/exchange.ts';
import { blobPlace } from '../../../functions/rules/blob.ts';
import { sha256 } from '../../../functions/sha256.ts';
import { type Storage, startStorage } from '../../../local/azure/storage.ts';
import { Fault } from '../../../shared/fault.ts';
import type { RulesSource } from '../../../shared/ports.ts';
import { ASKED_EVERY_MS, MOST_BYTES, rulesAt } from '../../../shared/rules-source.ts';
import { type Front, startFront } from '../front.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
const toRules = (owner: string): string => `version: 1\nowner: ${owner}\n`;

const TOKEN = 'right';

let storage: Storage;
let account: BlobServiceClient;
let container: ContainerClient;
let gate: Server;
let front: Front;
let pausesMs: number[];
let nowMs: number;

beforeAll(async () => {
  storage = await startStorage();
  account = BlobServiceClient.fromConnectionString(storage.connectionString);
  container = account.getContainerClient('rules');
  await container.create();
  gate = await startGate();
});
afterAll(async () => {
  gate.closeAllConnections();
  await new Promise((resolve) => gate.close(resolve));
  await storage.stop();
});
beforeEach(async () => {
  nowMs = 0;
  pausesMs = [];
  front = await startFront(behind());
});
afterEach(() => front.stop());

/** Answers what the local storage, which knows no tokens, says to its own client. */
async function answer(response: ServerResponse, path: string, ifNoneMatch: string | undefined): Promise<void> {
  const [, containerName = '', ...rest] = decodeURIComponent(path).split('/');
  const blob = account.getContainerClient(containerName).getBlobClient(rest.join('/'));
  const conditions = ifNoneMatch === undefined ? {} : { ifNoneMatch };
  try {
    const { etag = '', readableStreamBody } = await blob.download(0, undefined, { conditions });
    response.writeHead(200, { etag });
    readableStreamBody?.pipe(response);
  } catch (thrown) {
    const { statusCode = 500, code } = thrown as RestError;
    response.writeHead(statusCode, code === undefined ? {} : { 'x-ms-error-code': code }).end();
  }
}

/** Lets in who has the token, as storage does. */
async function startGate(): Promise<Server> {
  const server = createServer((request, response) => {
    const { authorization, 'x-ms-version': version = '', 'if-none-match': tag } = request.headers;
    if (authorization !== `Bearer ${TOKEN}` || String(version) < '2017-11-09') {
      response.writeHead(401, { 'x-ms-error-code': 'InvalidAuthenticationInfo' }).end();
      return;
    }
    void answer(response, request.url ?? '', tag);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const behind = (): string => `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;

/** A clock by which everything that is remembered is old. */
const clock = { now: () => (nowMs += ASKED_EVERY_MS) };
const pause = async (delayMs: number): Promise<void> => void pausesMs.push(delayMs);
const nobody = { getToken: () => Promise.reject(new Fault('denied', 'nobody is signed in')) };
const having = (token: string): Credential => ({
  getToken: async () => ({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
});

const put = (text: string | Buffer, name = 'tapkeeper.yaml') =>
  container.getBlockBlobClient(name).uploadData(Buffer.from(text));

/** The rules of a blob as a function app reads them, but for the address, which is one on this machine. */
function rulesOf(name = 'tapkeeper.yaml', credential = having(TOKEN)): RulesSource {
  const url = new URL(`${front.endpoint}/rules/${name}`);
  return rulesAt(blobPlace({ url, credential, pause }), { clock, hash: sha256 });
}

/** What loading was refused with. */
const refusalOf = (rules: RulesSource): Promise<unknown> =>
  rules.load().then(
    () => Promise.reject(new Error('it was not refused')),
    (thrown: unknown) => thrown,
  );

const refused = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words) as string });
const answerWith = (status: number, code: string | null) =>
  front.answer(() => ({ status, headers: code === null ? {} : { 'x-ms-error-code': code }, body: '' }));

describe('rules in a blob', () => {
  test('are sent once, and again when they have changed', async () => {
    await put(toRules('soc'));
    const rules = rulesOf();
    const first = await rules.load();
    expect(first.config.owner).toBe('soc');
    expect(await rules.load()).toBe(first);
    await put(toRules('noc'));
    expect((await rules.load()).config.owner).toBe('noc');
    expect(front.passed.map(({ status, bytes }) => [status, bytes])).toEqual([
      [200, toRules('soc').length],
      [304, 0],
      [200, toRules('noc').length],
    ]);
  });

  test('have any name', async () => {
    await put(toRules('soc'), 'a b/käse.yaml');
    expect((await rulesOf('a%20b/k%C3%A4se.yaml').load()).config.owner).toBe('soc');
  });

  test('that are missing are no empty set of rules, nor the ones before', async () => {
    await put(toRules('soc'), 'gone.yaml');
    const rules = rulesOf('gone.yaml');
    await rules.load();
    await container.deleteBlob('gone.yaml');
    expect(await refusalOf(rules)).toMatchObject(
      refused('config-invalid', /rules\/gone\.yaml: 404 BlobNotFound; .*put the rules there/),
    );
    expect(await refusalOf(rulesOf('../nowhere/key'))).toMatchObject(
      refused('config-invalid', /nowhere\/key: 404 ContainerNotFound; there is no such container/),
    );
  });

  test('that are invalid, no YAML, no text, empty or too large are refused', async () => {
    const rules = rulesOf();
    await put('version: 1\nowner: SOC!\n');
    expect(await refusalOf(rules)).toMatchObject(refused('config-invalid', /tapkeeper\.yaml:2:/));
    expect(await refusalOf(rules)).toMatchObject(refused('config-invalid', /tapkeeper\.yaml:2:/));
    expect(front.passed.map(({ status }) => status)).toEqual([200, 304]);
    await put('rules: [');
    expect(await refusalOf(rules)).toMatchObject(refused('config-invalid', /tapkeeper\.yaml:1:/));
    await put(Buffer.from([0x1f, 0x8b, 8]));
    expect(await refusalOf(rules)).toMatchObject(refused('config-invalid', /no text in UTF-8/));
    await put('');
    expect(await refusalOf(rules)).toMatchObject(refused('config-invalid', /tapkeeper\.yaml/));
    await put(Buffer.alloc(MOST_BYTES + 1, ' '));
    expect(await refusalOf(rules)).toMatchObject(refused('config-invalid', /larger than 1048576 bytes/));
    await put(toRules('soc'));
    expect((await rules.load()).config.owner).toBe('soc');
  });

  test.each([
    [403, 'AuthorizationPermissionMismatch', 'config-invalid', /grant the identity .* Storage Blob Data Reader/],
    [403, 'AuthorizationFailure', 'config-invalid', /firewall/],
    [401, 'InvalidAuthenticationInfo', 'config-invalid', /grant the identity/],
    [409, 'BlobArchived', 'config-invalid', /archived/],
    [503, 'ServerBusy', 'throttled', /503 ServerBusy; it is tried again/],
    [429, null, 'throttled', /429; it is tried again/],
    [500, 'InternalError', 'unreachable', /500 InternalError; it is tried again/],
  ])('that are refused with %s %s', async (status, code, fault, words) => {
    answerWith(status, code);
    expect(await refusalOf(rulesOf())).toMatchObject(refused(fault, words));
  });

  test('that storage is too busy for are asked for once more', async () => {
    await put(toRules('soc'));
    let isBusy = true;
    front.answer(() => {
      if (!isBusy) return null;
      isBusy = false;
      return { status: 503, headers: { 'x-ms-error-code': 'ServerBusy' }, body: '' };
    });
    expect((await rulesOf().load()).config.owner).toBe('soc');
    expect(pausesMs).toEqual([500]);
  });

  test('that nobody answers for are not the ones before', async () => {
    await put(toRules('soc'));
    const rules = rulesOf();
    await rules.load();
    await front.stop();
    expect(await refusalOf(rules)).toMatchObject(refused('unreachable', /no answer \(ECONNREFUSED\); .*tried again/));
    front = await startFront(behind(), Number(new URL(front.endpoint).port));
    expect((await rules.load()).config.owner).toBe('soc');
    expect(front.passed.map(({ status }) => status)).toEqual([304]);
  });

  test('that are elsewhere are not followed with a token', async () => {
    front.answer(() => ({ status: 302, headers: { location: `${front.endpoint}/elsewhere` }, body: '' }));
    expect(await refusalOf(rulesOf())).toMatchObject({ code: 'unreachable' });
    expect(front.passed.every(({ path }) => path.includes('tapkeeper.yaml'))).toBe(true);
  });
});

describe('the token', () => {
  test('is one for storage, and is not repeated when it is refused', async () => {
    await put(toRules('soc'));
    const asked: unknown[] = [];
    const asking = (token: string): Credential => ({
      getToken: (scope) => {
        asked.push(scope);
        return having(token).getToken(scope);
      },
    });
    expect((await rulesOf('tapkeeper.yaml', asking(TOKEN)).load()).config.owner).toBe('soc');
    const thrown = await refusalOf(rulesOf('tapkeeper.yaml', asking('s3cret')));
    expect(thrown).toMatchObject(refused('config-invalid', /401 InvalidAuthenticationInfo; grant the identity/));
    expect(JSON.stringify(thrown)).not.toContain('s3cret');
    expect(new Set(asked)).toEqual(new Set(['https://storage.azure.com/.default']));
  });

  test('that nobody gives is a fault of who gives tokens', async () => {
    const env = {
      TAPKEEPER_SUBSCRIPTIONS: SUBSCRIPTION,
      TAPKEEPER_RULES: 'https://account.blob.core.windows.net/rules/tapkeeper.yaml',
    };
    const { rules } = compose(env, { credential: nobody, clock, pause });
    expect(await refusalOf(rules)).toMatchObject({ code: 'denied', message: 'nobody is signed in' });
  });

  test('of a person who is not signed in is told as that, without what names the person', async () => {
    const thrown = Object.assign(new Error('alice@example.org has no token'), { name: 'CredentialUnavailableError' });
    const rules = rulesOf('tapkeeper.yaml', { getToken: () => Promise.reject(thrown) });
    const fault = await refusalOf(rules);
    expect(fault).toMatchObject(refused('denied', /^getting a token for storage: CredentialUnavailableError; sign in/));
    expect((fault as Fault).message).not.toContain('alice');
    expect(front.passed).toEqual([]);
  });
});
