import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that listens on loopback. */
export interface Listening {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Longer than the pauses of whoever calls again and again: a connection must not be closed just as it is used again. */
const KEEP_ALIVE_MS = 60_000;

function toTaken(thrown: unknown, port: number, what: string): Error {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  return code === 'EADDRINUSE'
    ? new Error(
        `Start ${what} on 127.0.0.1:${port}: the port ${port} is taken. Stop what listens there, or choose another port.`,
        { cause: thrown },
      )
    : new Error(`Start ${what} on 127.0.0.1:${port}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
        cause: thrown,
      });
}

/**
 * Lets a server listen on loopback; port 0 is any free one.
 * @throws Error that names the port when it is taken.
 */
export async function listen(server: Server, port: number, what: string): Promise<Listening> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (thrown) {
    throw toTaken(thrown, port, what);
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
