import type { ServerResponse } from 'node:http';
import type { LocalClock } from '../clock.ts';
import type { Answer } from './answer.ts';
import type { Mishap } from './mishaps.ts';

const PROXY_PAGE = '<html><body>502 Bad Gateway</body></html>';

const waitFor = (clock: LocalClock, delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.after(delayMs, resolve));

/** Sends an answer, or as much of it as comes through. */
export async function send(
  response: ServerResponse,
  { status, headers, body }: Answer,
  common: Readonly<Record<string, string>>,
  { mishap, clock }: { readonly mishap: Mishap | null; readonly clock: LocalClock },
): Promise<void> {
  if (mishap?.kind === 'unheard' || mishap?.kind === 'unanswered') return void response.destroy();
  if (mishap?.kind === 'late') await waitFor(clock, mishap.delayMs);
  const text = mishap?.kind === 'not-json' ? PROXY_PAGE : body === null ? '' : JSON.stringify(body);
  const type = text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...common, ...type, 'content-length': String(Buffer.byteLength(text)), ...headers });
  if (mishap?.kind !== 'cut-off') return void response.end(text);
  response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.destroy());
}
