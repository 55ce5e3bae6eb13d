import { expect, test } from 'vitest';
import { HttpRequest } from '@azure/functions';
import { findBody } from '../../functions/body.ts';

const CHUNK = new Uint8Array(65_536).fill(120);

/** A body that never ends, and how much of it was taken. */
function endless() {
  let pulled = 0;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        pulled += CHUNK.byteLength;
        controller.enqueue(CHUNK);
      },
      cancel: () => void (isCancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { stream, pulled: () => pulled, isCancelled: () => isCancelled };
}

const requestOf = (text: string, headers: Record<string, string> = {}) =>
  new HttpRequest({ method: 'POST', url: 'https://local/api/resync', headers, body: { string: text } });

test.each(['', '{"scope": "everything"}', 'straße “€” 😀'])('%j is read as it is', async (text) => {
  expect(await findBody(requestOf(text))).toBe(text);
});

test('a body is read up to its limit and no further', async () => {
  expect((await findBody(requestOf('€'.repeat(65_536))))?.length).toBe(65_536);
  expect(await findBody(requestOf('x'.repeat(262_145)))).toBeNull();
});

test('a length that is too long is believed', async () => {
  const { stream, pulled } = endless();
  expect(await findBody({ headers: new Headers({ 'content-length': '10000000' }), body: stream })).toBeNull();
  expect(pulled()).toBe(0);
});

test.each([{}, { 'content-length': '5' }, { 'content-length': 'many' }])(
  'a body without end is left alone after the longest that may be, with headers %j',
  async (headers) => {
    const { stream, pulled, isCancelled } = endless();
    expect(await findBody({ headers: new Headers(headers), body: stream })).toBeNull();
    expect(pulled()).toBeLessThanOrEqual(262_144 + 2 * CHUNK.byteLength);
    expect(isCancelled()).toBe(true);
  },
);
