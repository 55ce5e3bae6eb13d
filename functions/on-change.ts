import type { InvocationContext } from '@azure/functions';
import { Fault } from '../shared/fault.ts';
import type { Deps } from '../shared/ports.ts';
import { handleWork } from '../shared/reconcile/handle-work.ts';
import { findWork, type Work } from '../shared/work.ts';
import { endOfFunction } from './deadline.ts';
import { identifyAll } from './event-grid.ts';
import { findJson } from './json.ts';
import { withLog } from './journal.ts';
import { type Env, ownIdsOf } from './settings.ts';

export type Handler = (message: unknown, context: InvocationContext) => Promise<void>;

/**
 * Does what a message of one of the queues asks for: work that was put there, or an event that Event Grid delivered.
 * It throws when the message is to be delivered again, and after the host's number of deliveries it is poison.
 */
export const onChange =
  (deps: () => Deps, env: Env): Handler =>
  (message, context) =>
    withLog(
      (line) => context.log(line),
      async () => {
        const composed = deps();
        const endsAtMs = endOfFunction(composed, env);
        const works = readMessage(composed, message, { env, invocation: context.invocationId });
        const items = works.map((work, index) => ({ id: String(index), work }));
        if (items.length === 0) return;
        const { failed } = await handleWork(composed, items, endsAtMs);
        // The failure itself is in the journal; the host logs this one.
        if (failed.length > 0) throw new Fault('unexpected', 'handling a message failed; it is delivered again');
      },
    );

/** Puts what an event of Event Grid asks for on the event queue, whose redelivery and poison queue it has not itself. */
export const onEvent =
  (deps: () => Deps, env: Env): Handler =>
  (event, context) =>
    withLog(
      (line) => context.log(line),
      async () => {
        const composed = deps();
        const [first, ...others] = readMessage(composed, event, { env, invocation: context.invocationId });
        if (first !== undefined) await composed.queues.send('event', [first, ...others], 0);
      },
    );

interface Arrival {
  readonly env: Env;
  readonly invocation: string;
}

/**
 * What a message asks for. What cannot be read will not be readable later: it is told once, without its contents, which hold
 * names and addresses of people, and acknowledged; the sweep finds what it was about.
 */
function readMessage(deps: Deps, message: unknown, { env, invocation }: Arrival): readonly Work[] {
  const body = typeof message === 'string' ? findJson(message) : message;
  const work = findWork(body);
  if (work !== null) return [work];
  const { journal, clock, newId } = deps;
  const reader = { ownIds: ownIdsOf(env), nowMs: clock.now(), newId };
  return identifyAll(body, reader).flatMap((identity) => {
    if (identity.kind === 'unreadable') {
      const detail = `reading an event: ${identity.why}; see what else sends to this queue`;
      const line = { correlation: invocation, scope: null, rulesVersion: null };
      journal.write({ ...line, kind: 'fault', code: 'event-unreadable', detail });
    }
    return identity.kind === 'work' ? [identity.work] : [];
  });
}
