import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Page, startPage } from '../../../local/page/server.ts';

let page: Page;
let acted: unknown[];
let viewed: number;

beforeEach(async () => {
  acted = [];
  viewed = 0;
  page = await startPage({
    port: 0,
    token: 'the-token',
    state: () => '{"seen":"last"}',
    freshState: () => Promise.resolve('{"seen":"now"}'),
    viewed: () => (viewed += 1),
    act: async (action) => {
      acted.push(action);
      if (action === 'fail') throw new Error('EC2 said no');
      return { kind: 'done', text: 'Done.', html: null };
    },
  });
});
afterEach(() => page.stop());

const post = (headers: Record<string, string>, body = '{"kind":"sweep"}'): Promise<Response> =>
  fetch(`${page.url}actions`, { method: 'POST', headers, body });

describe('the page', () => {
  test('is one document that loads nothing from anywhere and runs only its own script', async () => {
    const response = await fetch(page.url);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(html).toContain('content="the-token"');
    expect(html).not.toMatch(/\/\* (?:style|script) \*\//);
  });

  test('listens on loopback only, and answers to its own name only', async () => {
    expect(new URL(page.url).hostname).toBe('127.0.0.1');
    expect(await statusFor('evil.example')).toBe(403);
    expect(await statusFor(`localhost:${new URL(page.url).port}`)).toBe(200);
  });

  test('gives the state as it is now', async () => {
    expect(await (await fetch(`${page.url}state`)).json()).toEqual({ seen: 'now' });
  });

  test('streams the state to whoever looks, first what was seen last, then every change', async () => {
    const response = await fetch(`${page.url}events`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? '';
    expect(text).toContain('data: {"seen":"last"}\n\n');
    expect([viewed, page.viewers()]).toEqual([1, 1]);
    page.send('{"seen":"changed"}');
    text = (await reader?.read())?.value ?? '';
    expect(text).toBe('data: {"seen":"changed"}\n\n');
    await reader?.cancel();
  });
});

describe('an action', () => {
  test('is carried out for our own page', async () => {
    const response = await post({ 'x-tapkeeper-token': 'the-token', origin: page.url.slice(0, -1) });
    expect(await response.json()).toEqual({ kind: 'done', text: 'Done.', html: null });
    expect(acted).toEqual([{ kind: 'sweep' }]);
  });

  test.each([
    ['without the token', {}],
    ['with another token', { 'x-tapkeeper-token': 'the-tokem' }],
    ['from another origin', { 'x-tapkeeper-token': 'the-token', origin: 'http://evil.example' }],
    ['from another port of this machine', { 'x-tapkeeper-token': 'the-token', origin: 'http://127.0.0.1:1' }],
    ['from a sandboxed page', { 'x-tapkeeper-token': 'the-token', origin: 'null' }],
  ])('is refused %s', async (_case, headers) => {
    expect((await post(headers)).status).toBe(403);
    expect(acted).toEqual([]);
  });

  test.each([
    ['not JSON', '{'],
    ['too long', JSON.stringify('x'.repeat(20_000))],
  ])('is refused when it is %s', async (_case, body) => {
    expect((await post({ 'x-tapkeeper-token': 'the-token' }, body)).status).toBe(400);
    expect(acted).toEqual([]);
  });

  test('that fails says what the cloud said', async () => {
    const response = await post({ 'x-tapkeeper-token': 'the-token' }, '"fail"');
    expect(await response.json()).toEqual({ kind: 'refused', text: 'EC2 said no', html: null });
  });
});

test('a port that is taken is named', async () => {
  const port = Number(new URL(page.url).port);
  const second = startPage({
    port,
    token: '',
    state: () => '',
    freshState: () => Promise.resolve(''),
    viewed: () => undefined,
    act: () => Promise.reject(new Error('nobody acts')),
  });
  await expect(second).rejects.toThrow(`127.0.0.1:${port}: the port is taken`);
});

const statusFor = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(page.url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
