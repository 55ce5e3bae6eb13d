import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Identity } from '../identities.ts';
import { newGuid } from '../random.ts';
import { answer, refuse, type Answer } from './answer.ts';
import type { Arm } from './arm.ts';
import type { CountingCounters } from './counters.ts';
import type { Mishap } from './mishaps.ts';
import { newNetworkLimits } from './network-limits.ts';
import { newQuota, type Quota, type Spending } from './quota.ts';
import { authenticate, readCall } from './read-call.ts';
import { toCounted, toOccasion } from './permission.ts';
import { answerPoll } from './poll.ts';
import { route } from './route.ts';
import { send } from './send.ts';

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

/** An answer, and what befalls it on its way. */
interface Sent {
  readonly answered: Answer;
  readonly mishap: Mishap | null;
}

/** The answer to a request whose bearer is known and who is within the quotas. */
async function answerTo(
  request: IncomingMessage,
  caller: Identity,
  { arm, counters }: Serving,
  correlationId: string,
): Promise<Sent> {
  const path = request.url ?? '/';
  const polled = answerPoll(arm, path, caller);
  if (polled !== null) {
    counters.count('POLL', 'operations');
    return polled;
  }
  const call = await readCall(request, caller, correlationId);
  if ('status' in call) return { answered: call, mishap: null };
  counters.count(...toCounted(call));
  const mishap = arm.controls.takeMishap(toOccasion(call));
  // What is not heard is not done.
  return { answered: mishap?.kind === 'unheard' ? answer(500, null) : route(arm, call), mishap };
}

async function answerWithin(
  quotas: { readonly quota: Quota; readonly limits: Limits },
  request: IncomingMessage,
  serving: Serving,
  correlationId: string,
): Promise<Sent> {
  const caller = authenticate(request, serving.identities);
  if ('status' in caller) return { answered: caller, mishap: null };
  const spending = toSpending(request, caller);
  const { headers, refused } = quotas.quota.spend(spending);
  const throttled = refused ?? quotas.limits.spend(spending);
  if (throttled !== null) {
    serving.counters.count('THROTTLED', spending.method);
    return { answered: withHeaders(throttled, headers), mishap: null };
  }
  const { answered, mishap } = await answerTo(request, caller, serving, correlationId);
  return { answered: withHeaders(answered, headers), mishap };
}

const internalError = (thrown: unknown): Sent => ({
  answered: refuse(500, 'InternalServerError', thrown instanceof Error ? thrown.message : String(thrown)),
  mishap: null,
});

/** Resource Manager's endpoint over HTTP. It is not listening yet. */
export function serveArm(serving: Serving): Server {
  const { arm } = serving;
  const quotas = {
    quota: newQuota(arm.clock, arm.settings.buckets),
    limits: newNetworkLimits(arm.clock, arm.settings.networkLimits),
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const correlationId = String(request.headers['x-ms-correlation-request-id'] ?? newGuid(arm.random));
    const { answered, mishap } = await answerWithin(quotas, request, serving, correlationId).catch(internalError);
    const common = {
      'cache-control': 'no-cache',
      'x-ms-request-id': newGuid(arm.random),
      'x-ms-arm-service-request-id': newGuid(arm.random),
      'x-ms-correlation-request-id': correlationId,
      'x-ms-routing-request-id': `LOCAL:${correlationId}`,
    };
    await send(response, answered, common, { mishap, clock: arm.clock });
  }

  return createServer((request, response) => void handle(request, response));
}
