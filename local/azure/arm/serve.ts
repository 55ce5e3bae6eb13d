import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Identity } from '../identities.ts';
import { newGuid } from '../random.ts';
import { refuse, type Answer } from './answer.ts';
import type { Arm } from './arm.ts';
import type { CountingCounters } from './counters.ts';
import { isOperationPath, poll } from './operation.ts';
import { newQuota } from './quota.ts';
import { authenticate, readCall } from './read-call.ts';
import { route, toCounted } from './route.ts';

interface Serving {
  readonly arm: Arm;
  readonly identities: ReadonlyMap<string, Identity>;
  readonly counters: CountingCounters;
}

async function answerTo(request: IncomingMessage, serving: Serving, correlationId: string): Promise<Answer> {
  const { arm, identities, counters } = serving;
  const caller = authenticate(request, identities);
  if ('status' in caller) return caller;
  const path = request.url ?? '/';
  if (isOperationPath(path.split('?')[0] ?? '')) {
    counters.count('POLL', 'operations');
    return poll(arm, path);
  }
  const call = await readCall(request, caller, correlationId);
  if ('status' in call) return call;
  counters.count(...toCounted(call));
  return route(arm, call);
}

function send(
  response: ServerResponse,
  { status, headers, body }: Answer,
  common: Readonly<Record<string, string>>,
): void {
  const text = body === null ? '' : JSON.stringify(body);
  const type = body === null ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...common, ...type, 'content-length': String(Buffer.byteLength(text)), ...headers });
  response.end(text);
}

/** Resource Manager's endpoint over HTTP. It is not listening yet. */
export function serveArm(serving: Serving): Server {
  const { arm } = serving;
  const quota = newQuota(arm.clock);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const correlationId = String(request.headers['x-ms-correlation-request-id'] ?? newGuid(arm.random));
    const answered = await answerTo(request, serving, correlationId).catch((thrown: unknown) =>
      refuse(500, 'InternalServerError', thrown instanceof Error ? thrown.message : String(thrown)),
    );
    send(response, answered, {
      'cache-control': 'no-cache',
      ...quota.spend(request.method ?? 'GET'),
      'x-ms-request-id': newGuid(arm.random),
      'x-ms-arm-service-request-id': newGuid(arm.random),
      'x-ms-correlation-request-id': correlationId,
      'x-ms-routing-request-id': `LOCAL:${correlationId}`,
    });
  }

  return createServer((request, response) => void handle(request, response));
}
