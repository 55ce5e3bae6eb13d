import type { Server } from 'node:net';

/** Listens on loopback only. @throws Error that names the port when it is taken. */
export async function listenOnLoopback(server: Server, port: number, purpose: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toPortError(error, port, purpose)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** What went wrong with a port, in words. */
export function toPortError(thrown: unknown, port: number, purpose: string): Error {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  const why = code === 'EADDRINUSE' ? 'the port is taken; choose another or end what listens there' : String(thrown);
  return new Error(`starting ${purpose} on 127.0.0.1:${port}: ${why}`, { cause: thrown });
}
