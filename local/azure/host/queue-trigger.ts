import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { LocalClock } from '../clock.ts';
import type { TypedData } from './functions-core.ts';
import type { QueueSettings } from './host-settings.ts';
import type { Firing } from './invoke.ts';

/** A message stays hidden while it is worked on; the host renews this, and no function may run that long here. */
const WORK_SECONDS = 600;
/** The host backs off to `maxPollingInterval`; here somebody is watching. */
const POLL_MS = 100;
const LARGEST_BATCH = 32;

interface Setup {
  readonly queue: QueueClient;
  readonly poison: QueueClient;
  readonly settings: QueueSettings;
  readonly clock: LocalClock;
  /** Rejects when the message is to be delivered again. */
  readonly handle: (firing: Firing) => Promise<void>;
  /** What went wrong, in words; never the message. */
  readonly onFailure: (why: string) => void;
}

/** A listener on one queue. */
export interface QueueListener {
  /** Looks at the queue now. */
  wake(): void;
  /** Whether a message is being handled or one can be received now; what is hidden until later is not waited for. */
  isBusy(): Promise<boolean>;
  stop(): Promise<void>;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function findText(message: DequeuedMessageItem, { messageEncoding }: QueueSettings): string | null {
  if (messageEncoding === 'none') return message.messageText;
  return BASE64.test(message.messageText) ? Buffer.from(message.messageText, 'base64').toString('utf8') : null;
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) });

/** The text goes to the library as it is, which parses it when it is JSON. */
const toFiring = (message: DequeuedMessageItem, text: string): Firing => ({
  data: { string: text },
  metadata: {
    QueueTrigger: { string: text },
    Id: { string: message.messageId },
    PopReceipt: { string: message.popReceipt },
    DequeueCount: { int: message.dequeueCount },
    InsertionTime: json(message.insertedOn),
    ExpirationTime: json(message.expiresOn),
    NextVisibleTime: json(message.nextVisibleOn),
  },
});

/**
 * A queue trigger with the host's semantics: a message that was handled is deleted, one that failed comes back after
 * `visibilityTimeout`, one that failed `maxDequeueCount` times or is not base64 goes to the poison queue
 * (https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger).
 */
export function listenToQueue({ queue, poison, settings, clock, handle, onFailure }: Setup): QueueListener {
  const running = new Set<Promise<void>>();
  let polling: Promise<void> | null = null;
  let isStopped = false;
  let cancel = (): void => undefined;

  const tellQueueFailure = (thrown: unknown): void =>
    onFailure(`the queue said: ${thrown instanceof Error ? thrown.message : String(thrown)}`);

  async function discard(message: DequeuedMessageItem): Promise<void> {
    await poison.sendMessage(message.messageText);
    await queue.deleteMessage(message.messageId, message.popReceipt);
  }

  async function fail(message: DequeuedMessageItem): Promise<void> {
    if (message.dequeueCount >= settings.maxDequeueCount) return discard(message);
    const hiddenSeconds = Math.ceil(settings.visibilityMs / 1000);
    await queue.updateMessage(message.messageId, message.popReceipt, message.messageText, hiddenSeconds);
  }

  async function work(message: DequeuedMessageItem): Promise<void> {
    const text = findText(message, settings);
    if (text === null || message.dequeueCount > settings.maxDequeueCount) return discard(message);
    try {
      await handle(toFiring(message, text));
    } catch (thrown) {
      onFailure(thrown instanceof Error ? thrown.message : String(thrown));
      return fail(message);
    }
    await queue.deleteMessage(message.messageId, message.popReceipt);
  }

  function start(message: DequeuedMessageItem): void {
    const one = work(message)
      .catch(tellQueueFailure)
      .finally(() => {
        running.delete(one);
        wake();
      });
    running.add(one);
  }

  const mayFetch = (): boolean => !isStopped && running.size <= settings.newBatchThreshold;

  async function poll(): Promise<void> {
    while (mayFetch()) {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: Math.min(settings.batchSize, LARGEST_BATCH),
        visibilityTimeout: WORK_SECONDS,
      });
      if (receivedMessageItems.length === 0) return;
      receivedMessageItems.forEach(start);
    }
  }

  function wake(): void {
    if (isStopped || polling !== null) return;
    cancel();
    polling = poll()
      .catch(tellQueueFailure)
      .finally(() => {
        polling = null;
        if (!isStopped) cancel = clock.after(POLL_MS, wake);
      });
  }

  wake();
  return {
    wake,
    async isBusy() {
      // A poll that is under way may already have hidden a message that is not yet running.
      await polling;
      if (running.size > 0) return true;
      const { peekedMessageItems } = await queue.peekMessages();
      await polling;
      return peekedMessageItems.length > 0 || running.size > 0;
    },
    async stop() {
      isStopped = true;
      cancel();
      await polling;
      await Promise.all(running);
    },
  };
}
