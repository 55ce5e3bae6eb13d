import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { listenOnLoopback } from '../../../local/aws/ports.ts';

/** What Lambda tells whoever invoked a function. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly type: string; readonly message: string };

/** What a function reports of an error, and Lambda gives to whoever invoked it. */
interface ReportedError {
  readonly errorType: string;
  readonly errorMessage: string;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly end: (outcome: Outcome) => void;
}

/**
 * The Runtime API, by which a function's process fetches its events and gives its answers: one event at a time, and the next
 * when it asks for it (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
 */
export interface RuntimeApi {
  /** Host and port, as Lambda puts them into `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  invoke(event: unknown): Promise<Outcome>;
  /** Ends every invocation that has no answer yet, as when the process is gone. */
  abandon(why: string): void;
  stop(): Promise<void>;
}

const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;
const NEXT = '/2018-06-01/runtime/invocation/next';
const INIT_ERROR = '/2018-06-01/runtime/init/error';

const toFailure = ({ errorType, errorMessage }: ReportedError): Outcome => ({
  kind: 'failed',
  type: errorType,
  message: errorMessage,
});

/** Starts the Runtime API of one function, on loopback. */
export async function startRuntimeApi(functionArn: string, timeoutSeconds: number): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let asking: ServerResponse | null = null;

  const hand = (): void => {
    if (asking === null) return;
    const invocation = waiting.shift();
    if (invocation === undefined) return;
    running.set(invocation.id, invocation);
    asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
    });
    asking.end(JSON.stringify(invocation.event));
    asking = null;
  };
  const end = (id: string, outcome: Outcome): void => {
    running.get(id)?.end(outcome);
    running.delete(id);
  };
  const abandon = (why: string): void => {
    const outcome: Outcome = { kind: 'failed', type: 'Runtime.ExitError', message: why };
    for (const invocation of [...running.values(), ...waiting.splice(0)]) invocation.end(outcome);
    running.clear();
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === NEXT) {
      asking = response;
      hand();
      return;
    }
    const [, id = '', what] = INVOCATION.exec(request.url ?? '') ?? [];
    if (what === 'response') end(id, { kind: 'answered', answer: await json(request) });
    else if (what === 'error') end(id, toFailure((await json(request)) as ReportedError));
    else if (request.url === INIT_ERROR) abandon(await text(request));
    response.writeHead(202).end('{}');
  };

  const server = createServer((request, response) => void answer(request, response));
  const port = await listenOnLoopback(server, 0, 'the Runtime API');
  return {
    address: `127.0.0.1:${port}`,
    invoke: (event) =>
      new Promise((resolve) => {
        waiting.push({ id: randomUUID(), event, end: resolve });
        hand();
      }),
    abandon,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
