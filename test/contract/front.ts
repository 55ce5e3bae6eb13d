import { createServer, type IncomingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that came, and what was answered. */
export interface Passed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
  /** Of the answer's body. */
  readonly bytes: number;
}

/** What is answered instead. */
export interface Instead {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server in front of another: it sees what passes, and may answer in its place. */
export interface Front {
  readonly endpoint: string;
  readonly passed: Passed[];
  /** Answers instead of what is behind; `null` leaves the answer to that. */
  answer(to: (headers: IncomingHttpHeaders, path: string) => Instead | null): void;
  stop(): Promise<void>;
}

/** @param port 0 takes a free one. */
export async function startFront(behind: string, port = 0): Promise<Front> {
  const passed: Passed[] = [];
  let instead: (headers: IncomingHttpHeaders, path: string) => Instead | null = () => null;
  const server = createServer((incoming, outgoing) => {
    const { headers, method, url: path = '/' } = incoming;
    const answer = (status: number, given: Record<string, string>, chunks: readonly Buffer[]): void => {
      const body = Buffer.concat(chunks);
      passed.push({ path, headers, status, bytes: body.length });
      outgoing.writeHead(status, given).end(body);
    };
    const other = instead(headers, path);
    if (other !== null) {
      answer(other.status, { ...other.headers }, [Buffer.from(other.body)]);
      return;
    }
    const onward = send(new URL(path, behind), { method, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => void chunks.push(chunk));
      reply.on('end', () => {
        const { connection: _connection, 'transfer-encoding': _encoding, ...kept } = reply.headers;
        answer(reply.statusCode ?? 0, kept as Record<string, string>, chunks);
      });
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    passed,
    answer: (to) => void (instead = to),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
