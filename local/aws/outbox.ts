import type { Activity } from './settling.ts';

/** Bodies that are on their way to a queue, sent in batches and in order. */
export interface Outbox {
  add(body: string): void;
}

export function createOutbox(
  activity: Activity,
  send: (bodies: readonly string[]) => Promise<void>,
  failed: (thrown: unknown) => void,
): Outbox {
  let waiting: string[] = [];
  let isSending = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const bodies = waiting;
      waiting = [];
      await send(bodies);
    }
  };

  return {
    add(body) {
      waiting.push(body);
      if (isSending) return;
      isSending = true;
      const sending = drain().finally(() => {
        isSending = false;
      });
      activity.track(sending).catch(failed);
    },
  };
}
