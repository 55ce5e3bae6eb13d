import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadAssets } from './assets.ts';

/** What became of a button: text for the person who pressed it, and a fragment of HTML where there is more to show. */
export interface Answer {
  readonly kind: 'done' | 'refused';
  readonly text: string;
  readonly html: string | null;
}

export interface PageOptions {
  readonly port: number;
  /** What the page's own requests carry; a page of another origin cannot read it. */
  readonly token: string;
  /** The state as JSON, as it was seen last. */
  readonly state: () => string;
  /** The state as JSON, as it is now. */
  readonly freshState: () => Promise<string>;
  /** Told whenever a page connects. */
  readonly viewed: () => void;
  /** Carries out what a button asks for. */
  readonly act: (action: unknown) => Promise<Answer>;
}

export interface Page {
  readonly url: string;
  /** How many pages are looking. */
  viewers(): number;
  /** Sends the state to all pages that are open. */
  send(state: string): void;
  stop(): Promise<void>;
}

const BODY_LIMIT = 16_384;

/**
 * Serves the page on loopback. Other sites can make a browser send requests here, so the name by which the server is called
 * is checked (a foreign name that resolves to loopback is refused), and actions need the token that only our page knows.
 *
 * @throws Error that names the port when it is taken.
 */
export async function startPage(options: PageOptions): Promise<Page> {
  const assets = loadAssets();
  const open = new Set<ServerResponse>();
  let hosts: ReadonlySet<string> = new Set();

  const server = createServer((request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cache-control', 'no-store');
    if (!hosts.has(request.headers.host ?? '')) return end(response, 403, 'this page answers on loopback only');
    switch (`${request.method} ${request.url}`) {
      case 'GET /':
        response.setHeader('content-security-policy', assets.contentSecurityPolicy);
        return end(response, 200, assets.html(options.token), 'text/html; charset=utf-8');
      case 'GET /state':
        return void answer(response, options.freshState());
      case 'GET /events':
        stream(response, open, options.state());
        return options.viewed();
      case 'POST /actions':
        return void act(request, response, options, hosts).catch(() => response.destroy());
      default:
        return end(response, 404, 'there is no such page');
    }
  });

  const port = await listen(server, options.port);
  hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  return {
    url: `http://127.0.0.1:${port}/`,
    viewers: () => open.size,
    send: (state) => open.forEach((response) => response.write(toEvent(state))),
    stop: () => stop(server),
  };
}

const answer = (response: ServerResponse, json: Promise<string>): Promise<void> =>
  json.then(
    (body) => end(response, 200, body, 'application/json'),
    () => end(response, 500, 'the state could not be read'),
  );

function end(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

/** JSON has no line break in it, so one `data` line holds it. */
const toEvent = (state: string): string => `data: ${state}\n\n`;

function stream(response: ServerResponse, open: Set<ServerResponse>, state: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`retry: 1000\n\n${toEvent(state)}`);
  open.add(response);
  response.on('close', () => open.delete(response));
}

async function act(
  request: IncomingMessage,
  response: ServerResponse,
  { token, act: carryOut }: PageOptions,
  hosts: ReadonlySet<string>,
): Promise<void> {
  const { origin } = request.headers;
  if (origin !== undefined && !hosts.has(origin.replace(/^http:\/\//, ''))) return end(response, 403, 'foreign origin');
  if (!isToken(request.headers['x-tapkeeper-token'], token)) return end(response, 403, 'reload the page and try again');
  const action = await readJson(request);
  if (action === undefined) return end(response, 400, 'the body is not JSON, or too long');
  const answer = await carryOut(action).catch((thrown: unknown): Answer => {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    return { kind: 'refused', text, html: null };
  });
  end(response, 200, JSON.stringify(answer), 'application/json');
}

function isToken(given: string | readonly string[] | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(typeof given === 'string' ? given : ''), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const said = error.code === 'EADDRINUSE' ? 'the port is taken' : error.message;
      reject(new Error(`serving the page on 127.0.0.1:${port}: ${said}; choose another with --port`, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Pages that are open hold their connection: they are cut off, or the server would never end. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
