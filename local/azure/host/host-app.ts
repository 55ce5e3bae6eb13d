import type { AzureCloud } from '../start.ts';
import { toPoisonQueue } from '../storage.ts';
import { loadFunctionApp, type FunctionApp, type RegisteredFunction, type TypedData } from './functions-core.ts';
import type { QueueSettings } from './host-settings.ts';
import { functionsOf, invoke, triggerOf, type Firing, type Log } from './invoke.ts';
import { sendOutputs } from './output.ts';
import { listenToQueue, type QueueListener } from './queue-trigger.ts';
import { repeat, toTimerFiring } from './timer-trigger.ts';

export interface AppOptions {
  /** Registers the functions with `@azure/functions`. */
  readonly register: () => void;
  readonly queueSettings: QueueSettings;
  /** How often the timer fires; `null`: only when `sweep` is called. */
  readonly sweepSeconds: number | null;
  /** What functions log. */
  readonly log: Log;
  /** Which invocation failed and what it said; never what it was given. */
  readonly onFailure: Log;
}

/** What an HTTP trigger answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A function app, running: each trigger fires by itself, and by hand. */
export interface FunctionsHost {
  /** Fires the timer trigger now. */
  sweep(): Promise<void>;
  /** POSTs to the HTTP trigger. */
  resync(body: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  /** Gives an event to the Event Grid trigger. */
  deliver(event: unknown): Promise<void>;
  /**
   * Resolves when nothing is running, in the cloud as well as here, and no message can be received; one that is hidden
   * until later is not waited for.
   */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

function getOnly(app: FunctionApp, type: string): RegisteredFunction {
  const [one] = functionsOf(app, type);
  if (one === undefined) throw new Error(`Fire a ${type}: the function app has none.`);
  return one;
}

function toHttpFiring(one: RegisteredFunction, body: string, headers: Readonly<Record<string, string>>): Firing {
  const url = `https://local.azurewebsites.net/api/${triggerOf(one)[1].route ?? one.metadata.name}`;
  const sent = { 'content-type': 'application/json', ...headers };
  return {
    data: { http: { method: 'POST', url, headers: sent, query: {}, params: {}, body: { string: body } } },
    metadata: {},
  };
}

function toHttpAnswer(returned: TypedData | null): HttpAnswer {
  const { statusCode = '200', headers = {}, body } = returned?.http ?? {};
  const text = body?.string ?? (body?.bytes === undefined ? '' : Buffer.from(body.bytes).toString('utf8'));
  return { status: Number(statusCode), contentType: headers['content-type'] ?? '', body: text };
}

/** Runs a function app against a local cloud, through the real library and with the host's semantics. */
export function hostApp(cloud: AzureCloud, options: AppOptions): FunctionsHost {
  const { register, queueSettings, sweepSeconds, log, onFailure } = options;
  const app = loadFunctionApp(register);

  const fire = async (one: RegisteredFunction, firing: Firing): Promise<TypedData | null> => {
    const response = await invoke(app, one, firing, log);
    await sendOutputs(one, response, cloud.queues.queue);
    wakeAll();
    return response.returnValue ?? null;
  };

  const listeners = functionsOf(app, 'queueTrigger').map((one) => {
    const { queueName = '' } = triggerOf(one)[1];
    return listenToQueue({
      queue: cloud.queues.queue(queueName),
      poison: cloud.queues.queue(toPoisonQueue(queueName)),
      settings: queueSettings,
      clock: cloud.clock,
      handle: async (firing) => void (await fire(one, firing)),
      onFailure: (why) => onFailure(`${one.metadata.name} failed: ${why}`),
    });
  });
  const wakeAll = (): void => listeners.forEach((listener) => listener.wake());
  const endWaking = cloud.onDelivered(wakeAll);

  const everyMs = (sweepSeconds ?? 0) * 1000;
  const sweep = async (): Promise<void> => {
    await fire(getOnly(app, 'timerTrigger'), toTimerFiring(cloud.clock.now(), everyMs));
  };
  const tellFailure = (thrown: unknown): void =>
    onFailure(`the timer failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  const endSweeps = sweepSeconds === null ? null : repeat(cloud.clock, everyMs, () => sweep().catch(tellFailure));

  return {
    sweep,
    async resync(body, headers = {}) {
      const one = getOnly(app, 'httpTrigger');
      return toHttpAnswer(await fire(one, toHttpFiring(one, body, headers)));
    },
    async deliver(event) {
      const firing = { data: { json: JSON.stringify(event) }, metadata: {} };
      await fire(getOnly(app, 'eventGridTrigger'), firing);
    },
    idle: () => settle(cloud, listeners),
    async stop() {
      endWaking();
      await endSweeps?.();
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
  };
}

const IDLE_POLL_MS = 10;

async function settle(cloud: AzureCloud, listeners: readonly QueueListener[]): Promise<void> {
  for (;;) {
    await cloud.idle();
    const before = cloud.events.counts().published;
    const busy = await Promise.all(listeners.map((listener) => listener.isBusy()));
    await cloud.idle();
    // What was handled last may have set off something new.
    if (!busy.includes(true) && cloud.events.counts().published === before) return;
    for (const listener of listeners) listener.wake();
    await new Promise((resolve) => setTimeout(resolve, IDLE_POLL_MS));
  }
}
