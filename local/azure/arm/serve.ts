import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Identity } from '../identities.ts';
import { newGuid } from '../random.ts';
import { refuse, type Answer } from './answer.ts';
import type { Arm } from './arm.ts';
import type { CountingCounters } from './counters.ts';
import { newNetworkLimits } from './network-limits.ts';
import { isOperationPath, poll } from './operation.ts';
import { newQuota, type Quota, type Spending } from './quota.ts';
import { authenticate, readCall } from './read-call.ts';
import { route, toCounted } from './route.ts';

interface Serving {
  readonly arm: Arm;
  readonly identities: ReadonlyMap<string, Identity>;
  readonly counters: CountingCounters;
}

type Limits = ReturnType<typeof newNetworkLimits>;

/** Whom a request is charged to. Polls of operations are reads of the subscription, too. */
function toSpending(request: IncomingMessage, caller: Identity): Spending {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  return {
    method: request.method ?? 'GET',
    subscription: /^\/subscriptions\/([^/]+)/i.exec(path)?.[1]?.toLowerCase() ?? null,
    caller: caller.objectId,
    provider: (/.*\/providers\/([^/]+)/i.exec(path)?.[1] ?? '').toLowerCase(),
  };
}

const withHeaders = (answered: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answered,
  headers: { ...headers, ...answered.headers },
});

/** The answer to a request whose bearer is known and who is within the quotas. */
async function answerTo(
  request: IncomingMessage,
  caller: Identity,
  { arm, counters }: Serving,
  correlationId: string,
): Promise<Answer> {
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

async function answerWithin(
  quotas: { readonly quota: Quota; readonly limits: Limits },
  request: IncomingMessage,
  serving: Serving,
  correlationId: string,
): Promise<Answer> {
  const caller = authenticate(request, serving.identities);
  if ('status' in caller) return caller;
  const spending = toSpending(request, caller);
  const { headers, refused } = quotas.quota.spend(spending);
  const throttled = refused ?? quotas.limits.spend(spending);
  if (throttled !== null) {
    serving.counters.count('THROTTLED', spending.method);
    return withHeaders(throttled, headers);
  }
  return withHeaders(await answerTo(request, caller, serving, correlationId), headers);
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
  const quotas = {
    quota: newQuota(arm.clock, arm.settings.buckets),
    limits: newNetworkLimits(arm.clock, arm.settings.networkLimits),
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const correlationId = String(request.headers['x-ms-correlation-request-id'] ?? newGuid(arm.random));
    const answered = await answerWithin(quotas, request, serving, correlationId).catch((thrown: unknown) =>
      refuse(500, 'InternalServerError', thrown instanceof Error ? thrown.message : String(thrown)),
    );
    send(response, answered, {
      'cache-control': 'no-cache',
      'x-ms-request-id': newGuid(arm.random),
      'x-ms-arm-service-request-id': newGuid(arm.random),
      'x-ms-correlation-request-id': correlationId,
      'x-ms-routing-request-id': `LOCAL:${correlationId}`,
    });
  }

  return createServer((request, response) => void handle(request, response));
}
